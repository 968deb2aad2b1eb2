"""What the state machines' tests share."""

from collections import Counter

import pytest

from tests.stateful.engine.search import known_failure, search

RUNS = 20  # of a batch


@pytest.fixture(scope="module")
def default_run(evm):
    """Repeats what was found before, then makes the same batches of runs each time. Gives the tally, or the report of a failure."""

    def run(machine, batches: int) -> Counter:
        known = known_failure(machine)
        if known:
            pytest.fail(known, pytrace=False)
        tally: Counter = Counter()
        for seed in range(batches):
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
