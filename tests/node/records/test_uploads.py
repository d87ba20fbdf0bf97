"""From a workbook to the register through the pages: sent, checked, marked, previewed, loaded or dropped."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

import openpyxl
import polars as pl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.core.records.small_region import frames
from tests.core.records.small_region import small_region as tiny_region
from tests.node.conftest import load as load_register
from tests.node.conftest import somebody

from rasr.core.basis.findings import Refused
from rasr.core.records.region import Region
from rasr.node.jobs.models import Job
from rasr.node.jobs.registry import Work, handler_of
from rasr.node.people.models import User
from rasr.node.records import queries, uploading
from rasr.node.records.models import Holding, Upload, UploadState

ClientOf = Callable[[User], Client]
NEW = "/uploads/new/"


def workbook(tables: Mapping[str, pl.DataFrame], place: Path) -> bytes:
    path = place / "made.xlsx"
    Region.from_frames(tables).write(path)
    content = path.read_bytes()
    path.unlink()
    return content


def broken(content: bytes) -> bytes:
    """The workbook with five cells of the stock spoilt: stores that are not there, a comma, a formula."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet = book["stock"]
    columns = {cell.value: cell.column for cell in sheet[1]}
    for line in (3, 4, 5):
        sheet.cell(line, columns["store_id"]).value = f"NOWHERE-{line}"
    sheet.cell(3, columns["quantity"]).value = "12,5"
    sheet.cell(4, columns["quantity"]).value = "=1+1"
    changed = io.BytesIO()
    book.save(changed)
    return changed.getvalue()


def work_off() -> list[str]:
    """Do the jobs that wait, as a worker would; gives the code of each that was refused, empty for the others."""
    codes = []
    for job in Job.objects.filter(state="waiting").order_by("asked_at"):
        code = ""
        try:
            handler_of(job.kind)(Work(job.pk, job.actor, job.parameters))
        except Refused as refused:
            code = refused.code
        Job.objects.filter(pk=job.pk).update(state="failed" if code else "done")
        codes.append(code)
    return codes


def send(client: Client, content: bytes, name: str = "region.xlsx") -> UUID:
    """Send a workbook and have it checked; gives its upload."""
    answer = client.post(NEW, {"file": SimpleUploadedFile(name, content)})
    assert answer.status_code == 302, answer.content.decode()
    assert answer["Location"].startswith("/jobs/")
    upload = Upload.objects.first()
    assert upload
    assert work_off() == [""]
    return upload.pk


def page(client: Client, upload_id: UUID, **query: str) -> str:
    answer = client.get(reverse("records:upload", args=[upload_id]), query)
    assert answer.status_code == 200
    return answer.content.decode()


def load(client: Client, upload_id: UUID, **form: Any) -> HttpResponse:
    version = Upload.objects.get(pk=upload_id).register_version
    return client.post(reverse("records:load", args=[upload_id]), {"version": version, **form})


def files() -> set[str]:
    return {path.name for path in uploading.folder().iterdir()} if uploading.folder().exists() else set()


@pytest.fixture
def client(db: None, client_of: ClientOf) -> Client:
    """The browser of a planner of a node that holds a region of three records of stock."""
    del db  # asked for, so that there is a database
    load_register(tiny_region())
    return client_of(somebody("planner", "planner"))


@pytest.fixture
def good(tmp_path: Path) -> bytes:
    """The workbook of what the register holds."""
    return workbook(frames(), tmp_path)


@pytest.fixture
def fewer(tmp_path: Path) -> bytes:
    """The same with one record missing, one counted lower, and one new store."""
    tables = frames()
    stock = tables["stock"].filter(pl.col("stock_id") != "R2")
    counted = pl.when(pl.col("stock_id") == "R1").then(pl.lit("97")).otherwise("quantity")
    total = pl.lit(None, dtype=pl.String)
    stores = tables["stores"]
    return workbook(
        {
            **tables,
            "stock": stock.with_columns(quantity=counted, total_mass_kg=total),
            "stores": pl.concat([stores, stores.head(1).with_columns(store_id=pl.lit("NEW-STORE"))]),
        },
        tmp_path,
    )


# Who may.


def test_only_who_may_load_the_register_gets_to_uploads(client: Client, good: bytes, client_of: ClientOf) -> None:
    upload_id = send(client, good)
    addresses = [reverse(f"records:{name}", args=[upload_id]) for name in ("upload", "annotated")]
    acts = [reverse(f"records:{name}", args=[upload_id]) for name in ("check", "load", "discard")]
    others = (
        somebody("team-mate", "planner", organisation_id="AL-MOD"),
        somebody("keeper", "storekeeper", site_id="D1"),
        somebody("officer", "technical_officer"),
        somebody("auditor", "auditor"),
    )
    for other in map(client_of, others):
        assert {other.get(address).status_code for address in ("/uploads/", NEW, *addresses)} == {403}
        assert {other.post(address).status_code for address in (NEW, *acts)} == {403}
    assert Client().get(NEW).status_code == 302
    assert Upload.objects.get(pk=upload_id).state == UploadState.CHECKED


def test_another_planner_does_not_find_what_is_not_theirs(client: Client, good: bytes, client_of: ClientOf) -> None:
    upload_id = send(client, good)
    other = client_of(somebody("other", "planner"))
    assert other.get(reverse("records:upload", args=[upload_id])).status_code == 404
    assert other.get(reverse("records:annotated", args=[upload_id])).status_code == 404
    assert other.post(reverse("records:discard", args=[upload_id])).status_code == 404
    assert "region.xlsx" not in other.get("/uploads/").content.decode()
    assert "region.xlsx" in client.get("/uploads/").content.decode()


def test_the_list_of_uploads_tells_what_was_found_also_in_its_export(client: Client, good: bytes) -> None:
    send(client, broken(good))
    exported = b"".join(client.get("/uploads/", {"export": "csv"}).streaming_content)
    for said in (client.get("/uploads/").content.decode(), exported.decode()):
        assert "region.xlsx" in said
        assert "Error: 5" in said


def test_a_file_without_the_token_is_not_taken(client: Client, good: bytes) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(User.objects.get(pk=client.session["_auth_user_id"]))
    assert strict.post(NEW, {"file": SimpleUploadedFile("region.xlsx", good)}).status_code == 403
    strict.get(NEW)
    token = strict.cookies["rasr_csrf"].value
    sent = {"csrfmiddlewaretoken": token, "file": SimpleUploadedFile("region.xlsx", good)}
    assert strict.post(NEW, sent).status_code == 302


# With errors.


def test_every_finding_is_shown_in_its_cell_and_in_the_marked_copy(client: Client, good: bytes, tmp_path: Path) -> None:
    upload_id = send(client, broken(good), "Depot März.xlsx")
    found = Upload.objects.get(pk=upload_id)
    assert found.counts["error"] == 5
    shown = page(client, upload_id, severity="error")
    for text in ("5 errors", "NOWHERE-3", "12,5", "=1+1", "store_id", "quantity", "Take the marked copy"):
        assert text in shown
    assert "Load into the register" not in shown

    answer = client.get(reverse("records:annotated", args=[upload_id]))
    marked = tmp_path / "marked.xlsx"
    marked.write_bytes(b"".join(answer.streaming_content))
    book = openpyxl.load_workbook(marked)
    assert book["findings"].max_row - 1 == sum(found.counts.values()) == len(found.findings)
    assert book["stock"]["B3"].comment

    assert load(client, upload_id, loading="part", sure="on").status_code == 302
    assert not Job.objects.filter(kind="load_upload").exists()


def test_findings_are_filtered_and_paged(client: Client, good: bytes) -> None:
    upload_id = send(client, broken(good))
    address = reverse("records:upload", args=[upload_id])

    def count(**query: str) -> int:
        return int(client.get(address, query).context["findings_page"].paginator.count)

    found = Upload.objects.get(pk=upload_id)
    assert count() == len(found.findings)
    assert count(severity="error") == 5
    assert count(table="stock", severity="error") == 5
    assert count(q="no such words") == 0
    assert count(q="nowhere-4") == 1
    assert count(q="formula") == 1
    Upload.objects.filter(pk=upload_id).update(findings=found.findings * 20)
    first, last = (client.get(address, {"page": number}).context for number in ("1", "9999"))
    assert len(first["findings"]) == 50
    assert last["findings_page"].number == last["findings_page"].paginator.num_pages > 1


def test_a_page_of_many_findings_asks_the_database_rarely(client: Client, good: bytes) -> None:
    upload_id = send(client, broken(good))
    with CaptureQueriesContext(connection) as few:
        page(client, upload_id)
    Upload.objects.filter(pk=upload_id).update(findings=Upload.objects.get(pk=upload_id).findings * 100)
    with CaptureQueriesContext(connection) as many:
        page(client, upload_id)
    assert len(few) == len(many) <= 8


def test_dropping_deletes_the_file_and_its_copy(client: Client, good: bytes) -> None:
    before = files()
    upload_id = send(client, broken(good))
    assert len(files() - before) == 2
    assert client.post(reverse("records:discard", args=[upload_id])).status_code == 302
    assert files() == before
    assert client.get(reverse("records:annotated", args=[upload_id])).status_code == 404
    assert "Discarded" in page(client, upload_id)


# Without errors.


def test_a_workbook_is_loaded_as_the_whole_register(client: Client, fewer: bytes, tmp_path: Path) -> None:
    before, records = files(), Holding.objects.exclude(quantity=0).count()
    upload_id = send(client, fewer)
    preview = client.get(reverse("records:upload", args=[upload_id])).context["preview"]
    counts = {row["table"]: row for row in preview.tables}
    assert (counts["stores"]["new"], counts["stock"]["changed"], counts["stock"]["gone"]) == (1, 1, 1)
    assert preview.unexplained(whole=True) == 2
    assert preview.unexplained(whole=False) == 1
    shown = page(client, upload_id)
    for text in ("Not found", "2 records of stock would go", "Of 1 record the file has fewer"):
        assert text in shown

    refused = load(client, upload_id, loading="whole")
    assert refused.status_code == 400
    assert "Tick the box" in refused.content.decode()
    assert not Job.objects.filter(kind="load_upload").exists()

    assert load(client, upload_id, loading="whole", sure="on")["Location"].startswith("/jobs/")
    assert work_off() == [""]
    path = tmp_path / "sent.xlsx"
    path.write_bytes(fewer)
    assert queries.register().digest == Region.read(path).digest()
    assert Holding.objects.exclude(quantity=0).count() == records - 1
    done = page(client, upload_id)
    for text in ("See the stock", "Assess now", "Loaded on", "are deleted"):
        assert text in done
    assert files() == before
    assert client.get(reverse("records:annotated", args=[upload_id])).status_code == 404


def test_loading_a_part_leaves_the_rest(client: Client, tmp_path: Path) -> None:
    more = frames()["stock"].head(1).with_columns(quantity=pl.lit("105"), total_mass_kg=pl.lit(None, pl.String))
    upload_id = send(client, workbook({"stock": more}, tmp_path), "part.xlsx")
    shown = page(client, upload_id)
    assert "only what stands in it is loaded" in shown
    assert 'value="whole"' not in shown
    assert load(client, upload_id, loading="whole", sure="on").status_code == 400
    load(client, upload_id, loading="part")
    assert work_off() == [""]
    assert {held.batch.stock_id: held.quantity for held in Holding.objects.select_related("batch")} == {
        "R1": 105,
        "R2": 9000,
        "R3": 250000,
    }


def test_a_preview_that_was_made_anew_has_to_be_looked_at_again(client: Client, fewer: bytes) -> None:
    upload_id = send(client, fewer)
    answer = load(client, upload_id, loading="part", sure="on", version=999)
    assert answer.status_code == 400
    assert "The preview has been made anew" in answer.content.decode()


def test_of_two_uploads_the_later_load_is_told_that_the_register_has_moved_on(client: Client, fewer: bytes) -> None:
    first, second = send(client, fewer, "first.xlsx"), send(client, fewer, "second.xlsx")
    load(client, first, loading="whole", sure="on")
    load(client, second, loading="whole", sure="on")  # asked for while the first still waits
    assert work_off() == ["", "register_moved_on"]
    version = queries.register().version

    shown = page(client, second)
    assert "The register has moved on" in shown
    assert "Load into the register" not in shown
    assert load(client, second, loading="whole", sure="on").status_code == 302
    assert work_off() == []

    client.post(reverse("records:check", args=[second]))
    assert work_off() == [""]
    again = page(client, second)
    assert "The register has moved on" not in again
    assert "holds all of this already" in again
    assert queries.register().version == version


def test_pressing_twice_gives_one_job(client: Client, fewer: bytes) -> None:
    upload_id = send(client, fewer)
    once, twice = (load(client, upload_id, loading="part", sure="on")["Location"] for _ in range(2))
    assert once == twice
    assert Job.objects.filter(kind="load_upload").count() == 1


def test_what_was_received_and_never_checked_can_be_checked(client: Client, good: bytes) -> None:
    client.post(NEW, {"file": SimpleUploadedFile("region.xlsx", good)})
    upload = Upload.objects.first()
    assert upload
    assert "under way" in page(client, upload.pk)
    Job.objects.update(state="failed")
    assert "Check it now" in page(client, upload.pk)
    client.post(reverse("records:check", args=[upload.pk]))
    assert work_off() == [""]
    assert "What would change" in page(client, upload.pk)


def test_dropped_while_it_is_checked_nothing_of_it_stays(
    client: Client, good: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dropped_meanwhile(source: Path, target: Path, findings: list[Any]) -> None:
        upload = Upload.objects.get()
        uploading.discard(actor=upload.actor, upload_id=upload.pk)
        target.write_bytes(good)
        assert source.name == upload.file
        assert findings is not None

    before = files()
    client.post(NEW, {"file": SimpleUploadedFile("region.xlsx", broken(good))})
    monkeypatch.setattr(uploading, "annotate", dropped_meanwhile)
    assert work_off() == ["upload_closed"]
    assert Upload.objects.get().state == UploadState.DISCARDED
    assert files() <= before


def test_a_name_that_would_be_markup_or_a_header_is_text(client: Client, good: bytes) -> None:
    upload_id = send(client, broken(good), "<img src=x onerror=alert(1)>.xlsx")
    shown = page(client, upload_id)
    assert "<img src=x" not in shown
    assert "&lt;img src=x onerror=alert(1)&gt;" in shown
    Upload.objects.update(name='a"; filename=evil.exe; \r\nX-Evil: é.xlsx')
    answer = client.get(reverse("records:annotated", args=[upload_id]))
    assert "X-Evil" not in answer.headers
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''a%22%3B%20filename%3Devil.exe")
    assert answer["Cache-Control"] == "no-store"
    answer.close()
