"""Several processes share the run of the whole suite: how many, which module goes where, and one pair of servers.

A module's tests stay together, since they share what is dear to make. Those that take longest begin, so that no
process waits at the end for another.
"""

import os
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

from tests.support.servers import KAFKA_VARIABLE, POSTGRES_VARIABLE, own_kafka, own_postgres

# More would meet one another on the way to two processors, in tests that kill and freeze servers under a clock.
_MOST_WORKERS = 4
# Where a single module may take minutes; all others follow in the order that the run's seed gave them.
_LONGEST = (
    "tests/end_to_end/test_real_processes.py",
    "tests/contract/api/",
    "tests/end_to_end/",
    "tests/browser/",
    "tests/integration/",
)


def number_of_workers(config: pytest.Config) -> int:
    """No workers where somebody looks at a part of the suite: the start of a worker costs more than a few tests."""
    part = config.args_source is not pytest.Config.ArgsSource.TESTPATHS
    chosen = part or config.getoption("lf") or config.getoption("keyword") or config.getoption("markexpr")
    return 0 if chosen else min(os.cpu_count() or 1, _MOST_WORKERS)


class ByModule(LoadScopeScheduling):  # type: ignore[misc]  # xdist ships no types
    """xdist's own scheduling by module, longest first."""

    workqueue: OrderedDict[str, dict[str, bool]]

    def _split_scope(self, nodeid: str) -> str:
        return nodeid.partition("::")[0]

    def _assign_work_unit(self, node: Any) -> None:
        # Before the first unit is dealt out and no later: the order stays as it is then.
        self.workqueue = OrderedDict(sorted(self.workqueue.items(), key=lambda unit: _rank(unit[0])))
        super()._assign_work_unit(node)


def _rank(module: str) -> int:
    return next((rank for rank, beginning in enumerate(_LONGEST) if module.startswith(beginning)), len(_LONGEST))


@contextmanager
def servers_of_the_run() -> Iterator[None]:
    """PostgreSQL and Kafka for all workers, which find them in their environment. Those named there already stay."""
    with ExitStack() as stack:
        made = []
        if POSTGRES_VARIABLE not in os.environ:
            os.environ[POSTGRES_VARIABLE] = stack.enter_context(own_postgres()).url
            made.append(POSTGRES_VARIABLE)
        if KAFKA_VARIABLE not in os.environ:
            os.environ[KAFKA_VARIABLE] = stack.enter_context(own_kafka()).bootstrap
            made.append(KAFKA_VARIABLE)
        try:
            yield
        finally:
            for name in made:
                del os.environ[name]
