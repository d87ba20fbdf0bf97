"""What was found is nowhere in the database as it was written; photographs lose what the camera wrote into them."""

from __future__ import annotations

import sqlite3
from functools import partial
from io import BytesIO
from uuid import uuid4

import pytest
from django.db import connection
from django.test import override_settings
from PIL import ExifTags, Image
from tests.node.assessment.security import planted_visits as planted
from tests.node.assessment.security.test_visits import body, refusal
from tests.node.conftest import Places

from rasr.node.assessment.models import SecurityPhotograph, SecurityVisit
from rasr.node.assessment.security import photographs, queries, sealed, services
from rasr.node.people.models import User

pytestmark = pytest.mark.django_db
NOTE, REASON = "The north gate has no padlock.", "The hinges were looked at twice."


@pytest.fixture
def visit(officer: User, places: Places) -> SecurityVisit:
    """A visit under way."""
    return planted.begin(officer, places.site_id)


def everything() -> bytes:
    """All bytes of the database."""
    held: sqlite3.Connection = connection.connection
    return b"\n".join(line.encode() for line in held.iterdump())


@pytest.mark.one_database
def test_no_note_and_no_reason_is_in_the_bytes(visit: SecurityVisit, officer: User) -> None:
    question = planted.asked(visit)[0]
    planted.answer(officer, visit, (question, "met"), note=NOTE)
    planted.answer(officer, visit, (question, "not_met"))
    about = {"question_id": question, "store_id": None, "answer": "not_met"}
    services.settle(actor=officer, visit_id=visit.pk, reason=REASON, **about)
    assert NOTE in str(body(visit).answers)
    found = everything()
    assert str(visit.pk).replace("-", "").encode() in found
    for secret in (NOTE, REASON, "padlock", "hinges"):
        assert secret.encode() not in found
        assert secret.encode().hex().upper().encode() not in found


def test_one_visit_cannot_be_put_in_anothers_place(visit: SecurityVisit, officer: User, places: Places) -> None:
    other = planted.begin(officer, places.site_id)
    SecurityVisit.objects.filter(pk=visit.pk).update(body=other.body)
    assert refusal(lambda: body(visit)) == "security_unreadable"


def test_with_another_key_a_site_counts_as_never_assessed(visit: SecurityVisit, officer: User) -> None:
    planted.answer(officer, visit, (planted.asked(visit)[0], "met"))
    services.finish(actor=officer, visit_id=visit.pk)
    with override_settings(SECRET_KEY="another"):
        assert queries.answers(officer).height == 0
        assert queries.unreadable(officer) == [visit]


def test_a_photograph_keeps_no_place_and_is_sealed(visit: SecurityVisit, officer: User) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "Cam"
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] = (42.0, 7.0, 24.4)
    sent = planted.jpeg(exif=exif, comment=b"at the north gate")
    assert Image.open(BytesIO(sent.getvalue())).getexif().get_ifd(ExifTags.IFD.GPSInfo)
    kept = photographs.add(actor=officer, visit_id=visit.pk, file=sent)
    _found, content = queries.photograph(officer, kept.pk)
    with Image.open(BytesIO(content)) as shown:
        assert not shown.getexif()
        assert "comment" not in shown.info
    assert b"north gate" not in content
    at_rest = bytes(SecurityPhotograph.objects.get(pk=kept.pk).content)
    assert content not in at_rest
    assert b"JFIF" not in at_rest
    assert sealed.open_photograph(kept.pk, at_rest) == content


def test_a_photograph_sent_again_is_there_already(visit: SecurityVisit, officer: User, places: Places) -> None:
    key = uuid4()
    first = planted.photograph(officer, visit, photo_id=key)
    assert planted.photograph(officer, visit, photo_id=key) == first
    assert planted.photograph(officer, visit) == first
    other = planted.begin(officer, places.site_id)
    assert refusal(lambda: planted.photograph(officer, other, photo_id=key)) == "security_photograph_other"


def test_a_photograph_of_80_mb_or_none_at_all_is_refused(visit: SecurityVisit, officer: User) -> None:
    def add(content: bytes) -> None:
        photographs.add(actor=officer, visit_id=visit.pk, file=BytesIO(content))

    assert refusal(lambda: add(planted.jpeg().getvalue() + bytes(80_000_000))) == "picture_too_large"
    for content in (b"", b"<svg/>", planted.jpeg().getvalue()[:200]):
        assert refusal(partial(add, content)) == "picture_unreadable"
    assert not SecurityPhotograph.objects.exists()


def test_a_stranger_has_no_photograph(visit: SecurityVisit, officer: User, stranger: User) -> None:
    kept = planted.photograph(officer, visit)
    with pytest.raises(SecurityPhotograph.DoesNotExist):
        queries.photograph(stranger, kept.pk)
    with pytest.raises(SecurityVisit.DoesNotExist):
        planted.photograph(stranger, visit)
