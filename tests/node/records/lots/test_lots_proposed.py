"""What pages of lots propose: the end of a shelf life, a ban after a failed test; and stock that a ban would miss."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from tests.node.records.lots.people import WHY, People, people
from uuid6 import uuid7

from rasr.node.people.models import User
from rasr.node.records.lots import queries, services
from rasr.node.records.lots.services import LotFacts
from rasr.node.records.lots.shelf import proposed_until
from rasr.node.records.models import Article, ArticleDetail, Batch, Constraint, Lot

pytestmark = pytest.mark.django_db
Opens = Callable[[User], Client]


@pytest.fixture
def who() -> People:
    """Everybody; three records of the same lot, one of them in other letters, and one of another article."""
    return people(
        {
            "R1": "S1 bombs 5 lot=AB-1",
            "R2": "S2 bombs 7 lot=АВ-1",
            "R3": "S1 bombs 2 lot=AB-2",
            "R4": "S1 rifles 6 lot=AB-1",
            "R5": "S1 bombs 4",
        }
    )


@pytest.fixture
def lot(who: People) -> Lot:
    """Lot AB-1, under which R5 lies."""
    batch = Batch.objects.get(stock_id="R5")
    facts = LotFacts("AB-1", year_made=1986)
    made = services.name_lot(actor=who.officer, batch_id=batch.pk, facts=facts, why=WHY, movement_id=uuid7())
    assert made is not None
    return made


@pytest.mark.parametrize(
    ("months", "year_made", "until"),
    [
        (240, 1986, date(2006, 1, 1)),
        (30, 1986, date(1988, 7, 1)),
        (0, 1986, date(1986, 1, 1)),
        (None, 1986, None),
        (240, None, None),
        (10**6, 1986, None),
    ],
)
def test_the_shelf_life_runs_from_the_start_of_the_year(
    who: People, months: int | None, year_made: int | None, until: date | None
) -> None:
    assert who.officer.pk
    ArticleDetail.objects.create(article_id="bombs", shelf_life_months=months)
    assert proposed_until(Article.objects.get(pk="bombs"), year_made) == until


def test_a_shelf_life_is_proposed_and_kept_only_when_somebody_does(who: People, lot: Lot, client_of: Opens) -> None:
    ArticleDetail.objects.create(article_id="bombs", shelf_life_months=240)
    officer = client_of(who.officer)
    page = reverse("records:lot", args=[lot.pk])
    assert "by the shelf life of the article" in officer.get(page).content.decode()
    form = officer.get(reverse("records:lot-change", args=[lot.pk]))
    assert form.context["form"]["shelf_life_until"].value() == date(2006, 1, 1)
    assert "is proposed" in form.content.decode()
    lot.refresh_from_db()
    assert lot.shelf_life_until is None
    sent = {"year_made": "1986", "shelf_life_until": "2007-02-01", "reason": "seen", "reason_language": "en"}
    assert officer.post(reverse("records:lot-change", args=[lot.pk]), sent).status_code == 302
    lot.refresh_from_db()
    assert lot.shelf_life_until == date(2007, 2, 1)
    assert "by the shelf life of the article" not in officer.get(page).content.decode()


def test_a_ban_warns_of_stock_that_bears_the_lot_only_as_a_text(who: People, lot: Lot, client_of: Opens) -> None:
    assert queries.as_text(who.officer, lot) == 2  # R1, and R2 whose letters look the same
    assert queries.as_text(who.keeper, lot) == 0  # who does not judge stock cannot put it right
    officer = client_of(who.officer)
    asked = officer.get(reverse("records:lot-constraint", args=[lot.pk])).content.decode()
    assert "2 records of stock bear this lot only as a text" in asked
    page = officer.get(reverse("records:lot", args=[lot.pk])).content.decode()
    assert f"{reverse('records:lots-unnamed')}?q=bombs" in page
    for record in ("R1", "R2"):
        batch = Batch.objects.get(stock_id=record)
        named = LotFacts(lot.number)
        services.name_lot(actor=who.officer, batch_id=batch.pk, facts=named, why=WHY, movement_id=uuid7(), sure=True)
    assert "only as a text" not in officer.get(reverse("records:lot", args=[lot.pk])).content.decode()


def test_a_failed_test_proposes_a_ban_and_a_condition(who: People, lot: Lot, client_of: Opens) -> None:
    officer = client_of(who.officer)
    test = {"tested_on": "2026-02-05", "method": "heat", "verdict": "failed", "value": "0.12", "unit": "%"}
    test["reference"] = "LAB-9"
    answer = officer.post(reverse("records:lot-test", args=[lot.pk]), test)
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("records:lot-constraint", args=[lot.pk]) + "?test=")
    form = officer.get(answer["Location"]).context["form"]
    assert (form["kind"].value(), form["reference"].value()) == ("ban", "LAB-9")
    assert "heat: failed. 0.12 %" in form["reason"].value()
    assert form["text"].value()
    assert not Constraint.objects.exists()
    page = officer.get(reverse("records:lot", args=[lot.pk])).content.decode()
    condition = f"{reverse('records:move', args=['reclassification', 'S1'])}?q=AB-1"
    assert f"{condition}&amp;condition=D" in page
    assert officer.get(f"{condition}&condition=D").context["form"]["condition"].value() == "D"
    sent = {name: str(form[name].value()) for name in ("kind", "text", "reason", "reference", "imposed_on")}
    assert officer.post(answer["Location"], sent).status_code == 302
    assert Constraint.objects.get().kind == "ban"
    banned = officer.get(reverse("records:lot", args=[lot.pk])).content.decode()
    assert "Ban it" not in banned
    for crafted in ("?test=1", f"?test={uuid7()}", "?test="):
        empty = officer.get(reverse("records:lot-constraint", args=[lot.pk]) + crafted).context["form"]
        assert empty["reason"].value() is None
