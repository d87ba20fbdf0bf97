"""A load in a transaction of its own: another reader sees all of it or nothing."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from tests.node.conftest import somebody
from tests.node.records.small_register import region

from rasr.core.basis.findings import Refused
from rasr.node.records import bridge
from rasr.node.records.ledger import write
from rasr.node.records.models import Movement, Register
from rasr.node.records.services import load_region, recompute_holdings

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("on_disk")]


def elsewhere(function: Any) -> Any:
    """What a function gives over a connection of its own."""

    def asked() -> Any:
        try:
            return function()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asked).result(timeout=60)


def test_a_fault_at_the_last_step_is_seen_by_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    ana = somebody("ana", "planner")
    load_region(actor=ana, region=region(), complete=True, source="first")
    before, seen = bridge.load_region().digest(), []

    def fails(*_: Any) -> None:
        seen.append(elsewhere(lambda: bridge.load_region().digest()))
        raise ZeroDivisionError

    monkeypatch.setattr(write, "moved_on", fails)
    with pytest.raises(ZeroDivisionError):
        load_region(actor=ana, region=region({"R1": "S2 caps 1"}), complete=True, source="second")
    assert seen == [before]
    assert bridge.load_region().digest() == before
    assert (Register.objects.get().version, Movement.objects.count()) == (1, 1)


def test_of_two_loads_at_once_one_is_told() -> None:
    ana = somebody("ana", "planner")
    load_region(actor=ana, region=region(), complete=True, source="first")
    stocks = [{"R1": "S1 bombs 6"}, {"R1": "S1 bombs 7"}]

    def load(stock: dict[str, Any]) -> str:
        try:
            load_region(actor=ana, region=region(stock), complete=True, source="x", expected_version=1)
        except Refused as refused:
            return refused.code
        finally:
            connection.close()
        return "loaded"

    with ThreadPoolExecutor(2) as pool:
        ended = sorted(pool.map(load, stocks))
    assert ended == ["loaded", "register_moved_on"]
    assert Register.objects.get().version == 2
    assert recompute_holdings() == []
