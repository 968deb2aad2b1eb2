"""
`pytest --evm py-evm|revm`: the engine that chains of tests run on, revm unless told otherwise.

A test or file with the mark `py_evm(reason)` runs on py-evm all the same: it needs what revm does not have. Under
coverage and with a gas profile all tests run on py-evm. A test that fails on revm shows the source lines that py-evm
knows.
"""

import pytest
from boa.environment import Env

from tests.evm import engines
from tests.evm.replay import explain


def pytest_addoption(parser):
    parser.addoption(
        "--evm",
        choices=[engines.PY_EVM, engines.REVM],
        default=engines.REVM,
        help="what executes the contracts (default: revm, but for tests that need py-evm)",
    )


def pytest_configure(config):
    config.addinivalue_line("markers", "py_evm(reason): runs on py-evm, whatever --evm says")


def _engine(config, node) -> str:
    traced = Env._coverage_enabled or config.getoption("gas_profile")
    return engines.PY_EVM if traced or node.get_closest_marker("py_evm") else config.getoption("--evm")


def pytest_generate_tests(metafunc):
    if "evm" in metafunc.fixturenames:
        engine = _engine(metafunc.config, metafunc.definition)
        metafunc.parametrize("evm", [engine], indirect=True, scope="module", ids=[pytest.HIDDEN_PARAM])


@pytest.fixture(scope="module")
def evm(request):
    """The engine of the test, chosen: `py-evm` or `revm`."""
    engine = getattr(request, "param", None) or _engine(
        request.config, request.node
    )  # no param: a state machine's test
    engines.choose(engine)
    return engine


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_setup():
    return (yield from _explained())


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_call():
    """Innermost: the state is still there."""
    return (yield from _explained())


def _explained():
    try:
        return (yield)
    except BaseException as error:
        explain(error)
        raise
