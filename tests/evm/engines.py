"""Which engine the chains of a test run on."""

from boa.environment import Env

from tests.evm.environment import RevmEnv

PY_EVM, REVM = "py-evm", "revm"
_ENGINES = {PY_EVM: Env, REVM: RevmEnv}
_chosen = REVM


def choose(engine: str):
    """From now on chains are on this engine."""
    global _chosen
    _chosen = engine


def chosen() -> str:
    return _chosen


def environment() -> Env:
    """A new chain, on the engine of the running test: for `boa.swap_env`."""
    return _ENGINES[_chosen]()
