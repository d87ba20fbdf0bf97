"""The page of a movement: who may see it, who signs it, the paper, and putting it right."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import translation
from tests.node.records.movements.people import People, browser, held, key, send

from rasr.node.people.models import Approval, Entry
from rasr.node.records.models import Movement, Signature
from rasr.node.records.services import recompute_holdings

pytestmark = pytest.mark.django_db


@pytest.fixture
def issued(crew: People) -> Movement:
    """Three bombs on issue to Ana."""
    assert send(browser(crew.keeper), "issue", **{key("R1"): "3", "party_name": "Ana Ђурић"}).status_code == 302
    return Movement.objects.get(kind="issue")


def page(movement: Movement, name: str = "movement") -> str:
    return reverse(f"records:{name}", args=(movement.pk,))


def test_owner_and_mate_see_it_the_stranger_does_not(crew: People, issued: Movement) -> None:
    for user in (crew.keeper, crew.mate, crew.officer, crew.approver):
        content = browser(user).get(page(issued)).content.decode()
        assert issued.voucher in content
        assert "on issue: Ana Ђурић" in content
    for name in ("movement", "voucher"):
        assert browser(crew.stranger).get(page(issued, name)).status_code == 404
    listed = browser(crew.stranger).get(reverse("records:movements")).content.decode()
    assert issued.voucher not in listed
    assert Entry.objects.filter(act="request.refuse", actor=crew.stranger.pseudonym).count() == 2


def test_lines_of_others_stay_theirs(crew: People) -> None:
    both = browser(crew.loader)
    answer = send(both, "transfer", **{key("R1"): "2", "to_store": "S3"})
    assert answer.status_code in (302, 400)
    first = Movement.objects.order_by("recorded_at").first()
    assert first is not None
    content = browser(crew.stranger).get(page(first)).content.decode()
    assert "Rifle" in content
    assert "Bomb" not in content


def test_double_signature(crew: People, issued: Movement) -> None:
    keeper, mate = browser(crew.keeper), browser(crew.mate)
    to = page(issued, "movement-sign")
    assert keeper.post(to, {"role": "gave"}).status_code == 302
    assert b"signed this voucher already" in keeper.post(to, {"role": "took"}).content
    taken = mate.post(to, {"role": "gave"})
    assert (taken.status_code, b"signed for this already" in taken.content) == (400, True)
    assert mate.post(to, {"role": "took"}).status_code == 302
    assert mate.post(to, {"role": "crafted"}).status_code == 404
    assert browser(crew.stranger).post(to, {"role": "saw"}).status_code == 404
    assert sorted(Signature.objects.values_list("role", "name")) == [("gave", "keeper"), ("took", "mate")]
    assert Entry.objects.filter(act="movement.sign").count() == 2


def test_each_signs_in_a_session_of_their_own(crew: People, issued: Movement) -> None:
    keeper, mate = browser(crew.keeper), browser(crew.mate)
    to = page(issued, "movement-sign")
    keeper.post(to, {"role": "gave"})
    given = Signature.objects.get()
    mate.post(to, {"role": "took"})
    other = Signature.objects.get(role="took")
    assert given.session != other.session
    Signature.objects.filter(pk=given.pk).update(session=other.session)
    Signature.objects.filter(pk=other.pk).delete()
    assert b"has signed in this session" in mate.post(to, {"role": "took"}).content


@pytest.mark.parametrize("language", ["en", "mk", "sq"])
def test_the_voucher_on_paper(crew: People, issued: Movement, language: str) -> None:
    keeper = browser(crew.keeper)
    keeper.cookies.load({})
    with translation.override(language):
        answer = keeper.get(page(issued, "voucher"), headers={"accept-language": language})
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content[:5] == b"%PDF-"
    assert "voucher-A-" in answer["Content-Disposition"]
    assert Entry.objects.filter(act="export.make", actor=crew.keeper.pseudonym).exists()


def test_a_correction_waits_for_a_second_person(crew: People, issued: Movement) -> None:
    assert browser(crew.keeper).get(page(issued, "movement-correct")).status_code == 403
    chief = browser(crew.officer)
    assert chief.get(page(issued, "movement-correct")).status_code == 200
    assert chief.post(page(issued, "movement-correct"), {"reason": "", "reason_language": "en"}).status_code == 400
    answer = chief.post(page(issued, "movement-correct"), {"reason": "Counted twice.", "reason_language": "en"})
    approval = Approval.objects.get()
    assert answer["Location"] == reverse("people:approval", args=(approval.pk,))
    assert held()["R1", "S1"] == 2
    data = {"decision": "approve", "digest": approval.digest, "reason": "Seen.", "reason_language": "en"}
    browser(crew.approver).post(reverse("people:decide", args=(approval.pk,)), data)
    assert held()["R1", "S1"] == 5
    content = chief.get(page(issued)).content.decode()
    assert "was turned round" in content
    assert "Put right" not in content
    assert recompute_holdings() == []


def test_the_list_is_narrowed(crew: People, issued: Movement) -> None:
    keeper = browser(crew.keeper)
    for query, there in (("kind=issue", True), ("kind=loss", False), ("store=S1", True), ("store=S3", False),
                         ("q=because", True), ("q=nothing", False), ("since=2999-01-01", False)):  # fmt: skip
        content = keeper.get(f"{reverse('records:movements')}?{query}").content.decode()
        assert (issued.voucher in content) == there, query
    export = keeper.get(f"{reverse('records:movements')}?export=csv")
    assert issued.voucher in b"".join(export).decode()
