"""Visits for tests, for the walk and for the counting of queries, by the services."""

from __future__ import annotations

import json
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.utils import timezone
from PIL import Image

from rasr.core.assessment.security import questions
from rasr.core.basis.sealed_texts import seal_bytes
from rasr.node.assessment.models import SecurityPhone, SecurityPhotograph, SecurityVisit
from rasr.node.assessment.security import phones, photographs, sealed, services
from rasr.node.assessment.security.services import Given
from rasr.node.people.models import User
from rasr.node.places.models import Site

BEGINS = {"set_id": "ammunition_depot", "visited_on": "2026-01-15"}
ANSWERS = {"question": "KEY-01", "store": "", "answer": "met", "note": "Seen."}
SETTLES = {"question": "PER-01", "store": "", "answer": "met", "reason": "Looked again."}
"""What the forms send when all is well, for a visit of ``plant``."""


def begin(actor: User, site_id: str, **more: Any) -> SecurityVisit:
    """A visit of today with the usual questions of the site."""
    usual = questions.sets_for(Site.objects.get(pk=site_id).kind)[0]
    given = {"set_id": usual, "visited_on": timezone.localdate(), **more}
    return services.begin(actor=actor, site_id=site_id, **given)


def asked(visit: SecurityVisit) -> list[str]:
    """The questions of a visit that may be answered with partly."""
    found = questions.question_set(visit.set_id, visit.set_version).questions
    return [one.question_id for one in found if one.scale == "degree"]


def answer(actor: User, visit: SecurityVisit, *answers: tuple[str, str | None], **more: Any) -> services.Kept:
    """Keep answers, by question."""
    given = [Given(question, said, **more) for question, said in answers]
    return services.keep(actor=actor, visit_id=visit.pk, given=given)


def jpeg(**more: Any) -> BytesIO:
    """A photograph as a camera writes it."""
    written = BytesIO()
    Image.linear_gradient("L").convert("RGB").save(written, "JPEG", **more)
    written.seek(0)
    return written


def photograph(actor: User, visit: SecurityVisit, **more: Any) -> SecurityPhotograph:
    """A photograph of a visit."""
    return photographs.add(actor=actor, visit_id=visit.pk, file=jpeg(), **more)


@dataclass(frozen=True)
class Planted:
    """A visit under way with a conflict about SETTLES, a finished one, a photograph, and phones by their holders."""

    visit: SecurityVisit
    finished: SecurityVisit
    photograph: SecurityPhotograph


def plant(actor: User, site_id: str, says: str, *, usual: bool = False) -> Planted:
    """Visits with these words in them. usual: with the usual questions of the site, not those of BEGINS."""
    chosen = {} if usual else {"set_id": BEGINS["set_id"]}
    visit, done = (begin(actor, site_id, **chosen) for _each in range(2))
    question = asked(visit)[0] if usual else SETTLES["question"]
    kept = photograph(actor, visit)
    answer(actor, visit, (question, "met"), note=says, photographs=(str(kept.pk),))
    answer(actor, visit, (question, "not_met"), note=says)
    answer(actor, done, (question, "met"), note=says)
    services.finish(actor=actor, visit_id=done.pk)
    return Planted(visit, done, kept)


def phone(actor: User, visit: SecurityVisit) -> SecurityPhone:
    """A phone in somebody's hands."""
    return phones.hand_out(actor=actor, visit_id=visit.pk, device="Chrome, Android")


def from_phone(given: SecurityPhone, content: Any) -> bytes:
    """What the page on that phone would send."""
    plain = content if isinstance(content, bytes) else json.dumps(content).encode()
    return seal_bytes(settings.SECRET_KEY, f"{sealed.PHONE} {given.pk}", plain)


POSTED = (
    *("begin", "answer", "settle", "finish", "open", "withdraw", "merge", "photograph-add", "hand-out"),
    *("upload", "upload-photograph", "revoke"),
)
"""Addresses that take a form, by what stands behind ``security-``."""
REASON = {"reason": "So.", "reason_language": "en"}


def posted(name: str, actor: User, made: Planted) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """The act that a form leaves on the trail, what it sends when all is well, and what stands in its address."""
    visit, one, two = made.visit, *asked(made.visit)[:2]
    about: dict[str, Any] = {"visit_id": visit.pk}
    if name in ("upload", "upload-photograph", "revoke"):
        given = phone(actor, visit)
        about = {"phone_id": given.pk}
        sent = {"upload_id": str(uuid4()), "answers": [["", two, "met", "", "2026-01-15", "", []]]}
        content: Any = jpeg(quality=50).read() if name == "upload-photograph" else sent
        told = {"content": BytesIO(from_phone(given, content))} if name != "revoke" else {}
        more = {"photo_id": uuid4()} if name == "upload-photograph" else {}
        acts = {"upload": "security.answer security.upload", "upload-photograph": "security.photograph"}
        return acts.get(name, "security.revoke"), told, {**about, **more}
    if name == "finish":
        services.settle(actor=actor, visit_id=visit.pk, question_id=one, store_id=None, answer="met", reason="So.")
    sends: dict[str, Any] = {
        "begin": {"set_id": visit.set_id, "visited_on": BEGINS["visited_on"]},
        "answer": {"question": two, "answer": "met"},
        "settle": {"question": one, "answer": "met", "reason": "So."},
        "open": REASON,
        "withdraw": REASON,
        "photograph-add": {"file": jpeg(quality=50)},
    }
    if name == "merge":
        sends[name] = {"other": begin(actor, visit.site_id, set_id=visit.set_id).pk}
    acts = {"photograph-add": "security.photograph security.answer", "hand-out": "security.hand_out"}
    acts["merge"] = "security.merge security.withdraw"
    keys = {"begin": {"site_id": visit.site_id}, "open": {"visit_id": made.finished.pk}}
    keys["photograph-add"] = {**about, "question_id": two}
    return acts.get(name, f"security.{name}"), sends.get(name, {}), keys.get(name, about)
