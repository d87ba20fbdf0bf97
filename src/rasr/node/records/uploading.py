"""Workbooks that are sent in: received, checked, loaded or dropped.

The file lies in the folder ``uploads`` of the node's home under a name that nobody outside made. It and its marked
copy are deleted when it is loaded or discarded, and after a day in any case.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from shutil import rmtree
from typing import Any, Protocol
from uuid import UUID

import polars as pl
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from uuid6 import uuid7

from rasr.core.basis.findings import Finding, Refused
from rasr.core.records.files.annotate import annotate
from rasr.core.records.region import Region
from rasr.node.people import trail
from rasr.node.people.models import User
from rasr.node.people.rights import require
from rasr.node.records import checking
from rasr.node.records.choices import Loading
from rasr.node.records.load import Loaded, Progress, load_region, silent
from rasr.node.records.models import Upload, UploadState
from rasr.node.web.plain import plain

RIGHT = "load_register"
MB = 1024 * 1024
WORKBOOK = ".xlsx"
MARKED = "-checked"
MOST_FINDINGS = 100_000
MOST_WAITING = 10
"""Files of one user that lie here at once: nobody fills the disk."""
LONGEST_NAME = 200
KEPT_FOR = timedelta(days=1)
OPEN = (UploadState.RECEIVED, UploadState.CHECKED)


class Sent(Protocol):
    """A file as the web hands it over: in pieces."""

    def chunks(self) -> Iterable[bytes]:
        """Its bytes."""
        ...


def uploads(*, actor: User) -> QuerySet[Upload]:
    """The uploads somebody may see, the latest first: their own. Raises PermissionDenied."""
    require(actor, RIGHT)
    own = Upload.objects.filter(actor=actor).select_related("actor").order_by("-sent_at", "-pk")
    return own.defer("findings", "differences")


def upload(*, actor: User, upload_id: UUID | str) -> Upload:
    """One upload, with its findings. Raises PermissionDenied; Upload.DoesNotExist also for what is somebody else's."""
    require(actor, RIGHT)
    return Upload.objects.select_related("actor").get(actor=actor, pk=upload_id)


def annotated_path(*, actor: User, upload_id: UUID | str) -> Path:
    """The marked copy. Raises PermissionDenied; Upload.DoesNotExist, also where there is none any more."""
    found = upload(actor=actor, upload_id=upload_id)
    if not found.annotated:
        raise Upload.DoesNotExist
    return folder() / found.annotated


def lines(*, actor: User, upload_id: UUID | str, loading: str) -> pl.DataFrame:
    """The lines that would be posted (``staging.LINES``), where the file stands for this (``Loading``).

    Raises PermissionDenied; Upload.DoesNotExist, also where there are none, or none any more.
    """
    found = upload(actor=actor, upload_id=upload_id)
    path = _lines_path(found, loading)
    if found.state not in OPEN or loading not in Loading.values or not path.exists():
        raise Upload.DoesNotExist
    return pl.read_parquet(path)


def folder() -> Path:
    """Where the files lie."""
    return Path(settings.NODE.home) / "uploads"


def receive(*, actor: User, file: Sent, name: str) -> Upload:
    """Keep a file that was sent; what is older than a day goes first. name: what its sender calls it, as text only.

    Raises PermissionDenied; Refused: too_large, too_many_uploads, cannot_write.
    """
    require(actor, RIGHT)
    sweep(timezone.now())
    if uploads(actor=actor).filter(state__in=OPEN).count() >= MOST_WAITING:
        raise Refused("too_many_uploads", most=MOST_WAITING)
    upload_id, name = uuid7(), _shown(name)
    path = folder() / f"{upload_id}{WORKBOOK}"
    try:
        size_bytes = _keep(path, file.chunks(), name)
        with transaction.atomic():
            kept = Upload.objects.create(
                upload_id=upload_id, actor=actor, name=name, size_bytes=size_bytes, file=path.name
            )
            enter(actor, "upload.send", kept, {"name": name, "size_bytes": size_bytes})
        return kept
    except BaseException as fault:
        path.unlink(missing_ok=True)
        if isinstance(fault, OSError):
            raise Refused("cannot_write", path=name, reason=fault.strerror or type(fault).__name__) from fault
        raise


def check(*, actor: User, upload_id: UUID | str, progress: Progress = silent) -> Upload:
    """Find what is wrong with an upload and, where nothing bars it, what loading it would change. Can be asked again.

    A file that cannot be read at all makes the upload refused. Raises PermissionDenied, Upload.DoesNotExist;
    Refused: upload_closed; whatever ``progress`` raises.
    """
    found = still_open(upload(actor=actor, upload_id=upload_id))
    path = folder() / found.file
    try:
        progress("reading", 0.0)
        region = read(found)
        progress("checking", 0.0)
        checked = checking.check(actor, region, progress)
        state = checked.state(MOST_FINDINGS)
        progress("annotating", 0.0)
        state["annotated"] = _annotated(path, found.name, checked.findings)
        _keep_lines(found, checked.lines)
    except Refused as refused:
        numbers = plain(refused.numbers)
        with transaction.atomic():
            move(found, UploadState.REFUSED, refused_code=refused.code, refused_numbers=numbers)
            enter(actor, "upload.check", found, {"refused": refused.code}, trail.REFUSED)
        delete_files(found)
        return upload(actor=actor, upload_id=upload_id)
    try:
        with transaction.atomic():
            move(found, UploadState.CHECKED, **state)
            enter(actor, "upload.check", found, {"counts": state["counts"]})
    except Refused:
        delete_files(found)  # dropped meanwhile, and the marked copy was made after that
        raise
    return upload(actor=actor, upload_id=upload_id)


def load(*, actor: User, upload_id: UUID | str, complete: bool, progress: Progress = silent) -> Loaded:
    """Load a checked upload, if the register still is as it was when they were compared.

    Raises PermissionDenied, Upload.DoesNotExist; Refused: upload_closed and those of ``load_region``.
    """
    found = to_post(actor=actor, upload_id=upload_id)
    progress("reading", 0.0)
    region = read(found)
    with transaction.atomic():
        loaded = load_region(
            actor=actor,
            region=region,
            complete=complete,
            source=found.name,
            upload=found,
            progress=progress,
            expected_version=found.register_version,
        )
        move(found, UploadState.LOADED, loaded_at=timezone.now())
        enter(actor, "upload.load", found, {"complete": complete, "register_version": loaded.version})
    delete_files(found)
    return loaded


def to_post(*, actor: User, upload_id: UUID | str) -> Upload:
    """An upload that was checked and not posted yet. Raises PermissionDenied, Upload.DoesNotExist; Refused:
    upload_closed.
    """
    found = still_open(upload(actor=actor, upload_id=upload_id))
    if found.state != UploadState.CHECKED:
        raise Refused("upload_closed", path=found.name)
    return found


def discard(*, actor: User, upload_id: UUID | str) -> Upload:
    """Drop an upload and its files; one that is loaded, refused or dropped stays what it is. Gives it as it was.

    Raises PermissionDenied, Upload.DoesNotExist.
    """
    found = upload(actor=actor, upload_id=upload_id)
    if found.state in OPEN:
        _discard(actor, found)
    delete_files(found)
    return found


def sweep(now: datetime) -> int:
    """Drop uploads older than a day, and files in the folder that are older and belong to none; gives their number."""
    old = Upload.objects.filter(sent_at__lt=now - KEPT_FOR).exclude(file="", annotated="")
    count = 0
    for found in old:
        if found.state in OPEN:
            _discard(None, found)
        delete_files(found)
        count += 1
    before = (now - KEPT_FOR).timestamp()
    kept = {
        name for pair in Upload.objects.exclude(file="", annotated="").values_list("file", "annotated") for name in pair
    }
    for path in folder().glob("*"):
        if path.name not in kept and path.stat().st_mtime < before:
            path.unlink(missing_ok=True) if path.is_file() else rmtree(path, ignore_errors=True)
            count += 1
    return count


# The file.


def _shown(name: str) -> str:
    """A name without folders and control characters."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(letter for letter in last if letter.isprintable()).strip()[-LONGEST_NAME:] or "workbook.xlsx"


def _keep(path: Path, chunks: Iterable[bytes], name: str) -> int:
    """Write the pieces, readable to the node alone; gives their size in bytes. Raises OSError, Refused."""
    limit_mb = settings.NODE.upload_limit_mb
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    size_bytes = 0
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        for chunk in chunks:
            size_bytes += len(chunk)
            if size_bytes > limit_mb * MB:
                raise Refused("too_large", path=name, size_mb=round(size_bytes / MB), limit_mb=limit_mb)
            out.write(chunk)
    return size_bytes


def read(found: Upload) -> Region:
    """The region of the file. Raises Refused, which names the file as its sender does."""
    path = folder() / found.file
    with _named(path, found.name):
        return Region.read(path)


@contextmanager
def _named(path: Path, name: str) -> Iterator[None]:
    """A refusal inside names the file as its sender does, never where it or its marked copy lies on this machine."""
    try:
        yield
    except Refused as refused:
        for key, value in refused.numbers.items():
            if isinstance(value, str):
                refused.numbers[key] = value.replace(str(_marked(path)), name).replace(str(path), name)
        raise


def _marked(path: Path) -> Path:
    """Where the marked copy of a file lies."""
    return path.with_name(f"{path.stem}{MARKED}{WORKBOOK}")


def _annotated(path: Path, name: str, findings: list[Finding]) -> str:
    """Name of the marked copy, empty where nothing is to be marked or the workbook is too large for one."""
    target = _marked(path)
    target.unlink(missing_ok=True)
    if not findings:
        return ""
    try:
        with _named(path, name):
            annotate(path, target, findings)
    except Refused as refused:
        if refused.code == "not_available":
            return ""
        raise
    target.chmod(0o600)
    return target.name


def _lines_path(found: Upload, loading: str) -> Path:
    """Where the lines lie that a way of posting it would post."""
    return folder() / f"{found.pk}-{loading}.parquet"


def _keep_lines(found: Upload, kept: Mapping[str, pl.DataFrame]) -> None:
    """Keep the lines of each way; those of an earlier check go."""
    for loading in Loading.values:
        path = _lines_path(found, loading)
        path.unlink(missing_ok=True)
        if loading in kept:
            kept[loading].write_parquet(path, compression="zstd")
            path.chmod(0o600)


def delete_files(found: Upload) -> None:
    """Delete the file of an upload, its marked copy, and the lines that it would have posted."""
    for name in (found.file, found.annotated, f"{found.pk}{MARKED}{WORKBOOK}"):
        if name:
            (folder() / name).unlink(missing_ok=True)
    _keep_lines(found, {})
    Upload.objects.filter(pk=found.pk).update(file="", annotated="")


# The state.


def still_open(found: Upload) -> Upload:
    """It, where its file is still there. Raises Refused: upload_closed."""
    if found.state not in OPEN or not found.file:
        raise Refused("upload_closed", path=found.name)
    return found


def move(found: Upload, state: str, **values: Any) -> None:
    """Into another state, unless somebody moved it in the meantime. Raises Refused: upload_closed."""
    there = Upload.objects.filter(pk=found.pk, state__in=OPEN)
    if not there.update(state=state, **values):
        raise Refused("upload_closed", path=found.name)


def _discard(actor: User | None, found: Upload) -> None:
    with transaction.atomic():
        move(found, UploadState.DISCARDED)
        enter(actor, "upload.discard", found, {"name": found.name})


def enter(actor: User | None, act: str, found: Upload, after: dict[str, Any], outcome: str = trail.DONE) -> None:
    """An entry of an upload. actor: None is the node, which drops what is a day old."""
    table = Upload._meta.db_table
    trail.record(actor=actor, act=act, table=table, row_id=found.pk, after=after, outcome=outcome)
