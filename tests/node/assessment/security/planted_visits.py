"""Visits for tests, for the walk and for the counting of queries, by the services."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from django.utils import timezone
from PIL import Image

from rasr.core.assessment.security import questions
from rasr.node.assessment.models import SecurityPhotograph, SecurityVisit
from rasr.node.assessment.security import photographs, services
from rasr.node.assessment.security.services import Given
from rasr.node.people.models import User
from rasr.node.places.models import Site

WHY = "So it was seen."


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
