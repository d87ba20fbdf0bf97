"""The page of a movement: who may see it, who signs it, the paper, and putting it right."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
import segno
import typst
from django.db import DatabaseError, transaction
from django.urls import reverse
from PIL import Image
from tests.node.records.movements.people import People, browser, held, key, send, things

from rasr.core.basis.findings import Refused
from rasr.core.log.tree import leaf_hash
from rasr.node.people.covered import COVERED
from rasr.node.people.models import Approval, Entry, Leaf
from rasr.node.records.models import Movement, Signature
from rasr.node.records.movements import queries, services, voucher_views, vouchers
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
    assert [(one.role, one.signed_by) for one in Signature.objects.all()] == [("gave", "keeper"), ("took", "mate")]
    assert Entry.objects.filter(act="movement.sign").count() == 2


def test_each_signs_in_a_session_of_their_own(crew: People, issued: Movement) -> None:
    to = page(issued, "movement-sign")
    browser(crew.keeper).post(to, {"role": "gave"})
    given = Signature.objects.get()
    with pytest.raises(Refused, match="signature_session"):
        services.sign(actor=crew.mate, session=given.session, movement_id=issued.pk, role="took")
    browser(crew.mate).post(to, {"role": "took"})
    assert Signature.objects.get(role="took").session != given.session


def test_a_signature_is_a_leaf_of_the_log_and_cannot_be_changed(crew: People, issued: Movement) -> None:
    browser(crew.keeper).post(page(issued, "movement-sign"), {"role": "gave"})
    signed = Signature.objects.get()
    leaf = Leaf.objects.get(table="records_signature", row_id=str(signed.pk))
    (entry,) = COVERED[leaf.table].entries([leaf.row_id]).values()
    assert bytes(leaf.hash) == leaf_hash(entry)
    told = json.loads(entry)["columns"]
    assert (told["role"], told["user"], told["name"]) == ("gave", str(crew.keeper.pseudonym), "")
    assert told["movement"] == str(issued.pk)
    rows = Signature.objects.filter(pk=signed.pk)
    for change in (lambda: rows.update(role="took"), rows.delete):
        with pytest.raises(DatabaseError, match="is immutable"), transaction.atomic():
            change()


class Printer:
    """Stands where typst does: what it was told, and the first page as it is printed."""

    told: dict[str, Any]
    first_page: Image.Image

    def compile(self, source: bytes, *, sys_inputs: dict[str, str], ignore_system_fonts: bool) -> bytes:
        """The PDF; the first page is kept as a picture beside it."""
        given = {"sys_inputs": sys_inputs, "ignore_system_fonts": ignore_system_fonts}
        self.told = json.loads(sys_inputs["told"])
        pages = typst.compile(source, format="png", ppi=DOTS_PER_INCH, **given)
        first = pages[0] if isinstance(pages, list) else pages
        self.first_page = Image.open(io.BytesIO(first)).convert("L")
        made = typst.compile(source, **given)
        assert isinstance(made, bytes)
        return made

    def shows(self, address: str) -> bool:
        """Whether the square code of an address is where it belongs: every one of its modules, dark or light."""
        modules = segno.make(address, error="m").matrix
        left_mm, top_mm, width_mm = 210 - 16 - 26, 18, 26
        each = width_mm / len(modules)
        dots = DOTS_PER_INCH / 25.4
        return all(
            (self.first_page.getpixel(((left_mm + (x + 0.5) * each) * dots, (top_mm + (y + 0.5) * each) * dots)) < 128)
            == bool(dark)
            for y, row in enumerate(modules)
            for x, dark in enumerate(row)
        )


DOTS_PER_INCH = 144


@pytest.fixture
def printer(monkeypatch: pytest.MonkeyPatch) -> Printer:
    """Prints vouchers."""
    made = Printer()
    monkeypatch.setattr(vouchers, "typst", made)
    return made


@pytest.mark.parametrize(
    ("language", "article", "quantity"),
    [("en", "Article", "Quantity"), ("mk", "Артикл", "Количина"), ("sq", "Artikulli", "Sasia")],
)
def test_the_voucher_on_paper(
    crew: People, issued: Movement, printer: Printer, language: str, article: str, quantity: str
) -> None:
    keeper = browser(crew.keeper)
    answer = keeper.get(page(issued, "voucher"), headers={"accept-language": language})
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content[:5] == b"%PDF-"
    assert "voucher-A-" in answer["Content-Disposition"]
    told = printer.told
    assert (told["language"], told["number"], told["left"]) == (language, issued.voucher, "")
    assert (told["headings"][1], told["headings"][4]) == (article, quantity)
    ((number, what, _lot, _serial, amount, origin, target),) = told["lines"]
    assert (number, what, origin) == ("1", "Bomb", "S1")
    assert amount.startswith("3 ")
    assert target.endswith("Ana Ђурић")
    address = f"http://testserver{page(issued)}"
    assert printer.shows(address)
    assert not printer.shows(address.replace("testserver", "elsewhere"))
    assert Entry.objects.filter(act="export.make", actor=crew.keeper.pseudonym).exists()


def test_a_long_movement_is_paged_and_cut_on_paper(
    crew: People, printer: Printer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a movement of any length no more is read than is shown."""
    monkeypatch.setattr(voucher_views, "SHOWN", 2)
    monkeypatch.setattr(vouchers, "MOST_LINES", 2)
    lines = [{"article": "powder", "quantity": str(number), "lot": f"L-{number}"} for number in range(1, 6)]
    assert send(browser(crew.keeper), "receipt", **things(*lines)).status_code == 302
    came = Movement.objects.get(kind="receipt")
    keeper, read = browser(crew.keeper), []
    seen = queries.seen
    monkeypatch.setattr(queries, "seen", lambda *given: read.append(seen(*given)) or read[-1])
    shown = [keeper.get(f"{page(came)}?page={at}").content.decode() for at in (1, 2, 3)]
    assert [[f">L-{at}<" in text for at in range(1, 6)].count(True) for text in shown] == [2, 2, 1]
    assert "1 / 3" in shown[0]
    keeper.get(page(came, "voucher"))
    assert [len(some) for some in read] == [2, 2, 1, 2]
    assert [line[0] for line in printer.told["lines"]] == ["1", "2"]
    assert printer.told["left"].startswith("3 more lines are not on this paper.")


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
