"""What is known of how places are secured, for who may see it: never of a site out of scope."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

import polars as pl
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from rasr.core.assessment.security import questions
from rasr.core.assessment.security.score import Scores, points, score
from rasr.core.basis.findings import Refused
from rasr.node.assessment.models import SecurityPhone, SecurityPhotograph, SecurityVisit
from rasr.node.assessment.security import bridge, sealed
from rasr.node.people.models import User
from rasr.node.people.rights import may
from rasr.node.people.scopes import scope_of
from rasr.node.places.models import Site
from rasr.node.records.events import due as queue

Actor = User | AnonymousUser
VIEW, ASSESS = "view_security", "assess_security"


@dataclass(frozen=True)
class Standing:
    """How a site stands. last: its latest finished visit; due_on: day by which it is due again, None where it never
    was assessed; is_due: by today; open: visits under way.
    """

    site: Site
    last: SecurityVisit | None
    due_on: date | None
    is_due: bool
    open: int


# Visits.


def visits(actor: Actor, right: str = VIEW) -> QuerySet[SecurityVisit]:
    """All of them at sites that are whole in scope, those that were withdrawn too, without what is in them."""
    if not isinstance(actor, User) or not may(actor, right):
        return SecurityVisit.objects.none()
    rows = SecurityVisit.objects.filter(scope_of(actor, right).sites("site__"))
    return rows.select_related("site__organisation", "begun_by", "finished_by", "withdrawn_by").defer("body")


def visit(actor: Actor, visit_id: UUID, right: str = VIEW) -> SecurityVisit:
    """One of them. Raises SecurityVisit.DoesNotExist, also for what is out of scope."""
    return visits(actor, right).defer(None).select_related("site__organisation", "begun_by").get(pk=visit_id)


def is_open(found: SecurityVisit) -> bool:
    """Whether answers are taken."""
    return found.finished_at is None and found.withdrawn_at is None


def sites(actor: Actor, right: str = VIEW) -> QuerySet[Site]:
    """Sites of which somebody may know how they are secured, and for whose kind there are questions."""
    if not isinstance(actor, User) or not may(actor, right):
        return Site.objects.none()
    rows = Site.objects.filter(scope_of(actor, right).sites(), closed=False, kind__in=asked_kinds())
    return rows.select_related("organisation").order_by("organisation__name", "name", "pk")


def site(actor: Actor, site_id: str, right: str = VIEW) -> Site:
    """One of them. Raises Site.DoesNotExist, also for what is out of scope."""
    return sites(actor, right).get(pk=site_id)


def asked_kinds() -> list[str]:
    """Kinds of site for which there is a question set."""
    kinds = ("depot", "police_storage", "evidence_room", "armoury", "disposal_facility", "hotspot")
    return [kind for kind in kinds if questions.sets_for(kind)]


def photograph(actor: Actor, photo_id: UUID, right: str = VIEW) -> tuple[SecurityPhotograph, bytes]:
    """One photograph and what is in it. Raises SecurityPhotograph.DoesNotExist; Refused: security_unreadable."""
    found = SecurityPhotograph.objects.filter(visit__in=visits(actor, right).values("pk")).get(pk=photo_id)
    return found, sealed.open_photograph(found.pk, bytes(found.content))


def phones(actor: Actor, visit_id: UUID) -> QuerySet[SecurityPhone]:
    """Phones that a visit was given to, for who assesses there."""
    rows = SecurityPhone.objects.filter(visit__in=visits(actor, ASSESS).values("pk"), visit_id=visit_id)
    return rows.select_related("given_to", "revoked_by")


# Answers and scores.


def latest(actor: Actor, site_ids: Iterable[str] | None = None) -> list[SecurityVisit]:
    """The latest finished visit to each site (those named, or all that are seen), whole; one query."""
    rows = visits(actor).defer(None).filter(finished_at__isnull=False, withdrawn_at=None)
    if site_ids is not None:
        rows = rows.filter(site_id__in=list(site_ids))
    found: dict[str, SecurityVisit] = {}
    for one in rows.order_by("visited_on", "finished_at", "visit_id"):
        found[one.site_id] = one
    return list(found.values())


def answers(actor: Actor, site_ids: Iterable[str] | None = None) -> pl.DataFrame:
    """The answers of the latest finished visits as the core's frame ``answers``.

    What was sealed with another key is left out: the site then counts as never assessed (``unreadable`` names it).
    """
    return bridge.frame((one, rows) for one in latest(actor, site_ids) if (rows := _rows(one)) is not None)


def unreadable(actor: Actor) -> list[SecurityVisit]:
    """Latest visits that were sealed with another key."""
    return [one for one in latest(actor) if _rows(one) is None]


def scores(actor: Actor, site_ids: Iterable[str] | None = None) -> Scores:
    """Scores of the sites named, or of all that are seen, from their latest finished visits."""
    return score(points(answers(actor, site_ids)))


def scores_of(actor: Actor, site_id: str) -> Scores:
    """Scores of one site and its stores. Raises Site.DoesNotExist, also for what is out of scope."""
    return scores(actor, [site(actor, site_id).pk])


def points_of(actor: Actor, site_id: str) -> pl.DataFrame:
    """The points of one site (``score.points``). Raises Site.DoesNotExist."""
    return points(answers(actor, [site(actor, site_id).pk]))


def compared(actor: Actor, found: SecurityVisit) -> tuple[SecurityVisit, questions.CarryOver] | None:
    """The finished visit before this one, and what the change of the question set means; None where there is none."""
    before = visits(actor).defer(None).filter(site_id=found.site_id, finished_at__isnull=False, withdrawn_at=None)
    last = before.exclude(pk=found.pk).filter(visited_on__lte=found.visited_on).first()
    if last is None:
        return None
    return last, questions.carry_over(set_of(last), set_of(found))


def set_of(found: SecurityVisit) -> questions.QuestionSet:
    """The questions of a visit."""
    return questions.question_set(found.set_id, found.set_version)


def _rows(found: SecurityVisit) -> list[bridge.Row] | None:
    try:
        return bridge.opened(found).answers
    except Refused:
        return None


# What is due.


def standings(actor: Actor, today: date | None = None) -> list[Standing]:
    """How every site that is seen stands, by organisation and name. Two queries."""
    day = today or timezone.localdate()
    last: dict[str, SecurityVisit] = {}
    under_way: dict[str, int] = {}
    for one in visits(actor).filter(withdrawn_at=None).order_by("visited_on", "finished_at", "visit_id"):
        if one.finished_at is None:
            under_way[one.site_id] = under_way.get(one.site_id, 0) + 1
        else:
            last[one.site_id] = one
    return [_standing(each, last.get(each.pk), under_way.get(each.pk, 0), day) for each in sites(actor)]


def standing(actor: Actor, each: Site, today: date | None = None) -> Standing:
    """How one site stands."""
    counted = visits(actor).filter(site=each, withdrawn_at=None)
    last = counted.filter(finished_at__isnull=False).order_by("-visited_on", "-finished_at", "-visit_id").first()
    return _standing(each, last, counted.filter(finished_at=None).count(), today or timezone.localdate())


def due(actor: Actor, today: date | None = None) -> list[Standing]:
    """Sites that are due, the longest first; those that never were assessed in front."""
    found = [one for one in standings(actor, today) if one.is_due]
    return sorted(found, key=lambda one: (one.due_on or date.min, one.site.name))


def due_for(actor: Actor, today: date) -> Iterator[queue.Due]:
    """Sites to be assessed again, for who assesses them; those that never were stand in the list of sites alone."""
    if not may(actor, ASSESS):
        return iter(())
    interval = timedelta(days=settings.NODE.reassess_days)

    def told(one: SecurityVisit) -> queue.Due:
        day, page = one.visited_on + interval, "assessment:security-site"
        return queue.Due("security", one.site.name, "", day, page, (one.site_id,), today)

    finished = Q(finished_at__isnull=False, withdrawn_at=None)
    later = Q(visited_on__gt=OuterRef("visited_on"))
    later |= Q(visited_on=OuterRef("visited_on"), finished_at__gt=OuterRef("finished_at"))
    superseded = SecurityVisit.objects.filter(finished, later, site=OuterRef("site"))
    rows = visits(actor, ASSESS).filter(finished, site__closed=False, visited_on__lte=today + queue.AHEAD - interval)
    return queue.cut(rows.filter(~Exists(superseded)).order_by("visited_on", "visit_id"), told)


def _standing(each: Site, last: SecurityVisit | None, under_way: int, day: date) -> Standing:
    due_on = None if last is None else last.visited_on + timedelta(days=settings.NODE.reassess_days)
    return Standing(each, last, due_on, due_on is None or due_on <= day, under_way)
