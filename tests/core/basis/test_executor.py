"""Executors: results in the order of the tasks, and few tasks made ahead of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from rasr.core.basis import executor
from rasr.core.basis.executor import Processes, Serial


def tasks(made: list[int], count: int) -> Iterator[int]:
    for number in range(count):
        made.append(number)
        yield -number


def test_results_come_in_the_order_of_the_tasks() -> None:
    assert list(Serial().map(abs, tasks([], 20))) == list(range(20))
    assert list(Processes(2).map(abs, tasks([], 20))) == list(range(20))
    assert list(Processes(2).map(abs, [])) == []


def test_few_tasks_are_made_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(executor, "AHEAD", 2)
    made: list[int] = []
    results = Processes(1).map(abs, tasks(made, 50))
    assert next(results) == 0
    assert len(made) <= 3
    assert list(results) == list(range(1, 50))
