"""Files that are sent in to become surveys: received, looked through with their columns mapped, kept or dropped.

The file lies in the folder ``surveys`` of the node's home under a name that nobody outside made. It is deleted when
the survey is kept, when it is dropped, and after a day in any case.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import asdict
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from uuid6 import uuid7

from rasr.core.basis.findings import Refused
from rasr.node.assessment.models import Survey, SurveyFile, SurveyFileState, SurveyWay
from rasr.node.assessment.surroundings import checking, files
from rasr.node.assessment.surroundings.services import keep
from rasr.node.people import trail
from rasr.node.people.models import User
from rasr.node.people.rights import require
from rasr.node.records.load import Progress, silent
from rasr.node.web.plain import plain

RIGHT = "assess"
KIND = "read_survey"
MB = 1024 * 1024
MOST_WAITING = 5
"""Files of one user that lie here at once."""
LONGEST_NAME = 200
KEPT_FOR = timedelta(days=1)
OPEN = (SurveyFileState.RECEIVED, SurveyFileState.FAULTY)


class Sent(Protocol):
    """A file as the web hands it over: in pieces."""

    def chunks(self) -> Iterable[bytes]:
        """Its bytes."""
        ...


def sent(*, actor: User) -> QuerySet[SurveyFile]:
    """The files somebody may see, the latest first: their own. Raises PermissionDenied."""
    require(actor, RIGHT)
    return SurveyFile.objects.filter(actor=actor).select_related("actor")


def waiting(*, actor: User) -> QuerySet[SurveyFile]:
    """Their files that were neither kept nor dropped. Raises PermissionDenied."""
    return sent(actor=actor).filter(state__in=OPEN).order_by("-sent_at")


def folder() -> Path:
    """Where the files lie."""
    return Path(settings.NODE.home) / "surveys"


def receive(*, actor: User, file: Sent, name: str, title: str, surveyed_on: date) -> SurveyFile:
    """Keep a file that was sent and say what it holds. name: what its sender calls it, as text only.

    Raises PermissionDenied; Refused: too_large, survey_files_many, cannot_write, and those of ``files.look``.
    """
    require(actor, RIGHT)
    sweep(timezone.now())
    if waiting(actor=actor).count() >= MOST_WAITING:
        raise Refused("survey_files_many", most=MOST_WAITING)
    name = _shown(name)
    form = files.form_of(name)
    file_id = uuid7()
    path = folder() / f"{file_id}.{form}"
    try:
        size_bytes = _write(path, file.chunks(), name)
        seen = files.look(path, form, name)
        with transaction.atomic():
            kept = SurveyFile.objects.create(
                file_id=file_id,
                actor=actor,
                name=name,
                title=title,
                surveyed_on=surveyed_on,
                size_bytes=size_bytes,
                file=path.name,
                form=form,
                columns=list(seen.columns),
                crs=seen.crs,
                rows=seen.rows,
            )
            _enter(actor, "survey.send", kept, {"name": name, "size_bytes": size_bytes})
        return kept
    except BaseException as fault:
        path.unlink(missing_ok=True)
        if isinstance(fault, OSError):
            raise Refused("cannot_write", path=name, reason=fault.strerror or type(fault).__name__) from fault
        raise


def bring_in(*, actor: User, file_id: UUID | str, mapping: files.Mapping, progress: Progress = silent) -> SurveyFile:
    """Read a file by a mapping: keep the survey, or every fault that is in it; nothing is kept by halves.

    Raises PermissionDenied, SurveyFile.DoesNotExist; Refused: survey_closed, text_too_long and those of ``files.read``;
    whatever ``progress`` raises.
    """
    found = _open(actor, file_id)
    progress("reading", 0.0)
    read = files.read(folder() / found.file, found.form, found.name, mapping)
    checked = checking.check(read.raw, progress)
    told = {**read.told, **checked.told}
    with transaction.atomic():
        there = SurveyFile.objects.select_for_update().filter(pk=found.pk, state__in=OPEN)
        if not there.exists():
            raise Refused("survey_closed", path=found.name)
        if checked.findings:
            kept: Survey | None = None
            findings = [plain(asdict(one)) for one in checked.findings]
            there.update(state=SurveyFileState.FAULTY, findings=findings, faults=len(findings), mapping=asdict(mapping))
            _enter(actor, "survey.check", found, {"faults": len(findings)})
        else:
            progress("writing", 0.0)
            kept = keep(
                actor=actor,
                frame=checked.frame,
                title=found.title,
                surveyed_on=found.surveyed_on,
                told=told,
                way=SurveyWay.FILE,
                source=found.name,
                crs=read.crs,
            )
            there.update(
                state=SurveyFileState.KEPT, findings=[], faults=0, mapping=asdict(mapping), survey=kept, file=""
            )
    if kept is not None:
        (folder() / found.file).unlink(missing_ok=True)
    return sent(actor=actor).get(pk=found.pk)


def discard(*, actor: User, file_id: UUID | str) -> SurveyFile:
    """Drop a file. Raises PermissionDenied, SurveyFile.DoesNotExist; Refused: survey_closed."""
    found = _open(actor, file_id)
    _drop(actor, found)
    return found


def sweep(now: datetime) -> int:
    """Drop files older than a day; gives their number."""
    old = list(SurveyFile.objects.filter(sent_at__lt=now - KEPT_FOR, state__in=OPEN))
    for found in old:
        _drop(None, found)
    before = (now - KEPT_FOR).timestamp()
    for path in folder().glob("*"):
        if path.stat().st_mtime < before:
            path.unlink(missing_ok=True)
    return len(old)


def _open(actor: User, file_id: UUID | str) -> SurveyFile:
    found = sent(actor=actor).get(pk=file_id)
    if found.state not in OPEN or not found.file:
        raise Refused("survey_closed", path=found.name)
    return found


def _drop(actor: User | None, found: SurveyFile) -> None:
    with transaction.atomic():
        changed = SurveyFile.objects.filter(pk=found.pk, state__in=OPEN)
        changed.update(state=SurveyFileState.DISCARDED, file="", findings=[])
        _enter(actor, "survey.discard", found, {"name": found.name})
    (folder() / found.file).unlink(missing_ok=True)


def _enter(actor: User | None, act: str, found: SurveyFile, after: dict[str, Any]) -> None:
    trail.record(actor=actor, act=act, table=SurveyFile._meta.db_table, row_id=found.pk, after=after)


def _shown(name: str) -> str:
    """A name without folders and control characters."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(letter for letter in last if letter.isprintable()).strip()[-LONGEST_NAME:]


def _write(path: Path, chunks: Iterable[bytes], name: str) -> int:
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
