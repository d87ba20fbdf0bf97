"""The list of stock and the page of a store say of each mass and NEQ whether it is measured or estimated."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from tests.node.records.lots.people import People, people

from rasr.node.desk.queries.store import store_picture
from rasr.node.people.models import User
from rasr.node.records.models import Holding
from rasr.node.records.queries import masses_of, stock

pytestmark = pytest.mark.django_db
BASES = {"R1": "counted", "R2": "book", "R3": "counted", "R4": "counted", "R5": None}


@pytest.fixture
def who() -> People:
    """Everybody; what each record is known by is as ``BASES`` says."""
    made = people(
        {"R1": "S1 bombs 5", "R2": "S2 bombs 5", "R3": "S1 rifles 4", "R4": "S1 caps 9", "R5": "S2 powder 2500"}
    )
    for record, basis in BASES.items():
        Holding.objects.filter(batch__stock_id=record).update(quantity_basis=basis)
    return made


def test_each_record_is_as_well_known_as_the_core_says(who: People) -> None:
    found = {one.batch.stock_id: [figure.known for figure in masses_of(one)] for one in stock(who.officer)}
    assert found == {
        "R1": ["measured", "measured"],
        "R2": ["estimated", "estimated"],
        "R3": ["estimated", "measured"],  # its gross mass is not known; it holds nothing
        "R4": ["unknown", "unknown"],
        "R5": ["estimated", "estimated"],
    }
    for one in stock(who.officer):
        assert tuple(figure.value for figure in masses_of(one)) == pytest.approx((one.mass_kg, one.neq_kg))


def test_the_list_says_so(who: People, client_of: Callable[[User], Client]) -> None:
    for record, words in (("R1", {"measured"}), ("R2", {"estimated"}), ("R3", {"estimated"}), ("R4", set())):
        page = client_of(who.officer).get(reverse("records:stock"), {"q": record}).content.decode()
        body = page[page.index("<tbody") : page.index("</tbody>")]
        assert {word for word in ("measured", "estimated") if f'"ends">{word}<' in body} == words, record


def test_the_totals_of_a_store_are_as_well_known_as_their_worst_part(
    who: People, client_of: Callable[[User], Client]
) -> None:
    known = {
        (row.hazard_division, row.compatibility_group): (row.mass_known, row.neq_known)
        for store in ("S1", "S2")
        for row in store_picture(who.officer, store).divisions
        if store == "S1" or row.hazard_division == "1.3"
    }
    assert known == {
        ("1.1", "D"): ("measured", "measured"),
        ("1.1", "B"): ("unknown", "unknown"),
        ("not_applicable", "not_applicable"): ("estimated", "measured"),
        ("1.3", "C"): ("estimated", "estimated"),
    }
    page = client_of(who.officer).get(reverse("desk:store", args=["S1"])).content.decode()
    assert '"ends">measured<' in page
    assert '"ends">estimated<' in page
