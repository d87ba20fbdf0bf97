"""Files that nobody should send: each meets one clear sentence on a page, and nothing of it is kept."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from tests.core.records.small_region import small_region as tiny_region
from tests.node.conftest import somebody
from tests.node.records.test_uploads import NEW, files, page, send

from rasr.node.people.models import User
from rasr.node.records import queries
from rasr.node.records.models import Upload, UploadState

MB = 1024 * 1024
BOUNDARY = "rasr"


@pytest.fixture
def client(db: None, client_of: Callable[[User], Client]) -> Client:
    """The browser of a planner of an empty node."""
    del db  # asked for, so that there is a database
    return client_of(somebody("planner", "planner"))


@pytest.fixture
def workbook(tmp_path: Path) -> bytes:
    """A small workbook without faults."""
    tiny_region().write(tmp_path / "tiny.xlsx")
    return (tmp_path / "tiny.xlsx").read_bytes()


class Sent(io.RawIOBase):
    """The body of a request with one file of zeros of any size, made while it is read."""

    def __init__(self, size_bytes: int, token: str = "") -> None:
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="csrfmiddlewaretoken"\r\n\r\n{token}\r\n'
        head += f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="big.xlsx"\r\n'
        head += "Content-Type: application/octet-stream\r\n\r\n"
        self.parts = [head.encode(), f"\r\n--{BOUNDARY}--\r\n".encode()]
        self.left_bytes = size_bytes
        self.length = size_bytes + sum(map(len, self.parts))
        self.read_bytes = 0

    def read(self, size: int = -1) -> bytes:
        """The next piece."""
        if self.parts and self.read_bytes == 0:
            piece = self.parts.pop(0)
        elif self.left_bytes:
            piece = bytes(min(self.left_bytes, 64 * 1024 if size < 0 else size))
            self.left_bytes -= len(piece)
        else:
            piece = self.parts.pop(0) if self.parts else b""
        self.read_bytes += len(piece)
        return piece

    def readline(self, _size: int | None = -1, /) -> bytes:
        """A line of zeros has no end, and would be held in memory."""
        raise AssertionError("a body is not to be read by lines")


def post(client: Client, sent: Sent) -> Any:
    """Post a body as it comes over the wire."""
    environment = {"wsgi.input": sent, "CONTENT_LENGTH": str(sent.length)}
    return client.generic("POST", NEW, **environment, CONTENT_TYPE=f"multipart/form-data; boundary={BOUNDARY}")


def test_200_mb_are_read_to_the_limit_and_answered_in_one_line(client: Client) -> None:
    before = files()
    answer = post(client, Sent(200 * MB))
    shown = answer.content.decode()
    assert answer.status_code == 413
    assert "larger than 64 MB" in shown
    assert "Send and check" in shown
    assert files() == before
    assert not Upload.objects.exists()


def test_of_more_than_a_gigabyte_the_rest_is_not_even_read(client: Client) -> None:
    sent = Sent(1100 * MB)
    assert post(client, sent).status_code == 413
    assert sent.read_bytes < 70 * MB


def test_the_limit_is_the_node_s_own_and_told_before(client: Client, settings: Any, workbook: bytes) -> None:
    settings.NODE = replace(settings.NODE, upload_limit_mb=1)
    shown = client.get(NEW).content.decode()
    assert "at most 1 MB" in shown
    assert f'data-limit-bytes="{MB}"' in shown
    assert post(client, Sent(MB + 1)).status_code == 413
    assert client.post(NEW, {"file": SimpleUploadedFile("a.xlsx", workbook)}).status_code == 302


@pytest.mark.django_db
def test_who_may_not_send_is_refused_before_the_file_is_read(client_of: Callable[[User], Client]) -> None:
    sent = Sent(50 * MB)
    assert post(client_of(somebody("auditor", "auditor")), sent).status_code == 403
    assert sent.read_bytes == 0


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("empty.xlsx", b"", "The file is empty."),
        ("region.pdf", b"%PDF-1.4", "This is not a workbook."),
        ("region.xls", b"\xd0\xcf\x11\xe0", "This is not a workbook."),
    ],
)
def test_what_is_no_workbook_by_its_name_or_size_is_not_taken(
    name: str, content: bytes, says: str, client: Client
) -> None:
    before = files()
    answer = client.post(NEW, {"file": SimpleUploadedFile(name, content)})
    assert answer.status_code == 400
    assert answer.content.decode().count(says) == 1
    assert files() == before
    assert not Upload.objects.exists()


def test_nothing_chosen_is_said(client: Client) -> None:
    answer = client.post(NEW, {})
    assert answer.status_code == 400
    assert "Choose a workbook first." in answer.content.decode()


def with_part(workbook: bytes, part: str, content: bytes) -> bytes:
    changed = io.BytesIO(workbook)
    with ZipFile(changed, "a", ZIP_DEFLATED) as archive:
        archive.writestr(part, content)
    return changed.getvalue()


def macros(workbook: bytes) -> bytes:
    return with_part(workbook, "xl/vbaProject.bin", b"macro")


def bomb(workbook: bytes) -> bytes:
    return with_part(workbook, "xl/media/image.bin", bytes(60 * MB))


def other_zip(_: bytes) -> bytes:
    made = io.BytesIO()
    with ZipFile(made, "w") as archive:
        archive.writestr("letter.txt", "dear")
    return made.getvalue()


def no_zip(_: bytes) -> bytes:
    return b"site;store\nA;S1\n"


def cut(workbook: bytes) -> bytes:
    return workbook[: len(workbook) // 2]


@pytest.fixture(params=[(macros, "holds macros"), (bomb, "unpacks to"), (other_zip, "cannot be read"),
                        (no_zip, "cannot be read"), (cut, "cannot be read")],
                ids=lambda given: given[0].__name__)  # fmt: skip
def bad(request: pytest.FixtureRequest, workbook: bytes) -> tuple[bytes, str]:
    """A file that cannot be read, and what the page says of it."""
    spoil, says = request.param
    return spoil(workbook), says


def test_a_file_that_cannot_be_read_meets_one_sentence(client: Client, bad: tuple[bytes, str]) -> None:
    content, says = bad
    before, version = files(), queries.register().version
    upload_id = send(client, content, "..\\depot\\records <b>.xlsx")
    found = Upload.objects.get(pk=upload_id)
    assert found.state == UploadState.REFUSED
    assert found.name == "records <b>.xlsx"
    shown = page(client, upload_id)
    assert f"records &lt;b&gt;.xlsx {says}" in shown
    assert "Nothing in the register has changed" in shown
    assert f"{upload_id}.xlsx" not in shown
    assert files() == before
    assert queries.register().version == version
    for act in ("load", "check"):
        client.post(reverse(f"records:{act}", args=[upload_id]))
    assert Upload.objects.get(pk=upload_id).state == UploadState.REFUSED
