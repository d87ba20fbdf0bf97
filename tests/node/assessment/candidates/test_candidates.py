"""Candidate sites: proposed by one person, approved by another, offered in a what-if until they are withdrawn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from tests.node.assessment.candidates import planted_candidates as planted
from tests.node.conftest import somebody
from tests.node.records.lots.planted_lots import chief

from rasr.core.basis.findings import Refused
from rasr.node.assessment.candidates import queries, services
from rasr.node.assessment.models import CandidateSite, Run, StoreDanger
from rasr.node.assessment.stores import queries as stores
from rasr.node.assessment.stores.forms import CANDIDATE, WhatIfForm
from rasr.node.people.approvals import services as approvals
from rasr.node.people.models import Approval, Entry, User
from rasr.node.places.models import Organisation, Store

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("assessed")]
ClientOf = Callable[[User], Client]


@pytest.fixture
def store(assessed: Run) -> Store:
    """The most dangerous store."""
    worst = StoreDanger.objects.filter(run=assessed, neq_event_kg__gt=0).order_by("-fatalities_per_year")[0]
    return worst.store


@pytest.fixture
def owner(store: Store) -> str:
    """The organisation of that store."""
    return store.site.organisation_id


@pytest.fixture
def stranger(owner: str) -> User:
    """The technical officer of another organisation."""
    other = Organisation.objects.filter(site__isnull=False).exclude(pk=owner).distinct()[0]
    return somebody("stranger", "technical_officer", organisation_id=other.pk)


def sites_of(found: str) -> str:
    """The part of a what-if that offers places."""
    return found.split('name="site"')[1].split("</select>")[0]


def test_it_is_offered_once_a_second_person_has_approved_it(store: Store, owner: str, client_of: ClientOf) -> None:
    mate = client_of(somebody("mate", "technical_officer", organisation_id=owner))
    page = reverse("assessment:store-what-if", args=[store.pk])
    asked = planted.ask(owner, "North field")
    assert "North field" not in sites_of(mate.get(page).text)
    assert "North field waits for a second person." in mate.get(reverse("assessment:candidate-list")).text
    with pytest.raises(Refused, match="approval_own"):
        approvals.decide(
            actor=chief(), session="s", approval_id=asked.pk, approve=True, reason="Mine.", digest=asked.digest
        )
    made = planted.agree(asked, "Seen.")
    assert (made.proposed_by, made.approved_by) == (chief(), planted.second())
    assert f"{CANDIDATE}{made.pk}" in sites_of(mate.get(page).text)
    shown = mate.get(reverse("assessment:candidate", args=[made.pk])).text
    assert "Earth-covered magazine" in shown
    assert Entry.objects.filter(act="candidate.approve", row_id=str(made.pk), organisation_id=owner).count() == 1


def test_a_stranger_sees_nothing_of_it(store: Store, owner: str, stranger: User, client_of: ClientOf) -> None:
    made = planted.agree(planted.ask(owner, "North field"), "Seen.")
    away = client_of(stranger)
    assert "North field" not in away.get(reverse("assessment:candidate-list")).text
    for name in ("candidate", "candidate-withdraw"):
        assert away.get(reverse(f"assessment:{name}", args=[made.pk])).status_code == 404
    with pytest.raises(Organisation.DoesNotExist):
        services.propose(actor=stranger, session="s", draft=planted.draft(owner, "Mine"), reason="So.")
    with pytest.raises(CandidateSite.DoesNotExist):
        services.withdraw(actor=stranger, candidate_id=made.pk, reason="So.", reason_language="en")
    keeper = somebody("keeper", "storekeeper", site_id=store.site_id)
    assert not queries.offered(keeper), "an organisation is not theirs"
    with pytest.raises(PermissionDenied):
        services.propose(actor=keeper, session="s", draft=planted.draft(owner, "Mine"), reason="So.")


def test_a_store_thought_there_has_what_stands_there(store: Store, owner: str, planner: User) -> None:
    stood = (store.construction, store.latitude_deg, store.longitude_deg)
    asked = planted.ask(owner, "North field", barricaded=not store.barricaded)
    made = planted.agree(asked, "Seen.")

    def change_of(**sent: str) -> stores.Change:
        form = WhatIfForm(
            {"site": f"{CANDIDATE}{made.pk}", **sent},
            store=store,
            sites=stores.sites(planner),
            candidates=list(queries.offered(planner)),
            everywhere=True,
            content=stores.content(planner, store),
        )
        assert form.is_valid(), form.errors
        change = form.change()
        assert change is not None
        return change

    change = change_of()
    assert (change.latitude_deg, change.longitude_deg) == (made.latitude_deg, made.longitude_deg)
    assert (change.barricaded, change.construction) == (made.barricaded, "earth_covered_magazine")
    assert change_of(barricaded="no").barricaded is False
    compared = stores.what_if(planner, store, change)
    after = compared.sides[0].after
    assert after.state.situation.construction is not None
    assert after.state.situation.construction[after.number] == "earth_covered_magazine"
    assert after.store["construction"] == "earth_covered_magazine"
    assert after.event_neq_kg == pytest.approx(compared.sides[0].before.event_neq_kg)
    assert after.per_year.value != compared.sides[0].before.per_year.value
    store.refresh_from_db()
    assert (store.construction, store.latitude_deg, store.longitude_deg) == stood, "nothing is kept"


def test_the_page_works_it_out(store: Store, owner: str, client_of: ClientOf) -> None:
    made = planted.agree(planted.ask(owner, "North field"), "Seen.")
    mate = client_of(somebody("mate", "technical_officer", organisation_id=owner))
    page = reverse("assessment:store-what-if", args=[store.pk])
    answer = mate.get(page, {"site": f"{CANDIDATE}{made.pk}"})
    assert answer.status_code == 200
    assert "As it is, and as it would be" in answer.text
    assert mate.get(reverse("assessment:store-map", args=[store.pk]), {"site": f"{CANDIDATE}{made.pk}"}).json()


def test_withdrawn_it_is_offered_no_more(store: Store, owner: str, client_of: ClientOf) -> None:
    made = planted.agree(planted.ask(owner, "North field"), "Seen.")
    officer = client_of(somebody("mate", "technical_officer", organisation_id=owner))
    address = reverse("assessment:candidate-withdraw", args=[made.pk])
    assert officer.post(address, {"reason": "Flooded.", "reason_language": "en"}).status_code == 302
    page = reverse("assessment:store-what-if", args=[store.pk])
    assert "North field" not in sites_of(officer.get(page).text)
    assert officer.get(page, {"site": f"{CANDIDATE}{made.pk}"}).status_code == 404
    assert "Flooded." in officer.get(reverse("assessment:candidate", args=[made.pk])).text
    assert officer.post(address, planted.WHY).status_code == 404, "only once"
    entry = Entry.objects.get(act="candidate.withdraw", row_id=str(made.pk))
    assert entry.reason == "Flooded."


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"latitude_deg": 91.0}, "out_of_range"),
        ({"longitude_deg": float("nan")}, "out_of_range"),
        ({"construction": "tent"}, "unknown_rule"),
    ],
)
def test_a_place_that_cannot_be_is_refused(owner: str, wrong: dict[str, float | str], code: str) -> None:
    draft = replace(planted.draft(owner, "Nowhere"), **wrong)
    with pytest.raises(Refused, match=code):
        services.propose(actor=chief(), session="s", draft=draft, reason="So.")
    assert not Approval.objects.filter(kind=queries.KIND).exists()


def test_the_form_asks_for_an_organisation_in_scope(owner: str, stranger: User, client_of: ClientOf) -> None:
    address = reverse("assessment:candidate-propose")
    sent = planted.proposes(owner)
    assert client_of(stranger).post(address, sent).status_code == 404
    mate = client_of(somebody("mate", "technical_officer", organisation_id=owner))
    answer = mate.post(address, sent)
    asked = Approval.objects.get(kind=queries.KIND)
    assert answer.headers["Location"] == reverse("people:approval", args=[asked.pk])
    assert not CandidateSite.objects.exists(), "it is kept once it is approved"
