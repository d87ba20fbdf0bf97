"""Who is there when something is posted, and what is posted; the forms themselves stand in ``posts``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from tests.node.conftest import Places

from rasr.node.jobs.models import Job
from rasr.node.people.models import User
from rasr.node.records import uploading
from rasr.node.records.models import Upload

Data = Mapping[str, Any]


@dataclass(frozen=True)
class Scene:
    """Who is there, and what they work on."""

    planner: User
    administrator: User
    places: Places
    workbook: Path

    def upload(self, *, checked: bool = False) -> Upload:
        """A workbook of the whole register with one store's stock left out, sent in."""
        content = SimpleUploadedFile("region.xlsx", self.workbook.read_bytes())
        sent = uploading.receive(actor=self.planner, file=content, name="region.xlsx")
        return uploading.check(actor=self.planner, upload_id=sent.pk) if checked else sent

    def job(self) -> Job:
        """A job that waits."""
        return Job.objects.create(kind="assess", actor=self.planner)


@dataclass(frozen=True)
class Post:
    """What is sent, by whom, and the acts it leaves. by: None is somebody not signed in."""

    by: User | None
    data: Data
    acts: frozenset[str]
    kwargs: Data


def post(by: User | None, acts: str, data: Data | None = None, **kwargs: Any) -> Post:
    """What is sent by somebody, and the acts it leaves."""
    return Post(by, data or {}, frozenset(acts.split()), kwargs)
