"""Class marks: on pages, files and records; raised at once, lowered by two; kept when a region is loaded again."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import unquote

import openpyxl
import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from tests.node.conftest import Places

from rasr.core.basis.findings import Refused
from rasr.core.records.region import Region
from rasr.node.people.approvals import services as approvals
from rasr.node.people.approvals.registry import KINDS
from rasr.node.people.classify import classify
from rasr.node.people.models import Approval, Entry, User
from rasr.node.places.models import Site
from rasr.node.places.queries import highest_mark
from rasr.node.records.services import load_region
from rasr.node.web import marks
from rasr.node.web.marks import Mark

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]


def marked(places: Places, mark: int) -> Site:
    """The people's site with a mark."""
    Site.objects.filter(pk=places.site_id).update(mark=mark)
    return Site.objects.get(pk=places.site_id)


def test_a_site_is_restricted_until_somebody_says_otherwise(loaded: Region) -> None:
    assert Site.objects.count() == loaded.table("sites").height
    assert set(Site.objects.values_list("mark", flat=True)) == {Mark.RESTRICTED}


def test_raising_is_at_once_and_on_the_trail(places: Places, officer: User) -> None:
    marked(places, Mark.PUBLIC)
    assert classify(actor=officer, site_id=places.site_id, mark=Mark.CONFIDENTIAL, reason="new stock") is None
    assert Site.objects.get(pk=places.site_id).mark == Mark.CONFIDENTIAL
    entry = Entry.objects.get(act="site.classify")
    assert (entry.row_id, entry.before, entry.after) == (places.site_id, {"mark": 0}, {"mark": 2})
    assert (entry.actor, entry.reason, entry.site_id) == (officer.pseudonym, "new stock", places.site_id)


def test_lowering_needs_a_second_person(places: Places, officer: User, planner: User) -> None:
    site = marked(places, Mark.CONFIDENTIAL)
    asked = classify(actor=officer, site_id=site.pk, mark=Mark.RESTRICTED, reason="emptied")
    assert isinstance(asked, Approval)
    assert Site.objects.get(pk=site.pk).mark == Mark.CONFIDENTIAL
    with pytest.raises(Refused, match="approval_own"):
        approvals.decide(
            actor=officer, session="b", approval_id=asked.pk, approve=True, reason="x", digest=asked.digest
        )
    approvals.decide(actor=planner, session="b", approval_id=asked.pk, approve=True, reason="seen", digest=asked.digest)
    assert Site.objects.get(pk=site.pk).mark == Mark.RESTRICTED
    assert Entry.objects.filter(act="site.classify", after={"mark": 1}).exists()


def test_what_was_approved_is_what_was_seen(places: Places, officer: User, planner: User) -> None:
    asked = classify(actor=officer, site_id=marked(places, 2).pk, mark=0, reason="emptied")
    assert asked is not None
    marked(places, 1)
    with pytest.raises(Refused, match="approval_changed"):
        approvals.decide(
            actor=planner, session="b", approval_id=asked.pk, approve=True, reason="x", digest=asked.digest
        )
    with pytest.raises(Refused, match="approval_changed"):
        KINDS["lower_mark"].act.describe(asked.payload)


def test_three_people(places: Places, officer: User, storekeeper: User, stranger: User, client_of: ClientOf) -> None:
    with pytest.raises(PermissionDenied):
        classify(actor=storekeeper, site_id=places.site_id, mark=2, reason="x")
    with pytest.raises(Site.DoesNotExist):
        classify(actor=stranger, site_id=places.site_id, mark=2, reason="x")
    page = reverse("desk:site", args=[places.site_id])
    form = reverse("people:classify", args=[places.site_id])
    assert form in client_of(officer).get(page).content.decode()
    assert form not in client_of(storekeeper).get(page).content.decode()


def test_a_reason_is_wanted(places: Places, officer: User) -> None:
    with pytest.raises(Refused, match="reason_wanted"):
        classify(actor=officer, site_id=places.site_id, mark=2, reason=" ")
    assert Site.objects.get(pk=places.site_id).mark == Mark.RESTRICTED
    assert classify(actor=officer, site_id=places.site_id, mark=1, reason="") is None


def test_loading_a_region_keeps_the_marks(loaded: Region, places: Places, planner: User) -> None:
    marked(places, Mark.CONFIDENTIAL)
    sites = loaded.table("sites")
    changed = {name: loaded.table(name) for name in loaded.given}
    changed["sites"] = sites.with_columns(name=sites["name"] + " II").reverse()
    load_region(actor=planner, region=Region.from_frames(changed), complete=True, source="again")
    assert Site.objects.get(pk=places.site_id).name.endswith(" II")
    assert Site.objects.get(pk=places.site_id).mark == Mark.CONFIDENTIAL
    rows = list(Site.objects.exclude(pk=places.site_id).values_list("mark", flat=True))
    assert set(rows) == {Mark.RESTRICTED}


def test_the_highest_of_what_somebody_sees(
    places: Places, storekeeper: User, stranger: User, planner: User, administrator: User
) -> None:
    marked(places, Mark.PUBLIC)
    Site.objects.filter(pk=places.other_site_id).update(mark=Mark.CONFIDENTIAL)
    assert highest_mark(storekeeper) == Mark.PUBLIC
    assert highest_mark(stranger) == highest_mark(planner) == Mark.CONFIDENTIAL
    assert highest_mark(administrator) is None


def test_pages_carry_it_at_both_ends(places: Places, storekeeper: User, client_of: ClientOf) -> None:
    marked(places, Mark.CONFIDENTIAL)
    client = client_of(storekeeper)
    answer = client.get(reverse("desk:site", args=[places.site_id]))
    assert vars(answer)["rasr_mark"] == Mark.CONFIDENTIAL
    assert answer.content.decode().count("class-mark-2") == 2
    assert "class-mark" not in client.get("/settings/").content.decode()
    assert "class-mark" not in Client().get("/sign-in/").content.decode()


@pytest.mark.parametrize("words", ["public,restricted,confidential", "OPEN,INTERNO & SLUŽBENO,ПОВЕРЉИВО"])
def test_files_carry_it_in_their_names_and_sheets(
    words: str, places: Places, storekeeper: User, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "NODE", replace(settings.NODE, class_marks=words))
    marked(places, Mark.RESTRICTED)
    client, word = client_of(storekeeper), words.split(",")[1]
    tail = {"restricted": "restricted"}.get(word, "INTERNO-SLUŽBENO")
    answer = client.get("/stock/?export=xlsx")
    assert f"stock-{tail}.xlsx" in unquote(answer["Content-Disposition"])
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer)))
    sheet = book.active
    assert sheet is not None
    printed = {part.center.text for part in (sheet.oddHeader, sheet.oddFooter) if part and part.center}
    assert printed == {word.replace("&", "&&")}
    assert f"stock-{tail}.csv" in unquote(client.get("/stock/?export=csv")["Content-Disposition"])
    page = client.get("/stock/").content.decode()
    assert ('translate="no">INTERNO &amp; SLUŽBENO' in page) == (word != "restricted")


def test_the_whole_register_carries_it_on_every_sheet(planner: User, client_of: ClientOf, loaded: Region) -> None:
    answer = client_of(planner).get("/register/register.xlsx")
    assert "register-restricted.xlsx" in answer["Content-Disposition"]
    with zipfile.ZipFile(io.BytesIO(b"".join(answer))) as book:
        sheets = [name for name in book.namelist() if name.startswith("xl/worksheets/sheet")]
        assert all(b"&amp;Crestricted" in book.read(name) for name in sheets)
        assert b"restricted" in book.read("docProps/core.xml")
    assert loaded.given


def test_words_of_the_node_are_translated_only_where_they_are_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    assert [marks.word(mark) for mark in Mark] == ["public", "restricted", "confidential"]
    assert not any(map(marks.own_word, Mark))
    monkeypatch.setattr(settings, "NODE", replace(settings.NODE, class_marks="public,službeno,tajno"))
    assert [marks.own_word(mark) for mark in Mark] == [False, True, True]
    assert marks.file_tail(None) == ""
    assert marks.highest([None, 0, 2, 1]) == Mark.CONFIDENTIAL
