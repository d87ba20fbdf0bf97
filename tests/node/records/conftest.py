"""A planner of a node that holds four records, and workbooks that she sends."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.node.conftest import somebody
from tests.node.records.small_register import region
from tests.node.records.workbooks import STOCK, Check

from rasr.core.records.region import Region
from rasr.node.people.models import User
from rasr.node.records import uploading
from rasr.node.records.models import Upload
from rasr.node.records.services import load_region


@pytest.fixture
def ana(db: None) -> Iterator[User]:
    """A planner of a node that holds four records; no file of uploads is left afterwards."""
    assert db is None
    planner = somebody("ana", "planner")
    load_region(actor=planner, region=region(STOCK), complete=True, source="first.xlsx")
    yield planner
    for path in uploading.folder().glob("*"):
        path.unlink()


@pytest.fixture
def check(ana: User, tmp_path: Path) -> Check:
    """Send a region as a workbook and have it checked."""

    def checked(what: Region, name: str = "book.xlsx", by: User = ana) -> Upload:
        what.write(tmp_path / "sent.xlsx")
        content = (tmp_path / "sent.xlsx").read_bytes()
        (tmp_path / "sent.xlsx").unlink()
        sent = uploading.receive(actor=by, file=SimpleUploadedFile("x", content), name=name)
        return uploading.check(actor=by, upload_id=sent.pk)

    return checked
