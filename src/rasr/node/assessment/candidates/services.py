"""A candidate site is proposed by one person and approved by a second; then a what-if may think a store there.

    propose(actor=officer, session=trail.session(), draft=Draft("O1", "Field north", 42.1, 20.9, "earth_covered", True))

It permits nothing: what may lie there is for a licence to say, once there is a store.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from uuid6 import uuid7

from rasr.core.basis.findings import Refused
from rasr.core.reference import loader
from rasr.node.assessment.candidates import queries
from rasr.node.assessment.models import CandidateSite
from rasr.node.assessment.stores.part import others_near
from rasr.node.people import trail
from rasr.node.people.approvals import services as approvals
from rasr.node.people.approvals.registry import Change, OfNobody, Payload, approvable
from rasr.node.people.approvals.told import Told, ours
from rasr.node.people.models import Approval, User
from rasr.node.people.place import Place
from rasr.node.people.rights import require
from rasr.node.people.scopes import scope_of
from rasr.node.places.models import Organisation
from rasr.node.web import codes
from rasr.node.web.said import Said

KIND, RIGHT, SECOND = queries.KIND, queries.JUDGE, "approve_stock"
TABLE = CandidateSite._meta.db_table
PLACES = 6
"""Decimals of a degree: a decimetre."""
BARRICADE = {True: _("with a barricade"), False: _("without a barricade")}


@dataclass(frozen=True)
class Draft:
    """A candidate site before it is approved. written_in: language of the note."""

    organisation_id: str
    name: str
    latitude_deg: float
    longitude_deg: float
    construction: str
    barricaded: bool
    note: str = ""
    written_in: str = ""


def propose(*, actor: User, session: str, draft: Draft, reason: Said | str) -> Approval:
    """Ask a second person to approve a candidate site.

    Raises PermissionDenied; Organisation.DoesNotExist, also for one out of scope; Refused: out_of_range, unknown_rule.
    """
    require(actor, RIGHT)
    known = Organisation.objects.filter(closed=False).get(pk=draft.organisation_id)
    if not scope_of(actor, RIGHT).covers(known.pk, None, None):
        raise Organisation.DoesNotExist(known.pk)
    trimmed = replace(draft, name=draft.name.strip(), note=draft.note.strip())
    check(trimmed)
    payload = {"candidate_id": uuid7().hex, **asdict(trimmed)}
    return approvals.ask(actor=actor, session=session, kind=KIND, payload=payload, reason=reason)


def check(draft: Draft) -> None:
    """Raises Refused for a place that is none on the globe, and for a construction that is none."""
    for quantity, value, most in (
        ("The latitude", draft.latitude_deg, 90.0),
        ("The longitude", draft.longitude_deg, 180.0),
    ):
        if not -most <= value <= most:
            raise Refused("out_of_range", quantity=quantity, minimum=-most, maximum=most, unit="deg", value=value)
    known = constructions()
    if draft.construction not in known:
        raise Refused("unknown_rule", what="construction", value=draft.construction, known=", ".join(known))


def constructions() -> tuple[str, ...]:
    """The kinds of construction that a store may be of."""
    return tuple(loader.contract("stores").by_name["construction"].allowed)


def withdraw(*, actor: User, candidate_id: UUID, reason: str, reason_language: str) -> CandidateSite:
    """Offer it no more. Raises PermissionDenied; CandidateSite.DoesNotExist, also where it is withdrawn already."""
    require(actor, RIGHT)
    with transaction.atomic():
        rows = CandidateSite.objects.filter(queries.of_organisations(scope_of(actor, RIGHT)), withdrawn_at=None)
        found = rows.select_for_update(of=("self",)).get(pk=candidate_id)
        found.withdrawn_by, found.withdrawn_at = actor, timezone.now()
        found.withdrawn_why, found.withdrawn_why_language = reason, reason_language
        found.save(update_fields=["withdrawn_by", "withdrawn_at", "withdrawn_why", "withdrawn_why_language"])
        trail.record(
            actor=actor,
            act="candidate.withdraw",
            table=TABLE,
            row_id=found.pk,
            reason=reason,
            reason_language=reason_language,
            organisation_id=found.organisation_id,
        )
    return found


@approvable(KIND, name=_("Approve a candidate site"), asks=RIGHT, right=SECOND)
class ApproveCandidate(OfNobody):
    """candidate_id, and the columns of ``Draft``."""

    def title(self, payload: Payload) -> Told:
        """Which place."""
        return ours(_("Candidate site {name}"), name=payload["name"])

    def describe(self, payload: Payload) -> list[Change]:
        """What will be offered in a what-if. Raises Refused, Organisation.DoesNotExist."""
        draft = draft_of(payload)
        check(draft)
        owner = Organisation.objects.get(pk=draft.organisation_id, closed=False)
        place = f"{draft.latitude_deg:.{PLACES}f}, {draft.longitude_deg:.{PLACES}f}"
        lines = [
            Change(ours(_("Organisation")), "–", owner.name),
            Change(ours(_("Latitude and longitude, °")), "–", place),
            Change(ours(_("Construction")), "–", ours(codes.NAMES["construction"][draft.construction])),
            Change(ours(_("Barricade")), "–", ours(BARRICADE[draft.barricaded])),
        ]
        if near := others_near((draft.latitude_deg, draft.longitude_deg), draft.organisation_id):
            told = _("Stores of other organisations near; the sum of their danger will be seen from here")
            lines.append(Change(ours(told), "–", str(near)))
        return [*lines, *([Change(ours(_("Note")), "–", draft.note)] if draft.note else [])]

    def scope(self, payload: Payload) -> Place:
        """The organisation."""
        return Place(organisation_id=payload["organisation_id"])

    def do(self, actor: User | None, payload: Payload) -> None:
        """Keep it as approved. Raises Refused."""
        draft = draft_of(payload)
        check(draft)
        asked = Approval.objects.filter(kind=KIND, payload__candidate_id=payload["candidate_id"]).first()
        kept = CandidateSite.objects.create(
            candidate_id=UUID(payload["candidate_id"]),
            proposed_by=asked.asked_by if asked is not None else None,
            approved_by=actor,
            approved_at=timezone.now(),
            approval_id=asked.pk if asked is not None else None,
            **asdict(draft),
        )
        trail.record(
            actor=actor,
            act="candidate.approve",
            table=TABLE,
            row_id=kept.pk,
            after=asdict(draft),
            organisation_id=kept.organisation_id,
        )


def draft_of(payload: Payload) -> Draft:
    """The draft that waits, as it was proposed."""
    return Draft(**{name: payload[name] for name in Draft.__dataclass_fields__})
