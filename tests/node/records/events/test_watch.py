"""Inspections and readings: once only, of days that have been, and of what can be."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone
from tests.node.records.lots.people import People, people
from uuid6 import uuid7

from rasr.core.basis.findings import Refused
from rasr.node.places.models import Store
from rasr.node.records.events import queries, services
from rasr.node.records.events.watch_views import charts
from rasr.node.records.models import Climate, Inspection

pytestmark = pytest.mark.django_db
FACTS: dict[str, Any] = {
    "kind": "lightning",
    "done_on": date(2026, 1, 5),
    "done_by": "Ana",
    "result": "findings",
    "text": "a rod is loose",
    "next_on": date(2027, 1, 5),
}


@pytest.fixture
def who() -> People:
    """Everybody."""
    return people()


def test_an_inspection_is_kept_once(who: People) -> None:
    given = {"inspection_id": uuid7(), "site_id": "A", "store_id": "S1", "facts": FACTS}
    made = services.inspect(actor=who.keeper, **given)
    assert services.inspect(actor=who.keeper, **given) == made
    assert list(queries.inspections(who.officer)) == [made]
    assert not queries.inspections(who.stranger)
    with pytest.raises(Inspection.DoesNotExist):
        services.inspect(actor=who.officer, **given)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"done_on": date(2100, 1, 1), "next_on": None}, "day_in_future"),
        ({"next_on": date(2026, 1, 5)}, "next_before_done"),
    ],
)
def test_days_that_cannot_be_are_refused(who: People, change: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused) as fault:
        services.inspect(actor=who.keeper, inspection_id=uuid7(), site_id="A", store_id=None, facts={**FACTS, **change})
    assert fault.value.code == code
    assert not Inspection.objects.exists()


def test_the_stores_of_others_are_not_there(who: People) -> None:
    with pytest.raises(Store.DoesNotExist):
        services.inspect(actor=who.stranger, inspection_id=uuid7(), site_id="A", store_id="S1", facts=FACTS)
    with pytest.raises(Store.DoesNotExist):
        # a store of another site than the one that is named
        services.inspect(actor=who.chief, inspection_id=uuid7(), site_id="A", store_id="S3", facts=FACTS)
    with pytest.raises(Store.DoesNotExist):
        services.measure(
            actor=who.stranger, store_id="S1", measured_at=timezone.now(), temperature_c=1.0, humidity_pct=None
        )


def test_a_reading_stays_as_it_was(who: People) -> None:
    at = timezone.now() - timedelta(hours=1)
    services.measure(actor=who.keeper, store_id="S1", measured_at=at, temperature_c=18.5, humidity_pct=None)
    with pytest.raises(Refused) as fault:
        services.measure(actor=who.keeper, store_id="S1", measured_at=at, temperature_c=19.0, humidity_pct=None)
    assert fault.value.code == "reading_exists"
    assert [one.temperature_c for one in queries.readings(who.officer, "S1")] == [18.5]
    assert not queries.readings(who.stranger, "S1")
    assert {one.pk: one.temperature_c for one in queries.measured(who.keeper)} == {"S1": 18.5, "S2": None}


@pytest.mark.parametrize(
    ("temperature_c", "humidity_pct", "ahead_h", "code"),
    [
        (None, None, 0, "reading_empty"),
        (1800.0, 40.0, 0, "reading_odd"),
        (18.0, 40.0, 2, "day_in_future"),
    ],
)
def test_readings_that_cannot_be_are_refused(
    who: People, temperature_c: float | None, humidity_pct: float | None, ahead_h: int, code: str
) -> None:
    at = timezone.now() + timedelta(hours=ahead_h)
    with pytest.raises(Refused) as fault:
        services.measure(
            actor=who.keeper, store_id="S1", measured_at=at, temperature_c=temperature_c, humidity_pct=humidity_pct
        )
    assert fault.value.code == code
    assert not Climate.objects.exists()


def test_a_chart_shows_what_was_measured_and_no_more(who: People) -> None:
    now = timezone.now()
    rows = [
        Climate(store_id="S1", measured_at=now, temperature_c=value, humidity_pct=None, recorded_by=who.keeper)
        for value in (4.0, None, -3.0)
    ]
    [(_key, _title, data)] = charts(rows)
    assert data["series"][0]["values"] == [4.0, -3.0]
    assert (len(data["periods"]), data["unit"], data["signed"]) == (2, "°C", True)
