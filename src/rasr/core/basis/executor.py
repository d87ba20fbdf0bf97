"""Where heavy work runs: in this process, in a pool of processes, or on a Dask cluster; the same functions.

>>> list(Serial().map(abs, [-1, 2]))
[1, 2]
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import islice
from multiprocessing import get_context
from typing import Any, Protocol, TypeVar

from rasr.core.basis.findings import Refused

Task = TypeVar("Task")
Result = TypeVar("Result")
Given = TypeVar("Given", covariant=True)
AHEAD = 3
"""Tasks under way for each worker: enough to keep it busy, few enough that a long row of tasks needs no memory."""
FORMS = ("tcp://", "tls://")
"""How the address of a cluster begins."""
WAIT_S = 20
"""How long a cluster may take to answer at first."""


class Executor(Protocol):
    """Runs one function over many tasks and gives the results in the order of the tasks."""

    def map(self, function: Callable[[Task], Result], tasks: Iterable[Task]) -> Iterator[Result]:
        """Results in task order; a task should take half a second or more where processes are used."""
        ...


class Serial:
    """Runs the tasks here, one after the other."""

    def map(self, function: Callable[[Task], Result], tasks: Iterable[Task]) -> Iterator[Result]:
        """Results in task order."""
        return map(function, tasks)


@dataclass(frozen=True)
class Processes:
    """Runs the tasks in so many processes of this machine (spawned: threads of libraries do not survive a fork)."""

    workers: int

    def map(self, function: Callable[[Task], Result], tasks: Iterable[Task]) -> Iterator[Result]:
        """Results in task order."""
        with ProcessPoolExecutor(self.workers, mp_context=get_context("spawn")) as pool:
            yield from _in_order(lambda task: pool.submit(function, task), tasks, AHEAD * self.workers)


@dataclass(frozen=True)
class Cluster:
    """Runs the tasks on the Dask cluster at this address (needs the ``cluster`` extra)."""

    address: str

    def map(self, function: Callable[[Task], Result], tasks: Iterable[Task]) -> Iterator[Result]:
        """Results in task order. Refused('not_available') where no cluster answers."""
        from distributed import Client  # slow to import, and an extra: only where it is used

        refused = {"what": f"The cluster at {self.address}"}
        if not self.address.startswith(FORMS):
            raise Refused("not_available", **refused, reason=f"an address begins with {' or '.join(FORMS)}")
        connect: Any = Client  # it has no types
        try:
            client = connect(self.address, timeout=WAIT_S)
        except (OSError, ValueError) as fault:
            raise Refused("not_available", **refused, reason=str(fault)) from fault
        with client:
            workers = max(len(client.ncores()), 1)
            yield from _in_order(lambda task: client.submit(function, task, pure=False), tasks, AHEAD * workers)


class _Future(Protocol[Given]):
    """What both a pool and a cluster give for a task."""

    def result(self) -> Given:
        """The result, waited for."""
        ...


def _in_order(submit: Callable[[Task], _Future[Given]], tasks: Iterable[Task], ahead: int) -> Iterator[Given]:
    """Results in task order, with at most so many tasks made and under way."""
    rest = iter(tasks)
    under_way = deque(submit(task) for task in islice(rest, ahead))
    while under_way:
        found = under_way.popleft().result()
        under_way.extend(submit(task) for task in islice(rest, 1))
        yield found
