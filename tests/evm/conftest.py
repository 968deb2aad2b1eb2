"""Tests of the engines: each scenario runs on both, on chains with the same addresses."""

import boa
import pytest
from boa.environment import Env

from tests.conftest import START
from tests.evm.environment import RevmEnv


@pytest.fixture(autouse=True)
def isolated():
    """In place of the anchor around other tests: each scenario has chains of its own."""
    return


def chain(kind: type[Env]) -> Env:
    """A new chain; its generated addresses are those of every other."""
    env = kind()
    env.set_random_seed(0)
    env.eoa = env.generate_address("eoa")
    env.evm.patch.timestamp = START
    return env


@pytest.fixture(params=[Env, RevmEnv], ids=["py-evm", "revm"])
def env(request):
    """For what holds on either engine."""
    with boa.swap_env(chain(request.param)) as _:
        yield boa.env


@pytest.fixture
def revm():
    with boa.swap_env(chain(RevmEnv)):
        yield boa.env


def on_both(scenario) -> tuple:
    """What the scenario returned on py-evm and on revm."""
    seen = []
    for kind in (Env, RevmEnv):
        with boa.swap_env(chain(kind)):
            seen.append(scenario())
    return tuple(seen)
