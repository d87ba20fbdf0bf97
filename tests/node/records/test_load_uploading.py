"""Workbooks sent in: kept under lock, checked, loaded once, and gone from the disk afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from openpyxl import load_workbook
from tests.node.conftest import somebody
from tests.node.records.small_register import only, records, region

from rasr.core.basis.findings import Refused
from rasr.core.records.region import Region
from rasr.node.jobs.registry import Work
from rasr.node.people.models import User
from rasr.node.records import bridge, checking, load, uploading
from rasr.node.records.models import Movement, Upload, UploadState
from rasr.node.records.tasks import check_upload, load_upload

pytestmark = pytest.mark.django_db
Send = Callable[..., Upload]


@pytest.fixture
def ana() -> Iterator[User]:
    """A planner; before, no file is left of other tests, and none afterwards."""
    cleared()
    yield somebody("ana", "planner")
    cleared()


def cleared() -> None:
    """Nothing lies in the folder any more."""
    for path in uploading.folder().glob("*"):
        path.unlink()


@pytest.fixture
def send(ana: User, tmp_path: Path) -> Send:
    """Send a region, or bytes, as a workbook."""

    def sent(what: Region | bytes, name: str = "book.xlsx") -> Upload:
        if isinstance(what, Region):
            what.write(tmp_path / "sent.xlsx")
            what = (tmp_path / "sent.xlsx").read_bytes()
        return uploading.receive(actor=ana, file=SimpleUploadedFile("x", what), name=name)

    return sent


def files() -> list[str]:
    """What lies in the folder."""
    return sorted(path.name for path in uploading.folder().iterdir())


def work(ana: User, **parameters: Any) -> Work:
    """A job of hers."""
    return Work(Upload().upload_id, ana, parameters)


def test_from_file_to_register(send: Send, ana: User) -> None:
    found = send(region(), name="C:\\secret\\book\n.xlsx")
    path = uploading.folder() / found.file
    assert (found.name, found.state, found.size_bytes) == ("book.xlsx", "received", path.stat().st_size)
    assert path.stat().st_mode & 0o777 == 0o600
    told = check_upload(work(ana, upload_id=str(found.pk)))
    assert told["url"] == f"/uploads/{found.pk}/"
    found = uploading.upload(actor=ana, upload_id=found.pk)
    assert (found.state, found.register_version, found.part_only) == ("checked", 0, False)
    assert found.differences["whole"]["stock_changes"] == 3
    assert uploading.annotated_path(actor=ana, upload_id=found.pk).stat().st_mode & 0o777 == 0o600
    assert load_upload(work(ana, upload_id=str(found.pk), loading="whole"))["version"] == 1
    assert bridge.load_region().digest() == region().digest()
    found.refresh_from_db()
    assert (found.state, found.file, found.annotated, files()) == ("loaded", "", "", [])
    assert found.loaded_at is not None
    assert Movement.objects.get().upload == found
    assert Movement.objects.get().reason == "book.xlsx"
    for again in (uploading.check, uploading.load):
        with pytest.raises(Refused, match="upload_closed"):
            again(actor=ana, upload_id=found.pk, **({"complete": True} if again is uploading.load else {}))
    with pytest.raises(Upload.DoesNotExist):
        uploading.annotated_path(actor=ana, upload_id=found.pk)


def test_every_finding_is_kept_and_marked(send: Send, ana: User) -> None:
    found = send(region({"R1": "S9 bombs 5", "R2": "S1 bombs 9000"}))
    found = uploading.check(actor=ana, upload_id=found.pk)
    assert found.state == UploadState.CHECKED
    severities = [one["severity"] for one in found.findings]
    assert severities == sorted(severities, key=checking.GRAVEST_FIRST.index)
    assert (found.findings[0]["code"], found.findings[0]["row"], found.counts["error"]) == ("unknown_id", 1, 1)
    assert found.differences == {}
    book = load_workbook(uploading.annotated_path(actor=ana, upload_id=found.pk))
    assert book["findings"].max_row == 1 + sum(found.counts.values())
    with pytest.raises(Refused, match="region_has_errors"):
        uploading.load(actor=ana, upload_id=found.pk, complete=True)
    assert not Movement.objects.exists()


def test_findings_are_cut(send: Send, ana: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploading, "MOST_FINDINGS", 2)
    stock = {f"R{number}": "S1 bombs ?" for number in range(5)} | {f"X{number}": "S9 bombs 1" for number in range(3)}
    found = uploading.check(actor=ana, upload_id=send(region(stock)).pk)
    assert [one["severity"] for one in found.findings] == ["error", "error"]
    assert found.counts["error"] == 3


@pytest.mark.parametrize("content", [b"", b"no workbook at all", b"PK\x03\x04 cut"])
def test_unreadable_is_refused_by_the_name_it_was_sent_with(send: Send, ana: User, content: bytes) -> None:
    found = uploading.check(actor=ana, upload_id=send(content, name="mine.xlsx").pk)
    assert (found.state, found.refused_code) == ("refused", "unreadable_workbook")
    assert found.refused_numbers["path"] == "mine.xlsx"
    assert str(uploading.folder()) not in str(found.refused_numbers)
    assert files() == []


def test_larger_than_the_limit_is_not_kept(send: Send, settings: Any) -> None:
    limit_bytes = settings.NODE.upload_limit_mb * uploading.MB
    with pytest.raises(Refused, match="too_large"):
        send(bytes(limit_bytes + 1))
    assert files() == []
    assert not Upload.objects.exists()


def test_nobody_fills_the_disk(send: Send, ana: User) -> None:
    sent = [send(b"no workbook at all", f"{number}.xlsx") for number in range(uploading.MOST_WAITING)]
    with pytest.raises(Refused) as refused:
        send(b"one more")
    assert (refused.value.code, refused.value.numbers) == ("too_many_uploads", {"most": uploading.MOST_WAITING})
    assert len(files()) == uploading.MOST_WAITING
    uploading.discard(actor=ana, upload_id=sent[0].pk)
    assert send(b"one more").pk


def test_stock_alone_is_a_part(send: Send, ana: User) -> None:
    load.load_region(actor=ana, region=region(), complete=True, source="x")
    found = uploading.check(actor=ana, upload_id=send(only("stock", records({"R1": "S1 bombs 2"}))).pk)
    assert (found.part_only, found.counts["error"]) == (True, 0)
    assert (found.differences["part"]["leaving"], found.differences["part"]["fewer"]) == (0, 1)
    with pytest.raises(Refused, match="region_has_errors"):
        uploading.load(actor=ana, upload_id=found.pk, complete=True)
    loaded = uploading.load(actor=ana, upload_id=found.pk, complete=False)
    assert loaded.counts["stock"].same == 2
    assert bridge.load_region().table("stock")["quantity"].to_list() == [2, None, 0]


def test_part_of_its_own_faults_names_its_own_rows(send: Send, ana: User) -> None:
    load.load_region(actor=ana, region=region(), complete=True, source="x")
    found = uploading.check(
        actor=ana, upload_id=send(only("stock", records({"R7": "S1 bombs 2", "R8": "S9 caps 1"}))).pk
    )
    faults = {(one["code"], one["row"]) for one in found.findings if one["severity"] == "error"}
    assert faults == {("unknown_id", 2)}
    assert found.part_only
    assert found.differences == {}


def test_two_at_once_the_second_is_told(send: Send, ana: User) -> None:
    first, second = send(region()), send(region({"R1": "S1 bombs 7"}))
    for one in (first, second):
        uploading.check(actor=ana, upload_id=one.pk)
    uploading.load(actor=ana, upload_id=first.pk, complete=True)
    with pytest.raises(Refused, match="register_moved_on"):
        uploading.load(actor=ana, upload_id=second.pk, complete=True)
    again = uploading.check(actor=ana, upload_id=second.pk)
    assert again.register_version == 1
    uploading.load(actor=ana, upload_id=second.pk, complete=True)
    assert bridge.load_region().digest() == region({"R1": "S1 bombs 7"}).digest()


def test_worker_killed_while_loading(send: Send, ana: User) -> None:
    found = uploading.check(actor=ana, upload_id=send(region()).pk)

    def killed(stage: str, share: float) -> None:
        if stage == "writing" and share == 1.0:
            raise SystemExit

    with pytest.raises(SystemExit):
        uploading.load(actor=ana, upload_id=found.pk, complete=True, progress=killed)
    assert not Movement.objects.exists()
    assert uploading.load(actor=ana, upload_id=found.pk, complete=True).version == 1


def test_discarded(send: Send, ana: User) -> None:
    found = uploading.check(actor=ana, upload_id=send(region()).pk)
    assert len(files()) == 4, "the file, its marked copy, and the lines of two ways"
    uploading.discard(actor=ana, upload_id=found.pk)
    uploading.discard(actor=ana, upload_id=found.pk)
    found.refresh_from_db()
    assert (found.state, files()) == ("discarded", [])
    with pytest.raises(Refused, match="upload_closed"):
        uploading.load(actor=ana, upload_id=found.pk, complete=True)


def test_swept_after_a_day(send: Send, ana: User) -> None:
    found = uploading.check(actor=ana, upload_id=send(region()).pk)
    (uploading.folder() / "left over").touch()
    assert uploading.sweep(timezone.now()) == 0
    assert len(files()) == 5
    assert uploading.sweep(timezone.now() + timedelta(days=1, minutes=1)) == 2
    found.refresh_from_db()
    assert (found.state, files()) == ("discarded", [])


def test_three_people(send: Send, ana: User) -> None:
    found = send(region())
    mate, stranger = somebody("boro", "planner"), somebody("cveta", "storekeeper", site_id=None)
    assert [one.pk for one in uploading.uploads(actor=ana)] == [found.pk]
    assert not uploading.uploads(actor=mate).exists()
    acts: list[Callable[..., Any]] = [uploading.upload, uploading.check, uploading.discard, uploading.annotated_path]
    for act in acts:
        with pytest.raises(Upload.DoesNotExist):
            act(actor=mate, upload_id=found.pk)
        with pytest.raises(PermissionDenied):
            act(actor=stranger, upload_id=found.pk)
    with pytest.raises(PermissionDenied):
        uploading.receive(actor=stranger, file=SimpleUploadedFile("x", b"x"), name="x.xlsx")
    with pytest.raises(PermissionDenied):
        uploading.uploads(actor=stranger)
