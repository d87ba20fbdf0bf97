"""A workbook of stock as opening balances or as a count: what it would post is shown, and that alone is posted."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
import polars as pl
import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from tests.node.conftest import somebody
from tests.node.records.small_register import ROWS, frame, only, records, region
from tests.node.records.workbooks import LOST, S1, S2, STOCK, Check, held, move, outcomes, stock, weapons

from rasr.core.basis.findings import Refused
from rasr.core.records.region import Region
from rasr.node.jobs.models import Job
from rasr.node.jobs.registry import Work, handler_of
from rasr.node.people.models import Entry, User
from rasr.node.records import bridge, bringing, checking, uploading
from rasr.node.records.models import Count, Holding, Item, Movement, MovementLine, Upload
from rasr.node.records.services import (
    load_region,
    recompute_holdings,
)

pytestmark = pytest.mark.django_db


# Opening balances.


def test_opening_balances_receive_what_the_register_lacks_and_nothing_else(check: Check, ana: User) -> None:
    sent = stock(R1="S1 bombs 5", R4="S1 rifles 41", N1="S2 bombs 7", N2="S1 rifles ?")
    upload, before = check(sent), Movement.objects.count()
    assert outcomes(upload, "opening") == {
        "N1": "created",
        "N2": "created",
        "R4": "exists_different",
        "R1": "exists",
    }
    lines = uploading.lines(actor=ana, upload_id=upload.pk, loading="opening").filter(pl.col("outcome") == "created")
    shown = lines.select("kind", "article_id", "quantity", "from_place", "to_place").rows()
    assert shown == [
        ("opening_balance", "rifles", None, "acquired", "S1"),
        ("opening_balance", "bombs", 7, "acquired", "S2"),
    ]
    assert Movement.objects.count() == before
    bringing.post_opening(actor=ana, upload_id=upload.pk)
    movement = Movement.objects.exclude(reason="first.xlsx").get()
    assert (movement.kind, movement.upload_id, movement.reason) == ("opening_balance", upload.pk, "book.xlsx")
    posted = movement.lines.values_list("batch__article_id", "quantity", "from_place__kind", "to_place__store_id")
    assert sorted(posted) == sorted((row[1], row[2], row[3], row[4]) for row in shown)
    assert held() == {"R1": 5, "R2": None, "R3": 0, "R4": 40, "N1": 7, "N2": None}
    assert recompute_holdings() == []
    after = Entry.objects.get(act="upload.load", row_id=str(upload.pk)).after
    assert after is not None
    assert after["loading"] == "opening"


def test_the_same_workbook_again_posts_nothing(check: Check, ana: User) -> None:
    sent = stock(N1="S2 bombs 7", N2="S1 rifles 3")
    bringing.post_opening(actor=ana, upload_id=check(sent).pk)
    lines, version = MovementLine.objects.count(), bridge.register_state()
    again = check(sent)
    assert set(outcomes(again, "opening").values()) == {"exists"}
    bringing.post_opening(actor=ana, upload_id=again.pk)
    assert (MovementLine.objects.count(), bridge.register_state()) == (lines, version)


def test_what_has_left_or_was_divided_is_not_received_a_second_time(check: Check, ana: User) -> None:
    sent = stock(N1="S2 bombs 7", N2="S1 rifles 3", N3="S1 rifles 9")
    bringing.post_opening(actor=ana, upload_id=check(sent).pk)
    move(ana, "loss", "N1", 7, S2, LOST)
    move(ana, "transfer", "N2", 1, S1, S2)
    lines = MovementLine.objects.count()
    again = check(stock(N1="S2 bombs 7", N2="S1 rifles 3", **{"N3/S1": "S1 rifles 9"}))
    assert set(outcomes(again, "opening").values()) == {"refused_record_gone"}
    bringing.post_opening(actor=ana, upload_id=again.pk)
    assert MovementLine.objects.count() == lines


def test_new_articles_come_along_and_those_that_differ_stay_as_they_are(check: Check, ana: User) -> None:
    bombs, *_others, caps = ROWS["articles"]
    new = {**caps, "article_id": "fuzes", "name": "Fuze M6"}
    rows = {
        "articles": frame("articles", [{**bombs, "neq_kg_each": 2.2}, new]),
        "stock": frame("stock", records({"N1": "S1 bombs 1", "N2": "S1 fuzes 2"})),
    }
    upload = check(Region.from_frames(rows))
    assert outcomes(upload, "opening") == {"N2": "created", "N1": "refused_article_differs"}
    bringing.post_opening(actor=ana, upload_id=upload.pk)
    articles = bridge.load_region().table("articles")
    assert articles.filter(pl.col("article_id") == "bombs")["neq_kg_each"].to_list() == [2.1]
    assert "N1" not in held()
    assert held()["N2"] == 2


def test_a_closed_store_is_not_opened_again(check: Check, ana: User) -> None:
    fewer = [row for row in ROWS["stores"] if row["store_id"] != "S2"]
    licences = [row for row in ROWS["licences"] if row["store_id"] != "S2"]
    small = region({"R1": "S1 bombs 5"}, stores=fewer, licences=licences)
    load_region(actor=ana, region=small, complete=True, source="closed.xlsx")
    rows = {"stores": frame("stores", ROWS["stores"]), "stock": frame("stock", records({"N1": "S2 bombs 1"}))}
    upload = check(Region.from_frames(rows))
    assert outcomes(upload, "opening") == {"N1": "refused_closed"}
    bringing.post_opening(actor=ana, upload_id=upload.pk)
    assert "S2" not in bridge.load_region().table("stores")["store_id"].to_list()


def test_what_moved_meanwhile_does_not_matter_unless_other_lines_would_be_posted(check: Check, ana: User) -> None:
    first, second = check(stock(N1="S2 bombs 7")), check(stock(N1="S2 bombs 7", N2="S1 bombs 1"))
    move(ana, "loss", "R4", 1, S1, LOST)
    bringing.post_opening(actor=ana, upload_id=first.pk)
    with pytest.raises(Refused, match="register_moved_on"):
        bringing.post_opening(actor=ana, upload_id=second.pk)
    assert "N2" not in held()
    with pytest.raises(Refused, match="upload_closed"):
        bringing.post_opening(actor=ana, upload_id=first.pk)


# What no workbook does.


@pytest.fixture
def guarded(ana: User) -> Item:
    """Two weapons of the record W1 in S2, and evidence, seized and released records in S1; gives one of the weapons."""
    one, _other = weapons(ana, 2)
    some = {
        "E1": "S1 rifles 3 purpose=evidence",
        "E2": "S1 rifles 3 purpose=confiscated",
        "E3": "S1 rifles 3 purpose=confiscated release_ref=K-1",
    }
    load_region(actor=ana, region=stock(**some), complete=False, source="evidence.xlsx")
    return one


@pytest.mark.parametrize(
    ("record", "says", "code"),
    [
        ("W1", "S1 rifles 2", "refused_pieces"),
        ("W1", "S2 rifles 1", "refused_pieces"),
        ("W1", "S2 rifles 2 purpose=operational", "refused_pieces"),
        ("E1", "S1 rifles 3 purpose=operational", "refused_guarded"),
        ("E1", "S2 rifles 3 purpose=evidence", "refused_guarded"),
        ("E1", "S1 rifles 1 purpose=evidence", "refused_guarded"),
        ("E1", "S1 rifles 3 purpose=evidence release_ref=K-9", "refused_guarded"),
        ("E2", "S1 bombs 3 purpose=confiscated", "refused_guarded"),
    ],
)
def test_pieces_and_what_is_not_released_are_not_changed_by_a_workbook(
    check: Check, ana: User, guarded: Item, client_of: Any, record: str, says: str, code: str
) -> None:
    lines, upload = MovementLine.objects.count(), check(stock(**{record: says}))
    assert code in outcomes(upload, "part").values()
    shown = client_of(ana).get(reverse("records:upload", args=[upload.pk])).content.decode()
    assert "cannot be: 1 record is kept piece by piece, or is evidence or seized" in shown
    assert 'value="part"' not in shown
    for complete in (False, True):
        sent = stock(**{record: says}) if not complete else region({"R1": "S1 bombs 5"})
        with pytest.raises(Refused, match="load_barred"):
            load_region(actor=ana, region=sent, complete=complete, source="x.xlsx")
    assert MovementLine.objects.count() == lines
    assert guarded.at.place.store_id == "S2"


def test_what_stays_guarded_and_what_was_released_may_be_corrected(check: Check, ana: User, guarded: Item) -> None:
    assert guarded.article_id == "rifles"
    upload = check(
        stock(
            E1="S1 rifles 3 purpose=evidence lot=7",
            E3="S1 rifles 3 purpose=operational release_ref=K-1",
            W1="S2 rifles 2 purpose=operational quantity_basis=counted",
        )
    )
    uploading.load(actor=ana, upload_id=upload.pk, complete=False)
    found = bridge.load_region().table("stock").filter(pl.col("stock_id").is_in(["E1", "E3"]))
    assert found.select("stock_id", "purpose", "lot").rows() == [("E1", "evidence", "7"), ("E3", "operational", None)]


# Who may.


def test_only_its_sender_posts_it(check: Check) -> None:
    upload, mate = check(stock(N1="S2 bombs 7")), somebody("boro", "planner")
    keeper = somebody("cveta", "storekeeper", site_id="A")
    ways: Any = ((bringing.post_opening, {}), (bringing.post_count, {"due_on": timezone.localdate()}))
    for act, more in ways:
        with pytest.raises(Upload.DoesNotExist):
            act(actor=mate, upload_id=upload.pk, **more)
        with pytest.raises(PermissionDenied):
            act(actor=keeper, upload_id=upload.pk, **more)
    with pytest.raises(Upload.DoesNotExist):
        uploading.lines(actor=mate, upload_id=upload.pk, loading="opening")
    with pytest.raises(PermissionDenied):
        uploading.lines(actor=keeper, upload_id=upload.pk, loading="opening")
    assert not Count.objects.exists()


# The pages.


def posted_by(client: Client, upload: Upload, **form: Any) -> list[str]:
    """Ask for it on the page, and do the job; gives the codes of what was refused."""
    version = Upload.objects.get(pk=upload.pk).register_version
    answer = client.post(reverse("records:load", args=[upload.pk]), {"version": version, **form})
    assert answer.status_code == 302, answer.content.decode()
    for job in Job.objects.filter(state="waiting"):
        handler_of(job.kind)(Work(job.pk, job.actor, job.parameters))
        Job.objects.filter(pk=job.pk).update(state="done")
    return []


def test_by_the_pages_as_opening_balances_after_something_moved(check: Check, ana: User, client_of: Any) -> None:
    client, upload = client_of(ana), check(stock(R1="S1 bombs 5", N1="S2 bombs 7"))
    shown = client.get(reverse("records:upload", args=[upload.pk])).content.decode()
    assert all(f'name="loading" id="id_loading_{at}"' in shown for at in range(3))
    move(ana, "loss", "R4", 1, S1, LOST)
    shown = client.get(reverse("records:upload", args=[upload.pk])).content.decode()
    assert "The register has moved on" in shown
    assert 'value="part"' not in shown
    posted_by(client, upload, loading="opening")
    assert held()["N1"] == 7


def test_by_the_pages_as_a_count(check: Check, ana: User, client_of: Any) -> None:
    client, upload = client_of(ana), check(stock(R1="S1 bombs 5", R4="S1 rifles 40"))
    at = reverse("records:load", args=[upload.pk])
    version = upload.register_version
    for day, says in (("", "Choose a day."), ("2020-01-01", "Choose today or a later day.")):
        answer = client.post(at, {"version": version, "loading": "count", "due_on": day})
        assert answer.status_code == 400
        assert says in answer.content.decode()
    posted_by(client, upload, loading="count", due_on=timezone.localdate().isoformat())
    assert Count.objects.get().state == "closed"
    assert "Counts of its stores" in client.get(reverse("records:upload", args=[upload.pk])).content.decode()


def test_each_line_is_listed_page_by_page_and_taken_along(check: Check, ana: User, client_of: Any) -> None:
    many = {f"N{number:03}": "S2 bombs 7" for number in range(120)}
    client, upload = client_of(ana), check(stock(**many))
    at = reverse("records:upload-lines", args=[upload.pk, "opening"])
    shown = client.get(at, {"page": 2, "q": "will be posted"}).content.decode()
    assert "120 rows" in shown
    assert "Opening balance" in shown
    assert shown.count("<tr") - 1 == 25
    taken = b"".join(client.get(at, {"export": "csv"}).streaming_content).decode("utf-8-sig")
    assert taken.count("Opening balance") == 120
    assert client.get(reverse("records:upload-lines", args=[upload.pk, "no-such"])).status_code == 404
    assert client.get(reverse("records:upload-lines", args=[upload.pk, "whole"])).status_code == 404
    few = check(stock(N1="S2 bombs 7"))
    client.get(at, {"page": 1})
    with CaptureQueriesContext(connection) as of_few:
        client.get(reverse("records:upload-lines", args=[few.pk, "opening"]), {"page": 1})
    with CaptureQueriesContext(connection) as of_many:
        client.get(at, {"page": 1})
    assert len(of_few) == len(of_many)


def test_articles_that_look_like_known_ones_are_shown_and_not_merged(check: Check, ana: User, client_of: Any) -> None:
    known = {**ROWS["articles"][0], "article_id": "m75", "name": "Bomba ručna M75"}
    load_region(actor=ana, region=only("articles", [known]), complete=False, source="catalogue.xlsx")
    new = {**known, "article_id": "m-75", "name": "Ручна бомба М-75"}
    other = {**known, "article_id": "m76", "name": "Bomba ručna M76"}
    upload = check(only("articles", [new, other]))
    assert [(one["one"]["article_id"], one["other"]["article_id"]) for one in upload.differences["alike"]] == [
        ("m75", "m-75")
    ]
    shown = client_of(ana).get(reverse("records:upload", args=[upload.pk])).content.decode()
    assert reverse("records:article", args=["m75"]) in shown
    assert "Articles that may be there already" in shown
    uploading.load(actor=ana, upload_id=upload.pk, complete=False)
    assert {"m75", "m-75", "m76"} <= set(bridge.load_region().table("articles")["article_id"])


def test_too_many_new_articles_are_told_and_not_compared(
    check: Check, ana: User, client_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checking, "MOST_COMPARED", 1)
    named = [{**ROWS["articles"][0], "article_id": f"A{number}", "name": "Bomb"} for number in range(2)]
    upload = check(only("articles", named))
    assert (upload.differences["alike"], upload.differences["too_many"]) == ([], 2)
    shown = client_of(ana).get(reverse("records:upload", args=[upload.pk])).content.decode()
    assert "2 articles are new: so many are not compared here." in shown


def test_every_one_of_many_errors_is_kept_and_nothing_is_posted(check: Check, ana: User, client_of: Any) -> None:
    many = 6000
    lines = Movement.objects.count()
    upload = check(stock(**{f"N{number}": f"NOWHERE-{number} bombs 1" for number in range(many)}))
    assert upload.counts["error"] == len([one for one in upload.findings if one["severity"] == "error"]) == many
    client = client_of(ana)
    shown = client.get(
        reverse("records:upload", args=[upload.pk]), {"page": "120", "severity": "error"}
    ).content.decode()
    assert "NOWHERE-5999" in shown
    marked = openpyxl.load_workbook(
        io.BytesIO(b"".join(client.get(reverse("records:annotated", args=[upload.pk])).streaming_content))
    )
    assert marked["findings"].max_row - 1 == sum(upload.counts.values())
    assert Holding.objects.count() == len(STOCK)
    assert Movement.objects.count() == lines
    ways: Any = ((bringing.post_opening, {}), (bringing.post_count, {"due_on": timezone.localdate()}))
    for act, more in ways:
        with pytest.raises(Refused):
            act(actor=ana, upload_id=upload.pk, **more)
