"""Pages of licences and emergency cards: who may open them, what they show, what is answered to a crafted id."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse
from tests.node.assessment.licences.planted_licences import CONTACTS, DISTANCES, PROPOSES, UNTIL
from tests.node.records.ledger.crew import S1, S2, Crew, moves

from rasr.core.basis.findings import Refused
from rasr.node.assessment.licences import cards, distances, giving, views
from rasr.node.assessment.models import EmergencyCard, LicenceForm
from rasr.node.people.approvals import services as approvals
from rasr.node.people.models import Approval, Entry, User
from rasr.node.places.models import Licence, Store
from rasr.node.records.models import Exposure
from rasr.report.texts import LANGUAGES

pytestmark = pytest.mark.django_db
Opens = Callable[[User], Client]
SENT = {**PROPOSES, "limit_1_1": "500", "conditions": "Shut the door."}
DAY = date(2026, 1, 5)


def url(name: str, *args: Any) -> str:
    """An address of this room."""
    return reverse(f"assessment:licence-{name}", args=args)


@pytest.fixture
def form(beside: Crew) -> LicenceForm:
    """A signed licence of S1."""
    draft = giving.Draft("S1", {"1.1": 500.0}, UNTIL, "Shut the door.", "The document", "", "en")
    asked = giving.propose(actor=beside.judge, session="asks", draft=draft, reason="New.")
    agreed: dict[str, Any] = {"session": "decides", "approve": True, "reason": "Seen.", "digest": asked.digest}
    approvals.decide(actor=beside.mate, approval_id=asked.pk, **agreed)
    return LicenceForm.objects.get()


def propose(beside: Crew, **change: Any) -> Approval:
    """Distances of S1 that wait for a second person."""
    given = {"distances": {"1": {cards.WITHDRAWAL: 800.0}}, "source": "Site order 7", "as_of": DAY, **change}
    draft = distances.Draft("S1", **given)
    return distances.propose(actor=beside.judge, session="asks", draft=draft, reason="Read.")


def agree(beside: Crew, asked: Approval) -> None:
    """By the second person."""
    agreed: dict[str, Any] = {"session": "decides", "approve": True, "reason": "Read too.", "digest": asked.digest}
    approvals.decide(actor=beside.mate, approval_id=asked.pk, **agreed)


@pytest.fixture
def card(beside: Crew) -> EmergencyCard:
    """The card of S1, with an address."""
    cards.write_contacts(actor=beside.keeper, store_id="S1", contacts="Fire brigade: +355 112", as_of=DAY)
    agree(beside, propose(beside))
    return cards.renew_address(actor=beside.judge, store_id="S1")


def test_from_the_page_of_the_store_to_the_signed_paper(beside: Crew, client_of: Opens) -> None:
    judge = client_of(beside.judge)
    page = judge.get(url("store", "S1")).content.decode()
    assert "BD30" in page
    assert "H1" not in page, "who sees one organisation is not told the names of exposed sites"
    assert "H1" in client_of(beside.ana).get(url("store", "S1")).content.decode()
    assert "not verified" in page
    assert url("propose", "S1") in page
    answer = judge.post(url("propose", "S1"), SENT)
    asked = Approval.objects.get(kind=giving.KIND)
    assert (answer.status_code, answer["Location"]) == (302, reverse("people:approval", args=[asked.pk]))
    waiting = judge.get(url("store", "S1")).content.decode()
    assert answer["Location"] in waiting
    assert url("propose", "S1") not in waiting
    mate = client_of(beside.mate)
    shown = mate.get(answer["Location"]).content.decode()
    assert "500 kg NEQ until 2099-01-01" in shown
    mate.post(
        reverse("people:decide", args=[asked.pk]), {"decision": "approve", "reason": "Seen.", "digest": asked.digest}
    )
    signed = LicenceForm.objects.get()
    assert url("form", signed.pk) in judge.get(url("store", "S1")).content.decode()
    assert "Shut the door." in judge.get(url("form", signed.pk)).content.decode()
    assert url("form", signed.pk) in judge.get(url("list")).content.decode()


def test_a_refused_licence_says_why_and_asks_nobody(beside: Crew, client_of: Opens) -> None:
    answer = client_of(beside.judge).post(url("propose", "S1"), {**SENT, "limit_1_1": "5000"})
    assert answer.status_code == 400
    assert "name the exception" in answer.content.decode()
    assert client_of(beside.judge).post(url("propose", "S1"), {**SENT, "limit_1_1": "nan"}).status_code == 400
    assert not Approval.objects.exists()


def test_what_if_so_much_came_is_shown_and_nothing_kept(beside: Crew, client_of: Opens) -> None:
    judge = client_of(beside.judge)
    page = judge.get(url("store", "S1"), {"division": "1.3", "kg": "150"}).content.decode()
    assert 'badge badge-bad">new' in page
    assert "the licence" in page
    for crafted in ({"division": "9", "kg": "1"}, {"division": "1.1", "kg": "nan"}, {"division": "1.1", "kg": "x"}):
        assert judge.get(url("store", "S1"), crafted).status_code == 200


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_paper_is_there_in_every_language(form: LicenceForm, beside: Crew, client_of: Opens, language: str) -> None:
    answer = client_of(beside.mate).get(url("pdf", form.pk), {"language": language})
    assert answer.status_code == 200
    assert answer.content.startswith(b"%PDF")
    assert len(answer.content) > 10_000
    assert "licence-S1-1" in answer["Content-Disposition"]


def test_the_paper_names_no_store_out_of_scope(
    form: LicenceForm, beside: Crew, client_of: Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = {**form.basis["pairs"][0], "exposed_id": "S3", "exposure_kind": "unknown", "is_store": True}
    form.basis["pairs"].append(told)
    form.save()
    page = client_of(beside.judge).get(url("form", form.pk)).content.decode()
    assert "another store" in page
    assert "S3" not in page
    printed: list[Any] = []
    monkeypatch.setattr(
        "rasr.node.assessment.licences.printing._pdf", lambda _name, told: printed.append(told) or b"%PDF"
    )
    client_of(beside.judge).get(url("pdf", form.pk))
    assert "S3" not in str(printed)
    labels = [point["label"] for point in printed[0]["drawing"]["points"]]
    assert labels == ["1"], "a store out of scope is not drawn"


def test_what_is_out_of_scope_is_not_there(
    form: LicenceForm, card: EmergencyCard, beside: Crew, client_of: Opens
) -> None:
    stranger = client_of(beside.stranger)
    for name in ("store", "propose", "card", "card-contacts", "card-distances", "card-pdf"):
        assert stranger.get(url(name, "S1")).status_code == 404, name
    assert stranger.get(url("form", form.pk)).status_code == 404
    assert stranger.get(url("pdf", form.pk)).status_code == 404
    assert stranger.post(url("propose", "S1"), SENT).status_code == 404
    assert stranger.post(url("card-contacts", "S1"), CONTACTS).status_code == 404
    assert stranger.post(url("card-distances", "S1"), DISTANCES).status_code == 404
    assert stranger.post(url("card-address", "S1"), {"what": "close"}).status_code == 404
    assert url("form", form.pk) not in stranger.get(url("list")).content.decode()
    assert stranger.get(url("form", UUID(int=7))).status_code == 404
    assert EmergencyCard.objects.get().address == card.address


def test_who_keeps_stock_writes_contacts_and_no_distances(beside: Crew, client_of: Opens) -> None:
    keeper, mate = client_of(beside.keeper), client_of(beside.mate)
    assert keeper.post(url("card-contacts", "S1"), CONTACTS).status_code == 302
    for page, sent in (("card-distances", DISTANCES), ("card-address", {"what": "renew"}), ("propose", SENT)):
        assert keeper.post(url(page, "S1"), sent).status_code == 403, page
    assert mate.post(url("card-contacts", "S1"), CONTACTS).status_code == 403
    assert mate.get(url("card", "S1")).status_code == 200


def test_a_card_without_anything_says_not_covered(beside: Crew, client_of: Opens) -> None:
    page = client_of(beside.keeper).get(url("card", "S1")).content.decode()
    assert "not covered" in page
    assert "No contact was written down." in page
    assert client_of(beside.keeper).get(url("card-pdf", "S1")).content.startswith(b"%PDF")
    assert not EmergencyCard.objects.exists(), "looking keeps nothing"


def test_the_card_opens_without_signing_in_and_tells_nothing_else(card: EmergencyCard, beside: Crew) -> None:
    answer = Client().get(url("open-card", card.address))
    page = answer.content.decode()
    assert answer.status_code == 200
    assert answer["Referrer-Policy"] == "no-referrer"
    assert "no-store" in answer["Cache-Control"]
    assert "800" in page
    assert 'href="tel:+355112"' in page
    assert "Site order 7" in page
    for secret in ("Bomb", "R1", "10.5", "NEQ", "H1"):
        assert secret not in page, secret
    assert Entry.objects.filter(act="card.look", row_id="S1", site_id="A").count() == 1
    assert card.address not in str(list(Entry.objects.values_list("after", "before", "row_id")))
    assert beside.judge.pk


def test_distances_are_on_the_card_when_a_second_person_agrees(beside: Crew, client_of: Opens) -> None:
    judge = client_of(beside.judge)
    answer = judge.post(url("card-distances", "S1"), DISTANCES)
    asked = Approval.objects.get(kind=distances.KIND)
    assert answer["Location"] == reverse("people:approval", args=[asked.pk])
    address = cards.renew_address(actor=beside.judge, store_id="S1").address
    assert "<strong>800</strong>" not in Client().get(url("open-card", address)).content.decode()
    page = judge.get(url("card", "S1")).content.decode()
    assert "Distances of this card wait for a second person." in page
    assert judge.post(url("card-distances", "S1"), DISTANCES).status_code == 400, "one at a time"
    agreed: dict[str, Any] = {"session": "other", "approve": True, "reason": "Mine.", "digest": asked.digest}
    with pytest.raises(Refused, match="approval_own"):
        approvals.decide(actor=beside.judge, approval_id=asked.pk, **agreed)
    agree(beside, asked)
    opened = Client().get(url("open-card", address)).content.decode()
    assert "<strong>800</strong>" in opened
    assert "A second person agreed on" in opened
    assert Entry.objects.filter(act="card.distances", row_id="S1", actor=beside.mate.pseudonym).count() == 1
    change = propose(beside, distances={}, source="").shown["lines"][0]
    assert (change["before"], change["after"]) == ("800", "–")


def test_distances_that_one_person_wrote_before_are_not_told(
    card: EmergencyCard, client_of: Opens, beside: Crew
) -> None:
    EmergencyCard.objects.update(distances_agreed_at=None)
    opened = Client().get(url("open-card", card.address)).content.decode()
    assert "<strong>800</strong>" not in opened
    assert "Site order 7" not in opened
    assert "no second person has agreed to" in client_of(beside.judge).get(url("card", "S1")).content.decode()


def test_the_card_is_in_every_language(card: EmergencyCard) -> None:
    pages = {code: Client().get(url("open-card", card.address), {"language": code}) for code in LANGUAGES}
    assert {answer.status_code for answer in pages.values()} == {200}
    assert Client().get(url("open-card", card.address), {"language": "xx"}).status_code == 200


def test_a_renewed_or_closed_address_opens_nothing(card: EmergencyCard, beside: Crew, client_of: Opens) -> None:
    old, judge = card.address, client_of(beside.judge)
    assert judge.post(url("card-address", "S1"), {"what": "renew"}).status_code == 302
    new = EmergencyCard.objects.get().address
    assert new is not None
    assert len(new) >= 43
    assert Client().get(url("open-card", old)).status_code == 404
    assert Client().get(url("open-card", new)).status_code == 200
    assert judge.post(url("card-address", "S1"), {"what": "close"}).status_code == 302
    assert Client().get(url("open-card", new)).status_code == 404
    assert Client().get(url("open-card", "None")).status_code == 404
    acts = list(Entry.objects.filter(act__startswith="card.", row_id="S1").values_list("act", flat=True))
    assert acts.count("card.open") == 2
    assert acts.count("card.close") == 1
    assert new not in str(list(Entry.objects.values_list("after", "before")))


def test_a_store_that_is_closed_has_no_card(card: EmergencyCard) -> None:
    Store.objects.filter(pk="S1").update(closed=True)
    assert Client().get(url("open-card", card.address)).status_code == 404


def test_guessing_addresses_ends_soon(card: EmergencyCard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rasr.node.assessment.licences.card_views.MOST_LOOKS", 3)
    client = Client()
    answers = [client.get(url("open-card", f"guess{number}")).status_code for number in range(4)]
    assert answers == [404, 404, 404, 429]
    assert client.get(url("open-card", card.address)).status_code == 429
    assert card.address not in str(list(Entry.objects.values_list("after", flat=True)))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"source": " "}, "card_source_wanted"),
        ({"distances": {"1": {cards.WITHDRAWAL: 0.0}}}, "card_distance_wrong"),
        ({"distances": {"1": {cards.WITHDRAWAL: float("nan")}}}, "card_distance_wrong"),
        ({"distances": {"1": {cards.WITHDRAWAL: 1e9}}}, "card_distance_wrong"),
        ({"distances": {"9": {cards.WITHDRAWAL: 5.0}}}, "card_distance_wrong"),
        ({"as_of": date(2999, 1, 1)}, "card_day_ahead"),
    ],
)
def test_what_is_no_distance_is_refused(beside: Crew, change: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused) as refused:
        propose(beside, **change)
    assert refused.value.code == code
    assert not EmergencyCard.objects.exists()


def test_the_page_after_a_movement_is_for_who_may_see_it(beside: Crew, client_of: Opens) -> None:
    asked = _asked(beside)
    page = client_of(beside.keeper).get(url("after", asked.pk))
    assert page.status_code == 200
    assert "mended" in page.content.decode()
    assert client_of(beside.stranger).get(url("after", asked.pk)).status_code == 404


def _asked(crew: Crew) -> Approval:
    """Three bombs from S1 to S2, for which S2 has no licence enough: it waits for a second person."""
    Licence.objects.filter(store="S2", hazard_division="1.1").update(neq_limit_kg=20.0)
    return crew.ask(moves("transfer", ("R1", 3, S1, S2)))


@pytest.mark.parametrize("rows", [1, 40])
def test_the_page_of_a_store_asks_no_more_for_more_neighbours(
    beside: Crew, client_of: Opens, rows: int, django_assert_max_num_queries: Any
) -> None:
    Exposure.objects.bulk_create(
        Exposure(position=n + 1, exposure_id=f"X{n}", kind="workshop", latitude_deg=41.001, longitude_deg=20.0)
        for n in range(rows)
    )
    judge = client_of(beside.judge)
    judge.get(url("store", "S1"))
    with django_assert_max_num_queries(24):
        judge.get(url("store", "S1"))


def test_a_language_that_there_is_not_is_that_of_the_page(rf: Any) -> None:
    assert views.language_of(rf.get("/", {"language": "mk"})) == "mk"
    assert views.language_of(rf.get("/", {"language": "../x"})) in LANGUAGES
