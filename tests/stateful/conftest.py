"""What the state machines' tests share."""

from collections import Counter

import pytest

from tests.evm import engines
from tests.stateful.engine.search import known_failure, search

RUNS = 20  # of a batch


@pytest.fixture
def everything(tally, evm):
    """The tally of a whole default run; on py-evm there is time for a part of that."""
    if evm != engines.REVM:
        pytest.skip("what is met is judged on revm")
    return tally


@pytest.fixture(scope="module")
def default_run(evm):
    """
    Repeats what was found before, then makes the same batches of runs each time. Gives the tally, or the report of a
    failure.
    """

    def run(machine, batches: int) -> Counter:
        known = known_failure(machine)
        if known:
            pytest.fail(known, pytrace=False)
        tally: Counter = Counter()
        for seed in range(batches if evm == engines.REVM else 1):
            findings = search(machine, seed, RUNS)
            if findings.failure:
                pytest.fail(findings.failure.report(findings.failure.keep()), pytrace=False)
            tally += findings.tally
        return tally

    return run


@pytest.fixture
def a_run(evm):
    """Makes a run of a machine, which ends with the test."""
    runs = []

    def make(machine):
        runs.append(machine())
        return runs[-1]

    yield make
    for run in runs:
        run.close()


def keys(tally: Counter, kind: str) -> list[tuple]:
    """What was counted under this name."""
    return [key for key, count in tally.items() if key[0] == kind and count]
