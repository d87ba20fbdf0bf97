"""The pages of counts, labels and scans, walked through as who keeps stock does; and what strangers get."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from tests.node.records.counts.test_counting import Depot, depot
from tests.node.records.counts.test_signed import all_lines, file_of
from uuid6 import uuid7

from rasr.core.records import names
from rasr.node.people.models import Entry, User
from rasr.node.records.counts import codes, queries, services
from rasr.node.records.counts.services import Found
from rasr.node.records.models import Article, Batch, Count, CountLine, CountState, Item, ItemPosition, Package, Place

__all__ = ["depot"]
pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
TODAY = timezone.localdate().isoformat()


def page(client: Client, name: str, *args: Any, **asked: Any) -> str:
    """A page that is there."""
    answer = client.get(reverse(f"records:{name}", args=args), asked)
    assert answer.status_code == 200
    return answer.content.decode()


def sent(client: Client, name: str, *args: Any, **data: Any) -> list[str]:
    """Send a form; what is said on the next page."""
    answer = client.post(reverse(f"records:{name}", args=args), data, follow=True)
    assert answer.status_code == 200
    return [str(message) for message in answer.context["messages"]]


def test_a_count_from_the_first_page_to_the_adjustment(depot: Depot, client_of: ClientOf) -> None:
    client = client_of(depot.keeper)
    assert "0 of 6" in page(client, "counts")
    assert "S1, Hill" in page(client, "count-new")
    opened = {"store": "S1", "kind": "full", "due_on": TODAY, "blind": "on", "article": "", "handed_to": ""}
    sent(client, "count-new", **opened)
    count = Count.objects.get()
    text = page(client, "count", count.pk)
    assert "Expected" not in text
    assert sent(client, "count-scan", count.pk, code="B7") == ["Line 5: there."]
    assert sent(client, "count-scan", count.pk, code="b7") == ["Line 5 was scanned before. Nothing has changed."]
    assert len(sent(client, "count-finish", count.pk)) == 1
    figures = {"found-1": "5", "found-2": "9", "found-3": "0", "found-4": "1", "found-5": "1", "note-3": "gone"}
    assert sent(client, "count-enter", count.pk, **figures) == ["4 lines written down."]
    assert count.lines.get(position=3).seen_at is not None, "0 was written down too: an older file changes nothing"
    assert sent(client, "count-extra", count.pk, what="crates", number="2") == ["It stands on the sheet as line 6."]
    assert "Count them again" in sent(client, "count-finish", count.pk)[0]
    text = page(client, "count", count.pk)
    assert "crates" in text
    assert "Bomb" not in text
    sent(client, "count-enter", count.pk, **{"found-3": "0", "found-6": "2"})
    assert sent(client, "count-finish", count.pk) == ["Some lines differ from what the register holds. Report them."]
    assert "on no record" in page(client, "count", count.pk)
    sent(client, "count-report", count.pk, due_on=TODAY)
    sent(client, "count-findings", count.pk, findings="Lent to the school.")
    assert sent(client, "count-settle", count.pk, reason="So.", reason_language="en") == ["The second person is asked."]
    assert "waits for a second person" in page(client, "count", count.pk)
    assert "Lent to the school." in page(client_of(depot.mate), "count", count.pk)


def many_lines(depot: Depot, number: int) -> Count:
    """A sheet of so many lines more, a third of them items."""
    batch, place = Batch.objects.get(stock_id="R9"), Place.objects.filter(store="S1").earliest("pk")
    serials = [f"Z {at:05}" for at in range(number // 3)]
    items = Item.objects.bulk_create(
        Item(article_id="rifles", serial=one, normalised=names.mark(one)) for one in serials
    )
    ItemPosition.objects.bulk_create(ItemPosition(item=one, batch=batch, place=place, line_id=1) for one in items)
    made = depot.open()
    first = CountLine.objects.filter(count=made).count()
    bare = Batch.objects.get(stock_id="R1")
    CountLine.objects.bulk_create(
        CountLine(count=made, position=at, batch=bare, place=place, expected=at)
        for at in range(first + 1, first + number - len(items) + 1)
    )
    return made


def asked(client: Client, *pages: str) -> list[int]:
    """How many queries each page takes once it is warm."""
    found = []
    for one in pages:
        client.get(one)
        with CaptureQueriesContext(connection) as queried:
            assert client.get(one).status_code == 200
        found.append(len(queried))
    return found


def test_a_sheet_of_thousands_of_lines(depot: Depot, client_of: ClientOf) -> None:
    client, small = client_of(depot.keeper), depot.open("S2")
    large = many_lines(depot, 6_000)
    small_page, large_page = (reverse("records:count", args=(one.pk,)) for one in (small, large))
    few, many, last = asked(client, small_page, large_page, f"{large_page}?page=999")
    assert few == many == last
    text = client.get(large_page).content.decode()
    assert text.count('name="found-') == 50
    assert "1 / 121" in text
    # a page of it is kept, a serial number is found, and neither reads the sheet
    with CaptureQueriesContext(connection) as queried:
        assert sent(client, "count-enter", large.pk, **{f"found-{at}": "1" for at in range(100, 150)})
        assert sent(client, "count-scan", large.pk, code="z-01234") == [f"Line {_line_of(large, 'Z 01234')}: there."]
    assert len(queried) < 120
    CountLine.objects.filter(count=large).update(found=0)
    Count.objects.filter(pk=large.pk).update(state="investigation", counted_line=large.frozen_line, findings="x")
    Count.objects.filter(pk=small.pk).update(state="investigation", counted_line=small.frozen_line, findings="x")
    CountLine.objects.filter(count=small).update(found=0)
    few, many = asked(client, small_page, large_page)
    assert few == many
    text = client.get(large_page).content.decode()
    assert "more lines differ" in text


def _line_of(count: Count, serial: str) -> int:
    return CountLine.objects.get(count=count, item__serial=serial).position


def test_the_signed_file_is_handed_in(depot: Depot, client_of: ClientOf) -> None:
    client, count = client_of(depot.keeper), depot.open()
    content = file_of(count, depot.keeper, all_lines(count))
    assert sent(client, "count-hand-in", count.pk, file=SimpleUploadedFile("c.json", content)) == [
        "5 lines taken from the file."
    ]
    said = sent(client, "count-hand-in", count.pk, file=SimpleUploadedFile("c.json", content[:-9]))
    assert said == ["This is not a file of a count that this node can read."]
    assert sent(client, "count-hand-in", count.pk) == said


def test_the_page_without_a_network(depot: Depot, client_of: ClientOf) -> None:
    client, count = client_of(depot.keeper), depot.open()
    answer = client.get(reverse("records:count-offline", args=[count.pk]))
    assert "camera=(self)" in answer["Permissions-Policy"]
    text = answer.content.decode()
    told = json.loads(text.split('<script id="away-sheet" type="application/json">')[1].split("</script>")[0])
    assert len(told["lines"]) == 5
    assert answer.status_code == 200
    assert "camera=()" in client.get(reverse("records:count", args=[count.pk]))["Permissions-Policy"]
    worker = client.get(reverse("records:count-worker"))
    assert worker["Content-Type"] == "text/javascript"
    services.drop(actor=depot.keeper, count_id=count.pk, reason="x")
    assert client.get(reverse("records:count-offline", args=[count.pk])).status_code == 302


@pytest.mark.parametrize("blind", [True, False])
def test_the_printed_form(depot: Depot, client_of: ClientOf, blind: bool) -> None:
    count = depot.open(blind=blind)
    answer = client_of(depot.keeper).get(reverse("records:count-form", args=[count.pk]))
    assert answer.content[:5] == b"%PDF-"
    assert "count-S1" in answer["Content-Disposition"]
    assert Entry.objects.filter(act="export.make").count() == 1


@pytest.mark.parametrize(("what", "number"), [("places", 1), ("packages", 2), ("weapons", 3)])
def test_labels(depot: Depot, client_of: ClientOf, what: str, number: int) -> None:
    client = client_of(depot.keeper)
    assert "S1, Hill" in page(client, "labels")
    answer = client.get(reverse("records:labels-file"), {"store": "S1", "what": what})
    assert answer.content[:5] == b"%PDF-"
    assert len(queries.labels(queries.store_of(depot.keeper, "S1"), what, 100)) == number
    crafted = client.get(reverse("records:labels-file"), {"store": "S3", "what": what})
    assert crafted.status_code == 404


def test_a_label_of_a_package_says_how_many_and_their_neq(depot: Depot) -> None:
    store = queries.store_of(depot.keeper, "S1")
    held = {"R1": 5}
    assert Batch.objects.get(stock_id="R1").article_id == "bombs"
    loose = [one.words for one in queries.labels(store, "packages", 100) if one.words[0] == "Bomb"]
    assert any(words[-1].endswith(f": {held['R1']} pieces, NEQ 10.50 kg") for words in loose)
    Package.objects.create(article_id="bombs", name="Crate", quantity=4)
    Package.objects.create(article_id="bombs", name="Pallet", quantity=40, neq_kg=85)
    packed = [one.words for one in queries.labels(store, "packages", 100) if one.words[0] == "Bomb"]
    assert all(words[-2:] == ("Crate: 4 pieces, NEQ 8.400 kg", "Pallet: 40 pieces, NEQ 85.00 kg") for words in packed)
    Article.objects.filter(pk="bombs").update(neq_kg_each=None)
    unknown = [one.words for one in queries.labels(store, "packages", 100) if one.words[0] == "Bomb"]
    assert all(words[-2] == "Crate: 4 pieces, NEQ unknown" for words in unknown)


def test_a_scan_opens_the_thing_for_who_may_see_it(depot: Depot, client_of: ClientOf) -> None:
    batch, place = Batch.objects.get(stock_id="R1"), Place.objects.get(store="S1", ref="")
    keys = {codes.ITEM: depot.rifles[0].pk, codes.BATCH: batch.pk, codes.PLACE: place.pk}
    leads = {
        codes.ITEM: reverse("records:item", args=[depot.rifles[0].pk]),
        codes.BATCH: reverse("records:card", args=["batch", batch.pk]),
        codes.PLACE: reverse("desk:store", args=["S1"]),
    }
    keeper, stranger = client_of(depot.keeper), client_of(depot.stranger)
    for kind, key in keys.items():
        code = codes.code_of(kind, key)
        typed = keeper.get(reverse("records:scan"), {"code": f"http://testserver/scan/{code.lower()}/"})
        assert typed.status_code == 302
        assert typed["Location"] == reverse("records:scanned", args=[code])
        opened = keeper.get(typed["Location"])
        assert (opened.status_code, opened["Location"]) == (302, leads[kind])
        assert stranger.get(typed["Location"]).status_code == 404
    assert "is no code" in page(keeper, "scan", code="hello")
    for code in ("hello", codes.code_of(codes.ITEM, uuid7()), "P99999999", "IZZZZZZZZZZZZZZZZZZZZZZZZZZ"):
        assert keeper.get(reverse("records:scanned", args=[code])).status_code == 404


def test_strangers_and_who_may_not_write(depot: Depot, client_of: ClientOf) -> None:
    count = depot.open()
    stranger, approver = client_of(depot.stranger), client_of(depot.approver)
    for name in ("count", "count-form", "count-offline"):
        assert stranger.get(reverse(f"records:{name}", args=[count.pk])).status_code == 404
    for name in ("enter", "scan", "extra", "finish", "report", "findings", "settle", "drop", "hand-in"):
        address = reverse(f"records:count-{name}", args=[count.pk])
        assert stranger.post(address, {"reason": "x", "code": "A1"}).status_code == 404
    assert "Mark" not in page(approver, "count", count.pk)
    assert approver.post(reverse("records:count-finish", args=[count.pk])).status_code == 403
    assert approver.get(reverse("records:count-new")).status_code == 403
    crafted = {"store": "S3", "kind": "full", "due_on": TODAY}
    assert client_of(depot.keeper).post(reverse("records:count-new"), crafted).status_code == 404
    assert Count.objects.get().state == CountState.OPEN


def test_crafted_lines_and_figures(depot: Depot, client_of: ClientOf) -> None:
    client, count = client_of(depot.keeper), depot.open()
    address = reverse("records:count-enter", args=[count.pk])
    assert client.post(address, {"found-1": "-3"}).status_code == 400
    assert client.post(address, {"found-3": "2"}).status_code == 404
    assert client.post(address, {"found-99": "2"}).status_code == 302
    assert client.post(address, {"found-1": "x" * 100}).status_code == 400
    assert not CountLine.objects.filter(found__isnull=False).exists()


def test_a_sheet_asks_as_often_whatever_it_holds(
    depot: Depot, client_of: ClientOf, django_assert_max_num_queries: Any
) -> None:
    client, count = client_of(depot.keeper), depot.open()
    page(client, "count", count.pk)
    services.enter(actor=depot.keeper, count_id=count.pk, found={1: Found(1), 2: Found(2)})
    with django_assert_max_num_queries(14):
        page(client, "count", count.pk)
