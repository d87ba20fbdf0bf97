"""Photographs of what is in the register. Each is made anew, so that nothing stays of what the camera wrote into it.

Whoever may see a record sees its pictures. Who may add some to a record of a table, its room says: ``pictured``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from typing import IO, Any, Final
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Model, QuerySet
from PIL import ExifTags, Image, ImageOps

from rasr.core.basis.findings import Refused
from rasr.node.people import histories, trail
from rasr.node.people.models import User
from rasr.node.records.models import Picture

FORMATS: Final = ("JPEG", "PNG", "WEBP")
MOST_MB: Final = 20
"""The largest file that is taken."""
MOST_PIXELS: Final = 120_000_000
"""The most of a JPEG that is unpacked small: more than any telephone takes."""
MOST_WHOLE_PIXELS: Final = 40_000_000
"""The most of what is unpacked whole, as a progressive JPEG is too: some 200 MB. A bomb is refused before that."""
SIDE_PX: Final = 1600
"""The longer side of what is kept."""
BAND_PX: Final = 32
"""Rows of what is kept that are made at once."""
ORIENTATION: Final = ExifTags.Base.Orientation
QUALITY: Final = 82
MOST_OF_ONE: Final = 20
"""Pictures of one record."""
LONGEST_CAPTION: Final = 200
MB: Final = 1_000_000

Judges = Callable[[User, str], bool]
"""Whether somebody may do something with the record of this id."""


@dataclass(frozen=True)
class Made:
    """A picture made anew: JPEG, upright, colours only."""

    content: bytes
    width_px: int
    height_px: int


def _all(_actor: User, _row_id: str) -> bool:
    return True


_adders: dict[str, Judges] = {}
_seers: dict[str, Judges] = {}


def pictured(model: type[Model], adds: Judges, sees: Judges = _all) -> None:
    """Records of a model have pictures; it must have a history too, which says who may see them (``histories.tell``).

    adds: whether somebody may add pictures to a record; sees: whether who may see the record may see its pictures.
    Called once, when the node starts.
    """
    _adders[model._meta.db_table], _seers[model._meta.db_table] = adds, sees


def may_add(actor: User, table: str, row_id: str) -> bool:
    """Whether somebody may add pictures to a record, or take them off."""
    return table in _adders and _adders[table](actor, row_id)


def called(actor: User, table: str, row_id: str) -> str | None:
    """How a record that has pictures is called; None where somebody may not see it, or it is not there."""
    if table not in _adders or table not in histories.KINDS or not _seers[table](actor, row_id):
        return None
    return histories.KINDS[table].find(actor, row_id)


def page_of(table: str) -> tuple[str, str]:
    """Name of the address of a record that has pictures, and its one argument."""
    kind = histories.KINDS[table]
    return kind.page, kind.argument


def of(model: type[Model], row_id: object) -> QuerySet[Picture]:
    """The pictures of a record without what is in them. For pages of who may see the record."""
    return Picture.objects.filter(table=model._meta.db_table, row_id=str(row_id)).defer("content")


def picture(*, actor: User, picture_id: UUID) -> Picture:
    """One picture with what is in it. Raises Picture.DoesNotExist, also where the record is out of scope."""
    found = Picture.objects.get(pk=picture_id)
    if called(actor, found.table, found.row_id) is None:
        raise Picture.DoesNotExist
    return found


def add(*, actor: User, table: str, row_id: str, file: IO[bytes], caption: str = "") -> Picture:
    """Keep a picture of a record. file: open, at its beginning.

    Raises Picture.DoesNotExist for a record that is not there or out of scope, PermissionDenied; Refused:
    picture_unreadable, picture_too_large, pictures_too_many.
    """
    _may_change(actor, table, row_id)
    made = made_anew(file)
    digest = sha256(made.content).hexdigest()
    with transaction.atomic():
        kept = Picture.objects.filter(table=table, row_id=row_id)
        if (same := kept.filter(sha256=digest).defer("content").first()) is not None:
            return same  # sent twice
        if kept.count() >= MOST_OF_ONE:
            raise Refused("pictures_too_many", most=MOST_OF_ONE)
        added = Picture.objects.create(
            table=table,
            row_id=row_id,
            caption=caption.strip()[:LONGEST_CAPTION],
            content_type="image/jpeg",
            width=made.width_px,
            height=made.height_px,
            content=made.content,
            sha256=digest,
            added_by=actor,
        )
        after = {"picture": added.pk, "sha256": digest, "caption": added.caption}
        trail.record(actor=actor, act="picture.add", table=table, row_id=row_id, after=after)
    return added


def drop(*, actor: User, picture_id: UUID, reason: str) -> Picture:
    """Take a picture off that should not be there; its digest stays on the trail.

    Raises Picture.DoesNotExist, PermissionDenied; Refused: reason_wanted.
    """
    found = picture(actor=actor, picture_id=picture_id)
    _may_change(actor, found.table, found.row_id)
    if not reason.strip():
        raise Refused("reason_wanted")
    with transaction.atomic():
        before = {"picture": picture_id, "sha256": found.sha256, "caption": found.caption}
        Picture.objects.filter(pk=picture_id).delete()
        trail.record(
            actor=actor, act="picture.drop", table=found.table, row_id=found.row_id, reason=reason, before=before
        )
    return found


def made_anew(file: IO[bytes]) -> Made:
    """The picture in a file, turned upright, no larger than it needs to be, and without anything but its pixels.

    Raises Refused: picture_unreadable, picture_too_large.
    """
    content = file.read(MOST_MB * MB + 1)
    if len(content) > MOST_MB * MB:
        raise Refused("picture_too_large", limit_mb=MOST_MB, pixels=MOST_PIXELS)
    with _opened(content) as opened:
        opened.draft("RGB", (SIDE_PX, SIDE_PX))  # a JPEG is then unpacked small
        bare = ImageOps.exif_transpose(_small(opened))
        bare.thumbnail((SIDE_PX, SIDE_PX))
    written = BytesIO()
    bare.save(written, "JPEG", quality=QUALITY, optimize=True)
    return Made(written.getvalue(), *bare.size)


def _small(image: Image.Image) -> Image.Image:
    """A new canvas of colours, at least as large as it is to be, and how it lies; nothing else comes with it.

    Band by band, so that what was unpacked is there once and only a band of it is copied.
    """
    factor = max(1, max(image.size) // SIDE_PX)
    width, height, rows = *image.size, factor * BAND_PX
    small = Image.new("RGB", (-(-width // factor), -(-height // factor)))
    for top in range(0, height, rows):
        band = _on_white(image.crop((0, top, width, min(top + rows, height))))
        small.paste(band.reduce(factor), (0, top // factor))
    small.getexif()[ORIENTATION] = image.getexif().get(ORIENTATION, 1)
    return small


@contextmanager
def _opened(content: bytes) -> Iterator[Any]:
    """The file as a picture whose size is known to be bearable; faults of reading it become a refusal."""
    too_large = Refused("picture_too_large", limit_mb=MOST_MB, pixels=MOST_PIXELS)
    try:
        with Image.open(BytesIO(content), formats=FORMATS) as opened:
            in_parts = opened.format == "JPEG" and not opened.info.get("progressive")
            most_pixels = MOST_PIXELS if in_parts else MOST_WHOLE_PIXELS
            if opened.width * opened.height > most_pixels:
                raise Refused("picture_too_large", limit_mb=MOST_MB, pixels=most_pixels)
            yield opened
    except (Image.DecompressionBombError, Image.DecompressionBombWarning, MemoryError) as bomb:
        raise too_large from bomb
    except (OSError, SyntaxError, ValueError, EOFError, KeyError, IndexError) as fault:  # what decoders raise
        raise Refused("picture_unreadable", formats=", ".join(FORMATS)) from fault


def _on_white(image: Image.Image) -> Image.Image:
    """In colours; what was seen through is white."""
    if not image.has_transparency_data:
        return image.convert("RGB")
    clear = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", clear.size, "white"), clear).convert("RGB")


def _may_change(actor: User, table: str, row_id: str) -> None:
    if called(actor, table, row_id) is None:
        raise Picture.DoesNotExist
    if not may_add(actor, table, row_id):
        raise PermissionDenied("picture.add")
