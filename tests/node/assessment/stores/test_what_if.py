"""What if a store were otherwise: side by side, kept nowhere; what cannot be is told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests.node.conftest import Places

from rasr.node.assessment.models import Run, StoreDanger
from rasr.node.assessment.stores import queries
from rasr.node.assessment.stores.state import Change
from rasr.node.people.models import User
from rasr.node.places.models import Site, Store
from rasr.node.records.models import Holding, Register

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("assessed")]
ClientOf = Callable[[User], Client]


@pytest.fixture
def worst(assessed: Run) -> StoreDanger:
    found = StoreDanger.objects.filter(run=assessed).order_by("-fatalities_per_year").select_related("store").first()
    assert found is not None
    return found


def asked(client: Client, store_id: str, **given: Any) -> Any:
    return client.get(reverse("assessment:store-what-if", args=[store_id]), given)


def test_emptied_it_endangers_nobody(worst: StoreDanger, planner: User) -> None:
    content = queries.content(planner, worst.store)
    emptied = Change(worst.store_id, added_kg={division: -kg for division, kg in content.items()})
    found = queries.what_if(planner, worst.store, emptied)
    side = found.sides[0]
    assert side.before.per_year.value == pytest.approx(worst.fatalities_per_year)
    assert (side.after.per_year.value, side.after.event_neq_kg, side.after.breaches) == (0.0, 0.0, 0)
    assert side.after.rings == []
    total = found.total_after.value - found.total_before.value
    assert found.change.value == pytest.approx(total)
    assert found.touched[0].store_id == worst.store_id
    assert sum(row.change.value for row in found.touched) == pytest.approx(total)


def test_more_content_is_more_danger_and_another_place_another(worst: StoreDanger, planner: User) -> None:
    more = queries.what_if(planner, worst.store, Change(worst.store_id, added_kg={"1.1": 50_000.0})).sides[0]
    assert more.after.per_year.value > more.before.per_year.value
    assert more.after.event_neq_kg == pytest.approx(more.before.event_neq_kg + 50_000.0)
    assert (more.after.rings[0].asked.required_m or 0) > (more.before.rings[0].asked.required_m or 0)
    away = Change(worst.store_id, latitude_deg=36.0, longitude_deg=-140.0)
    moved = queries.what_if(planner, worst.store, away).sides[0]
    assert moved.after.per_year.value == 0.0
    assert moved.after.event_neq_kg == moved.before.event_neq_kg
    assert moved.after.too_near == 0


def test_a_barricade_counts(worst: StoreDanger, planner: User) -> None:
    Store.objects.filter(pk=worst.store_id).update(barricaded=False)
    found = queries.what_if(planner, worst.store, Change(worst.store_id, barricaded=True)).sides[0]
    assert found.after.store["barricaded"] is True
    assert len(found.after.beside) <= len(found.before.beside)
    assert found.after.per_year.high <= found.before.per_year.high


def test_nothing_is_kept(worst: StoreDanger, planner: User, client_of: ClientOf) -> None:
    def kept() -> Any:
        holdings = list(Holding.objects.order_by("pk").values_list("pk", "quantity"))
        return holdings, list(Store.objects.order_by("pk").values()), Register.objects.get().version

    before = kept()
    answer = asked(client_of(planner), worst.store_id, barricaded="yes", added_1_1="500")
    assert answer.status_code == 200
    assert "As it is, and as it would be" in answer.text
    assert kept() == before


def test_nothing_asked_is_only_the_form(worst: StoreDanger, planner: User, client_of: ClientOf) -> None:
    for given in ({}, {"barricaded": "", "added_1_1": ""}, {"added_1_1": "0"}):
        answer = asked(client_of(planner), worst.store_id, **given)
        assert answer.status_code == 200
        assert "As it is, and as it would be" not in answer.text


@pytest.mark.parametrize(
    "given",
    [
        {"added_1_1": "-1e9"},
        {"added_1_1": "nan"},
        {"added_1_1": "inf"},
        {"added_1_1": "1e30"},
        {"latitude_deg": "42"},
        {"latitude_deg": "91", "longitude_deg": "20"},
        {"latitude_deg": "nan", "longitude_deg": "20"},
        {"barricaded": "yes", "added_1_1": "much"},
    ],
)
def test_what_cannot_be_is_told(worst: StoreDanger, planner: User, client_of: ClientOf, given: dict[str, str]) -> None:
    answer = asked(client_of(planner), worst.store_id, **given)
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text
    around = reverse("assessment:store-map", args=[worst.store_id])
    assert client_of(planner).get(around, given).status_code == 200, "the map shows it as it is"


def test_a_site_or_a_place_not_both(worst: StoreDanger, planner: User, client_of: ClientOf) -> None:
    other = Site.objects.exclude(pk=worst.store.site_id).first()
    assert other is not None
    there = {"latitude_deg": other.latitude_deg, "longitude_deg": other.longitude_deg}
    assert asked(client_of(planner), worst.store_id, site=other.pk).status_code == 200
    assert asked(client_of(planner), worst.store_id, site=other.pk, **there).status_code == 400


def test_who_sees_one_site_moves_nothing_where_they_see_nothing(
    places: Places, storekeeper: User, client_of: ClientOf
) -> None:
    store = Store.objects.filter(site=places.site_id, closed=False).first()
    other = Site.objects.get(pk=places.other_site_id)
    assert store is not None
    client = client_of(storekeeper)
    assert asked(client, store.pk, site=other.pk).status_code == 404, "it was not offered"
    assert asked(client, store.pk, barricaded="perhaps").status_code == 404
    there = {"latitude_deg": other.latitude_deg, "longitude_deg": other.longitude_deg}
    answer = asked(client, store.pk, **there)
    assert answer.status_code == 400
    assert "farther than 10 km" in answer.text
    beside = {"latitude_deg": store.latitude_deg + 0.01, "longitude_deg": store.longitude_deg}
    assert asked(client, store.pk, **beside).status_code == 200
