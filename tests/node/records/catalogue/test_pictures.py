"""Photographs: made anew without what the camera wrote, for who may see the record, and no bomb gets in."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from tests.node.records.lots.people import People, people

from rasr.core.basis.findings import Refused
from rasr.node.people.models import Entry
from rasr.node.records.catalogue import pictures
from rasr.node.records.models import Picture

pytestmark = pytest.mark.django_db
TABLE = "records_article"
GPS, MAKER, ORIENTATION = 0x8825, 0x010F, 0x0112


@pytest.fixture
def who() -> People:
    return people()


def photograph(width: int = 60, height: int = 40, form: str = "JPEG", **more: Any) -> BytesIO:
    """A photograph as a telephone takes it: with its maker and the place, and lying on its side."""
    image = Image.new("RGB", (width, height), "red")
    exif = Image.Exif()
    exif[MAKER] = "Secret telephone"
    exif[ORIENTATION] = 6
    exif.get_ifd(GPS)[1] = "N"
    written = BytesIO()
    image.save(written, form, exif=exif, **more)
    written.seek(0)
    return written


def add(who: People, file: Any = None, **more: Any) -> Picture:
    given = {"actor": who.loader, "table": TABLE, "row_id": "bombs", "file": file or photograph(), **more}
    return pictures.add(**given)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_nothing_of_the_camera_is_left(who: People, form: str) -> None:
    kept = add(who, photograph(form=form), caption=" From the left ")
    found = Image.open(BytesIO(kept.content))
    assert (found.format, found.size) == ("JPEG", (40, 60))  # upright
    assert not found.getexif()
    assert b"Secret" not in bytes(kept.content)
    assert kept.caption == "From the left"
    assert Entry.objects.get(act="picture.add").after["sha256"] == kept.sha256


def test_words_in_a_file_are_left_behind(who: People) -> None:
    image = Image.new("RGBA", (20, 10), (255, 0, 0, 0))
    told = PngInfo()
    told.add_text("Comment", "Secret place")
    written = BytesIO()
    image.save(written, "PNG", pnginfo=told)
    written.seek(0)
    kept = add(who, written)
    assert b"Secret" not in bytes(kept.content)
    assert min(Image.open(BytesIO(kept.content)).getpixel((5, 5))) > 250  # what is seen through is white


def test_what_is_kept_is_no_larger_than_it_needs_to_be(who: People) -> None:
    kept = add(who, photograph(4000, 3000))
    assert (kept.width, kept.height) == (1200, 1600)


def test_only_a_band_is_copied_of_what_is_unpacked_whole(who: People, monkeypatch: pytest.MonkeyPatch) -> None:
    """A few bytes of PNG are many pixels: they are there once, and never laid on white as a whole."""
    copied: list[int] = []
    laid_on_white = pictures._on_white

    def counted(image: Image.Image) -> Image.Image:
        copied.append(image.width * image.height)
        return laid_on_white(image)

    monkeypatch.setattr(pictures, "_on_white", counted)
    seen_through = Image.new("P", (6000, 4000))
    seen_through.putpalette([0, 0, 255, 0, 255, 0])
    seen_through.paste(1, (3000, 0, 6000, 4000))
    seen_through.info["transparency"] = bytes([255, 0])  # the left half is blue, the right is seen through
    written = BytesIO()
    seen_through.save(written, "PNG")
    written.seek(0)
    found = Image.open(BytesIO(add(who, written).content))
    assert found.size == (1600, 1067)
    left, right = found.getpixel((10, 1000)), found.getpixel((1590, 1000))
    assert isinstance(left, tuple)
    assert isinstance(right, tuple)
    assert left[2] > 250 > 5 > left[0]
    assert min(right) > 250
    assert sum(copied) == 6000 * 4000
    assert max(copied) <= 6000 * 3 * pictures.BAND_PX


def test_what_is_unpacked_whole_is_smaller(who: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "MOST_WHOLE_PIXELS", 1000)
    assert add(who, photograph(60, 40)).width == 40
    for file in (photograph(60, 40, "PNG"), photograph(60, 40, "WEBP"), photograph(60, 40, progressive=True)):
        with pytest.raises(Refused) as fault:
            add(who, file)
        assert (fault.value.code, fault.value.numbers["pixels"]) == ("picture_too_large", 1000)


def test_the_same_photograph_is_kept_once(who: People) -> None:
    assert add(who).pk == add(who).pk


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no picture",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"GIF89a" + bytes(40),
        photograph().read()[:200],
    ],
    ids=["empty", "text", "svg", "gif", "cut off"],
)
def test_what_is_no_photograph_is_refused(who: People, content: bytes) -> None:
    with pytest.raises(Refused, match="picture_unreadable"):
        add(who, BytesIO(content))


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is this large."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("side", [11_000, 12_500, 60_000])
def test_a_bomb_is_refused_unpacked_or_not(who: People, side: int) -> None:
    with pytest.raises(Refused, match=r"picture_too_large"):
        add(who, BytesIO(bomb(side, side)))


def test_a_file_that_is_too_large_is_refused(who: People) -> None:
    with pytest.raises(Refused, match="picture_too_large"):
        add(who, BytesIO(photograph().read() + bytes(pictures.MOST_MB * 1_000_000)))


def test_there_is_an_end_to_it(who: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "MOST_OF_ONE", 1)
    add(who)
    with pytest.raises(Refused, match="pictures_too_many"):
        add(who, photograph(80, 40))


def test_who_may_not_change_the_article_adds_and_drops_nothing(who: People) -> None:
    kept = add(who)
    for actor in (who.keeper, who.stranger):
        with pytest.raises(PermissionDenied):
            pictures.add(actor=actor, table=TABLE, row_id="bombs", file=photograph())
        with pytest.raises(PermissionDenied):
            pictures.drop(actor=actor, picture_id=kept.pk, reason="so")
        assert pictures.picture(actor=actor, picture_id=kept.pk) == kept


@pytest.mark.parametrize(
    ("table", "row"), [("people_user", "1"), (TABLE, "nothing"), ("records_item", str(UUID(int=1)))]
)
def test_no_picture_of_what_is_not_there_or_has_none(who: People, table: str, row: str) -> None:
    with pytest.raises(Picture.DoesNotExist):
        add(who, table=table, row_id=row)


def test_taking_off_needs_a_reason_and_leaves_its_digest(who: People) -> None:
    kept = add(who)
    with pytest.raises(Refused, match="reason_wanted"):
        pictures.drop(actor=who.loader, picture_id=kept.pk, reason=" ")
    pictures.drop(actor=who.loader, picture_id=kept.pk, reason="shows a face")
    assert not Picture.objects.exists()
    assert Entry.objects.get(act="picture.drop").before["sha256"] == kept.sha256


def test_by_the_pages(who: People) -> None:
    client = Client()
    client.force_login(who.loader)
    page = reverse("records:picture-add", args=[TABLE, "bombs"])
    assert client.get(page).status_code == 200
    sent = SimpleUploadedFile("x.jpg", photograph().read(), "image/jpeg")
    assert client.post(page, {"file": sent, "caption": "Nose"}).status_code == 302
    kept = Picture.objects.get()
    shown = client.get(reverse("records:picture", args=[kept.pk]))
    assert shown["Content-Type"] == "image/jpeg"
    assert shown.content == bytes(kept.content)
    assert "Nose" in client.get(reverse("records:article", args=["bombs"])).content.decode()
    assert client.post(page, {"file": SimpleUploadedFile("x.jpg", b"nothing")}).status_code == 400
    drop = reverse("records:picture-drop", args=[kept.pk])
    assert client.post(drop, {"reason": "blurred"}).status_code == 302
    assert client.get(reverse("records:picture", args=[kept.pk])).status_code == 404


def test_too_large_a_file_is_not_read_to_its_end(who: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "MOST_MB", 1)
    client = Client()
    client.force_login(who.loader)
    sent = SimpleUploadedFile("x.jpg", bytes(1_200_000), "image/jpeg")
    assert client.post(reverse("records:picture-add", args=[TABLE, "bombs"]), {"file": sent}).status_code == 413


def test_the_pages_of_a_stranger_to_the_catalogue(who: People) -> None:
    client = Client()
    client.force_login(who.keeper)
    assert client.get(reverse("records:picture-add", args=[TABLE, "bombs"])).status_code == 404
