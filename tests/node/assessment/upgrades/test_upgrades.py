"""Upgrade projects: proposed with works, approved by a second person, carried out, handed over, accepted."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image
from tests.node.assessment.security import planted_visits
from tests.node.assessment.upgrades import planted_upgrades as planted
from tests.node.conftest import somebody
from tests.node.records.catalogue.planted_catalogue import photograph
from tests.node.records.lots.planted_lots import WHY_SENT, chief

from rasr.core.basis.findings import Refused
from rasr.node.assessment.models import SecurityVisit, Upgrade, UpgradePhoto, UpgradeState
from rasr.node.assessment.security import services as visits
from rasr.node.assessment.upgrades import agreeing, costs, photographs, queries, services
from rasr.node.assessment.upgrades.costs import Costs, Money, Work
from rasr.node.people.approvals import services as approvals
from rasr.node.people.models import Entry, User
from rasr.node.people.place import Place
from rasr.node.places.models import Organisation, Site, Store
from rasr.node.records.events import due
from rasr.node.records.models import ExchangeRate

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("assessed")]
ClientOf = Callable[[User], Client]
FENCE, LOCKS = Work("fence", "North side", None, ""), Work("locks", "Two doors", 100_000, "EUR", "IATG 09.10")


@pytest.fixture
def store() -> Store:
    """A store."""
    return Store.objects.select_related("site").order_by("pk")[0]


@pytest.fixture
def stranger(store: Store) -> User:
    """The technical officer of another organisation."""
    other = Organisation.objects.filter(site__isnull=False).exclude(pk=store.site.organisation_id).distinct()[0]
    return somebody("stranger", "technical_officer", organisation_id=other.pk)


def codes(found: Costs) -> list[tuple[str, int | None]]:
    """The faults of some costs, with their rows."""
    return [(one.code, one.row) for one in costs.faults(found)]


def test_it_goes_from_the_proposal_to_the_acceptance(store: Store) -> None:
    made = planted.propose(store.pk, "Doors", (LOCKS,))
    with pytest.raises(Refused, match="upgrade_step_not_now"):
        services.step(actor=chief(), upgrade_id=made.pk, name="begin", on=None, why=planted.WHY)
    assert planted.agree(made).state == UpgradeState.APPROVED
    on: dict[str, Any] = {"on": planted.DAY, "why": planted.WHY}
    assert services.step(actor=chief(), upgrade_id=made.pk, name="begin", **on).state == UpgradeState.UNDER_WAY
    with pytest.raises(Refused, match="upgrade_step_not_now"):
        services.step(actor=chief(), upgrade_id=made.pk, name="accept", **on)
    assert planted.hand_over(made).state == UpgradeState.HANDED_OVER
    made = services.step(actor=chief(), upgrade_id=made.pk, name="accept", **on)
    assert made.state == UpgradeState.ACCEPTED
    assert (made.start_on, made.handover_on, made.accepted_on) == (planted.DAY,) * 3
    with pytest.raises(Refused, match="upgrade_ended"):
        services.step(actor=chief(), upgrade_id=made.pk, name="abandon", on=None, why=planted.WHY)


def test_who_asks_does_not_approve_and_what_changes_is_asked_for_again(store: Store) -> None:
    made = planted.propose(store.pk, "Doors", (LOCKS,))
    asked = agreeing.ask(actor=chief(), session="s", upgrade_id=made.pk, reason="So.")
    sure: dict[str, Any] = {"approve": True, "reason": "Mine.", "digest": asked.digest}
    with pytest.raises(Refused, match="approval_own"):
        approvals.decide(actor=chief(), session="s", approval_id=asked.pk, **sure)
    services.price(actor=chief(), upgrade_id=made.pk, costs=Costs((LOCKS, FENCE)), why=planted.WHY)
    with pytest.raises(Refused):
        approvals.decide(actor=planted.second(), session="t", approval_id=asked.pk, **sure)
    made.refresh_from_db()
    assert made.state == UpgradeState.PROPOSED
    assert planted.agree(made).approved_by == planted.second()
    services.price(actor=chief(), upgrade_id=made.pk, costs=Costs((LOCKS,)), why=planted.WHY)
    made.refresh_from_db()
    assert (made.state, made.approved_by) == (UpgradeState.PROPOSED, None)


def test_others_learn_nothing_of_it(store: Store, stranger: User, client_of: ClientOf) -> None:
    made = planted.plant(store.pk, "Secret locks", "Secret programme")
    away, keeper = client_of(stranger), client_of(somebody("keeper", "storekeeper", site_id=store.site_id))
    one, photo = [made.upgrade_id], [made.upgrade_photo_id]
    for name, args in (
        ("upgrade", one),
        ("upgrade-costs", one),
        ("upgrade-photo", photo),
        ("upgrade-photo-drop", photo),
    ):
        assert away.get(reverse(f"assessment:{name}", args=args)).status_code == 404
        assert keeper.get(reverse(f"assessment:{name}", args=args)).status_code == 403
    for name in ("upgrade-list", "programme-list"):
        assert "Secret" not in away.get(reverse(f"assessment:{name}")).text
    with pytest.raises(PermissionDenied):
        services.propose(
            actor=User.objects.get(username="keeper"), place=Place(store_id=store.pk), facts={}, why=planted.WHY
        )
    with pytest.raises(Store.DoesNotExist):
        services.propose(actor=stranger, place=Place(store_id=store.pk), facts={"name": "Mine"}, why=planted.WHY)
    with pytest.raises(Upgrade.DoesNotExist):
        services.price(actor=stranger, upgrade_id=made.upgrade_id, costs=Costs(), why=planted.WHY)


def test_works_and_photographs_are_sealed_and_stand_on_no_trail(
    store: Store, settings: Any, client_of: ClientOf
) -> None:
    made = planted.plant(store.pk, "Padlock at gate 7")
    row, photo = Upgrade.objects.get(pk=made.upgrade_id), UpgradePhoto.objects.get(pk=made.upgrade_photo_id)
    assert "Padlock" not in row.works + photo.caption
    assert not bytes(photo.content).startswith(b"\xff\xd8"), "the file is no JPEG as it is kept"
    works = Entry.objects.filter(act="upgrade.price", row_id=str(row.pk)).latest("at")
    assert works.after == {"works": 2, "cost": {"EUR": 1050}, "money": {"EUR": 1050}}
    told = client_of(chief()).get(reverse("assessment:upgrade", args=[row.pk]))
    assert told.text.count("Padlock at gate 7") > 2
    assert Entry.objects.filter(act="page.look", row_id=str(row.pk)).exists(), "a look is on the trail"
    settings.SECRET_KEY = "another key of another node, which is as long as that of this one"
    shown = client_of(chief()).get(reverse("assessment:upgrade", args=[row.pk])).text
    assert "were sealed with another key" in shown
    services.price(actor=chief(), upgrade_id=row.pk, costs=Costs((FENCE,)), why=planted.WHY)
    row.refresh_from_db()
    assert queries.costs_of(row).works == (FENCE,), "they can be written down anew"


def test_what_was_sealed_of_another_project_is_not_taken_for_this_ones(store: Store) -> None:
    made, other = (planted.propose(store.pk, name, (work,)) for name, work in (("A", LOCKS), ("B", FENCE)))
    made.works = other.works
    with pytest.raises(Refused, match="security_unreadable"):
        queries.costs_of(made)
    one, two = (photographs.add(actor=chief(), upgrade_id=made.pk, file=photograph()) for _ in range(2))
    one.content = two.content
    with pytest.raises(Refused, match="security_unreadable"):
        photographs.content(one)


def test_the_handover_waits_for_a_second_person(store: Store, client_of: ClientOf) -> None:
    made, officer = planted.agree(planted.propose(store.pk, "Doors", (LOCKS,))), client_of(chief())
    services.step(actor=chief(), upgrade_id=made.pk, name="begin", on=planted.DAY, why=planted.WHY)
    page, shown = (reverse(f"assessment:{name}", args=[made.pk]) for name in ("upgrade-hand-over", "upgrade"))
    assert page in officer.get(shown).text
    assert officer.post(page, {"on": "2026-01-06", **WHY_SENT}).status_code == 302
    made.refresh_from_db()
    assert made.state == UpgradeState.UNDER_WAY
    assert page not in officer.get(shown).text, "it is asked for once"
    asked = queries.waiting(chief(), made)
    assert asked is not None
    sure: dict[str, Any] = {"approval_id": asked.pk, "approve": True, "reason": "Seen.", "digest": asked.digest}
    with pytest.raises(Refused, match="approval_own"):
        approvals.decide(actor=chief(), session="s", **sure)
    services.price(actor=chief(), upgrade_id=made.pk, costs=Costs((LOCKS, FENCE)), why=planted.WHY)
    with pytest.raises(Refused):
        approvals.decide(actor=planted.second(), session="t", **sure)
    made.refresh_from_db()
    assert (made.state, made.handover_on) == (UpgradeState.PROPOSED, None), "what changed is approved first"
    assert planted.agree(made).state == UpgradeState.UNDER_WAY
    assert str(planted.hand_over(made).handover_on) == "2026-01-05"


def test_assessments_are_named_by_who_sees_them(store: Store, stranger: User, client_of: ClientOf) -> None:
    made = planted.propose(store.pk, "Doors", (LOCKS,))
    first, then, running = (
        planted_visits.begin(chief(), store.site_id, visited_on=date(2026, 1, day)) for day in (1, 9, 12)
    )
    for one in (first, then):
        visits.finish(actor=chief(), visit_id=one.pk)
    change = partial(services.change, actor=chief(), upgrade_id=made.pk, why=planted.WHY)
    with pytest.raises(SecurityVisit.DoesNotExist):
        change(facts={"visit_before_id": running.pk})
    with pytest.raises(Refused, match="upgrade_assessed_in_disorder"):
        change(facts={"visit_before_id": then.pk, "visit_after_id": first.pk})
    change(facts={"visit_before_id": first.pk, "visit_after_id": then.pk})
    page = reverse("assessment:upgrade", args=[made.pk])
    link = reverse("assessment:security-visit", args=[first.pk])
    assert link in client_of(chief()).get(page).text
    reader = somebody("reads", "approver")
    told = client_of(reader).get(page).text
    assert "Doors" in told
    assert link not in told, "who may not see an assessment does not learn that there is one"
    assert "Assessment before" not in told
    elsewhere = Store.objects.exclude(site__organisation_id=store.site.organisation_id).order_by("pk")[0]
    mine = services.propose(actor=stranger, place=Place(store_id=elsewhere.pk), facts={"name": "Mine"}, why=planted.WHY)
    with pytest.raises(SecurityVisit.DoesNotExist):
        services.change(actor=stranger, upgrade_id=mine.pk, facts={"visit_before_id": first.pk}, why=planted.WHY)


def test_what_somebody_may_not_choose_stays_when_they_change_the_rest(store: Store, client_of: ClientOf) -> None:
    made = planted.plant(store.pk, "Doors")
    local = somebody("local", "technical_officer", site_id=store.site_id)
    page = reverse("assessment:upgrade-change", args=[made.upgrade_id])
    assert 'name="programme"' not in client_of(local).get(page).text
    assert client_of(local).post(page, {"name": "New", **WHY_SENT}).status_code == 302
    found = Upgrade.objects.get(pk=made.upgrade_id)
    assert (found.name, found.programme_id) == ("New", made.programme_id)


def test_no_place_stays_in_a_photograph(store: Store) -> None:
    made = planted.propose(store.pk, "Doors", (LOCKS,))
    taken = Image.open(photograph())
    exif = Image.Exif()
    exif.get_ifd(0x8825)[1] = "N"
    file = io.BytesIO()
    taken.save(file, "JPEG", exif=exif)
    file.seek(0)
    kept = photographs.add(actor=chief(), upgrade_id=made.pk, file=file, caption="x" * 500)
    assert not Image.open(io.BytesIO(photographs.content(kept))).getexif()
    assert len(photographs.caption(kept)) == 200
    with pytest.raises(Refused, match="picture_unreadable"):
        photographs.add(actor=chief(), upgrade_id=made.pk, file=io.BytesIO(b"<svg/>"))


def test_every_fault_is_told_at_once() -> None:
    wrong = (Work("moat", "", 1, "EUR"), Work("fence", "North", -1, "EUR"), Work("locks", "", 5, ""))
    money = (Money("", 1, "EUR"), Money("EU", -2, ""))
    assert codes(Costs(wrong, money)) == [
        ("upgrade_kind_wanted", 1),
        ("upgrade_cost_negative", 2),
        ("upgrade_currency_wanted", 3),
        ("upgrade_donor_wanted", 1),
        ("upgrade_cost_negative", 2),
        ("upgrade_currency_wanted", 2),
    ]
    assert codes(Costs((FENCE,), (Money("EU", 1, "EUR"),))) == [], "what is unknown cannot be exceeded"
    assert [one.numbers["what"] for one in costs.unknown(Costs((FENCE, LOCKS)))] == ["North side"]
    assert codes(Costs((LOCKS,), (Money("EU", 60_000, "EUR"), Money("US", 40_000, "EUR")))) == []
    assert codes(Costs((LOCKS,), (Money("EU", 60_000, "EUR"), Money("US", 40_001, "EUR")))) == [
        ("upgrade_money_above_cost", None)
    ]


def test_currencies_are_added_by_a_rate_only(store: Store, client_of: ClientOf) -> None:
    works, money = (
        (Work("fence", "", 24_800_000, "USD"),),
        (Money("EU", 16_000_000, "EUR"), Money("US", 8_800_000, "USD")),
    )
    assert costs.sums(money) == {"EUR": 16_000_000, "USD": 8_800_000}
    assert [one.code for one in costs.beyond(Costs(works, money), {})] == ["upgrade_rate_missing"]
    assert costs.in_euro({"USD": 1, "EUR": 1}, {}) is None
    assert costs.in_euro({"USD": 8_800_000, "EUR": 16_000_000}, {"USD": 0.9}) == 23_920_000
    assert [one.code for one in costs.beyond(Costs(works, money), {"USD": 0.9})] == ["upgrade_money_above_cost"]
    assert costs.beyond(Costs(works, money), {"USD": 2.0}) == []
    ExchangeRate.objects.filter(currency="USD").delete()
    made = planted.propose(store.pk, "Doors", works, money)
    page = reverse("assessment:upgrade", args=[made.pk])
    assert "no exchange rate for USD" in client_of(chief()).get(page).text
    rate = {"currency": "USD", "on": planted.DAY, "eur_per_unit": 2.0, "source": "A bank", "position": 10**6}
    ExchangeRate.objects.create(**rate)
    assert "A bank" in client_of(chief()).get(page).text


def test_the_form_keeps_unknown_costs_and_names_each_fault(store: Store, client_of: ClientOf) -> None:
    made, officer = planted.propose(store.pk, "Doors", ()), client_of(chief())
    page = reverse("assessment:upgrade-costs", args=[made.pk])
    wrong = {
        "works_what_0": "North",
        "works_kind_1": "fence",
        "works_cents_1": "-3",
        "works_currency_1": "eur",
        **WHY_SENT,
    }
    answer = officer.post(page, {**wrong, "money_cents_0": "5", "money_currency_0": "EUR"})
    assert answer.status_code == 400
    for told in ("Choose the kind of work.", "is below zero", "Write down who gives the money."):
        assert told in answer.text
    assert officer.post(page, {"works_kind_0": "fence", "works_what_0": "North", **WHY_SENT}).status_code == 302
    made.refresh_from_db()
    assert queries.costs_of(made) == Costs((Work("fence", "North", None, ""),))
    assert "The cost of North is unknown" in officer.get(reverse("assessment:upgrade", args=[made.pk])).text


def test_a_handover_is_not_before_the_start(store: Store, client_of: ClientOf) -> None:
    sent = {**planted.proposes(store.pk), "start_planned_on": "2026-03-01"}
    answer = client_of(chief()).post(reverse("assessment:upgrade-propose"), sent)
    assert answer.status_code == 400
    assert "lies before the start" in answer.text
    made = planted.agree(planted.propose(store.pk, "Doors", (LOCKS,)))
    services.step(actor=chief(), upgrade_id=made.pk, name="begin", on=planted.DAY, why=planted.WHY)
    early = planted.DAY - timedelta(days=1)
    with pytest.raises(Refused, match="upgrade_handover_before_start"):
        planted.hand_over(made, early)
    tomorrow = timezone.localdate() + timedelta(days=1)
    with pytest.raises(Refused, match="day_in_future"):
        planted.hand_over(made, tomorrow)


def test_an_overdue_handover_is_due(store: Store, stranger: User) -> None:
    made = planted.propose(store.pk, "Doors", (LOCKS,))
    line = next(one for one in due.due_for(chief()) if one.code == "upgrade")
    assert (line.what, line.is_late, line.address) == ("Doors", True, reverse("assessment:upgrade", args=[made.pk]))
    assert not [one for one in due.due_for(stranger) if one.code == "upgrade"]
    services.step(actor=chief(), upgrade_id=made.pk, name="abandon", on=None, why=planted.WHY)
    assert not [one for one in due.due_for(chief()) if one.code == "upgrade"]


def test_a_programme_stands_beside_what_is_counted(client_of: ClientOf) -> None:
    """The published programme: 7 storages and 15 evidence rooms stated, of which the items add up to 7 and 13."""
    owner = Organisation.objects.filter(site__isnull=False).distinct()[0]
    storage, room = Site.objects.order_by("pk")[:2]
    Site.objects.filter(pk=storage.pk).update(kind="police_storage")
    Site.objects.filter(pk=room.pk).update(kind="evidence_room")
    stated = {"police_storage": 7, "evidence_room": 15}
    about: dict[str, Any] = {"organisation_id": owner.pk, "name": "Storages", "source": "A page", "stated": stated}
    made = services.found_programme(actor=chief(), why=planted.WHY, **about)
    for at, one in enumerate([storage] * 7 + [room] * 13):
        facts = {"name": f"Place {at}", "programme_id": made.pk}
        services.propose(actor=chief(), place=Place(site_id=one.pk), facts=facts, why=planted.WHY)
    ((found, rows),) = queries.beside(chief())
    assert found == made
    told = [(one.kind, one.stated, one.counted, one.difference) for one in rows]
    assert told == [("evidence_room", 15, 13, 2), ("police_storage", 7, 7, 0)]
    assert "Storages" in client_of(chief()).get(reverse("assessment:programme-list")).text


def test_the_list_is_taken_along_marked_and_on_the_trail(store: Store, client_of: ClientOf) -> None:
    planted.propose(store.pk, "=2+3", (LOCKS,))
    answer = client_of(chief()).get(reverse("assessment:upgrade-list"), {"export": "csv", "state": "late"})
    assert "-confidential.csv" in answer.headers["Content-Disposition"]
    told = b"".join(answer).decode()
    assert "'=2+3" in told
    assert "EUR 1000.00" in told, "sums, not what is sealed"
    assert Entry.objects.filter(act="export.make", after__name="upgrades").exists()
