"""Hotspots that somebody may see: those of sites that are whole in their scope, with every position in them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet, Sum

from rasr.node.assessment.hotspots import extent
from rasr.node.assessment.models import (
    CheckResult,
    ClearanceProgress,
    ClearanceTask,
    Hotspot,
    HotspotItem,
    HotspotState,
    QualityCheck,
    TaskState,
)
from rasr.node.people.approvals import queries as approvals
from rasr.node.people.choices import ApprovalState
from rasr.node.people.models import Approval, User
from rasr.node.people.rights import may
from rasr.node.people.scopes import scope_of
from rasr.node.places.models import Site
from rasr.node.records.events import due

Actor = User | AnonymousUser
VIEW, MANAGE = "view_register", "judge_stock"
KIND = "hand_over_hotspot"


@dataclass(frozen=True)
class Released:
    """Of one task, in m²: what it released; rows by day; its checks; whether nothing stands against a hand-over."""

    task: ClearanceTask
    area_m2: int
    rows: Sequence[ClearanceProgress]
    checks: Sequence[QualityCheck]

    @property
    def share(self) -> float:
        """Of what it is to cover, in per cent."""
        return 100 * self.area_m2 / self.task.area_m2

    @property
    def is_done(self) -> bool:
        """Completed, and the latest check found nothing that has to be done again."""
        last = self.checks[-1] if self.checks else None
        return self.task.state == TaskState.COMPLETED and last is not None and last.result != CheckResult.FAILED


def hotspots(actor: Actor, right: str = VIEW) -> QuerySet[Hotspot]:
    """All of them in scope."""
    if not isinstance(actor, User) or not may(actor, right):
        return Hotspot.objects.none()
    rows = Hotspot.objects.filter(scope_of(actor, right).sites("site__"))
    return rows.select_related("site__organisation", "made_by", "agreed_by")


def hotspot(actor: Actor, hotspot_id: UUID, right: str = VIEW) -> Hotspot:
    """One of them. Raises Hotspot.DoesNotExist, also for what is out of scope."""
    return hotspots(actor, right).get(pk=hotspot_id)


def worked_on(actor: Actor) -> QuerySet[Hotspot]:
    """Those that the actor manages and that were not handed over."""
    return hotspots(actor, MANAGE).exclude(state=HotspotState.HANDED_OVER)


def items(actor: Actor, right: str = VIEW) -> QuerySet[HotspotItem]:
    """What lies there, or is said to."""
    return HotspotItem.objects.filter(hotspot__in=hotspots(actor, right).values("pk")).select_related("hotspot__site")


def tasks(actor: Actor, right: str = VIEW) -> QuerySet[ClearanceTask]:
    """What is done on the ground."""
    return ClearanceTask.objects.filter(hotspot__in=hotspots(actor, right).values("pk")).select_related("hotspot__site")


def progress(actor: Actor) -> QuerySet[ClearanceProgress]:
    """Land that was released, by day."""
    return ClearanceProgress.objects.filter(task__in=tasks(actor).values("pk")).select_related("task__hotspot__site")


def checks(actor: Actor) -> QuerySet[QualityCheck]:
    """Quality checks."""
    return QualityCheck.objects.filter(task__in=tasks(actor).values("pk")).select_related("task__hotspot__site")


def sites(actor: Actor) -> QuerySet[Site]:
    """Open sites at which somebody may enter one."""
    if not may(actor, MANAGE):
        return Site.objects.none()
    rows = Site.objects.filter(scope_of(actor, MANAGE).sites(), closed=False)
    return rows.select_related("organisation").order_by("name", "pk")


def released(found: Hotspot) -> list[Released]:
    """Every task of an area with what it released, in the order in which they were entered."""
    rows = found.tasks.prefetch_related("progress", "checks")
    return [
        Released(
            one, sum(each.area_m2 for each in one.progress.all()), list(one.progress.all()), list(one.checks.all())
        )
        for one in rows
    ]


def released_m2(task: ClearanceTask) -> int:
    """What a task released so far, in m²."""
    found: int | None = task.progress.aggregate(sum=Sum("area_m2"))["sum"]
    return found or 0


def enclosed_m2(found: Hotspot) -> float | None:
    """What the perimeter or the ring encloses, in m²; None where neither is known."""
    if found.perimeter:
        return extent.area_m2(found.perimeter)
    return None if found.radius_m is None else extent.ring_area_m2(found.radius_m)


def waiting(actor: Actor, found: Hotspot) -> Approval | None:
    """The request for a second person that is open, if somebody may see it."""
    asked = approvals.visible(actor).filter(kind=KIND, state=ApprovalState.ASKED)
    return asked.filter(payload__hotspot_id=str(found.pk)).order_by("asked_at").last()


def due_for(actor: Actor, today: date) -> Iterator[due.Due]:
    """Tasks whose planned end is near or has passed, for who manages the area."""
    if not may(actor, MANAGE):
        return iter(())

    def told(one: ClearanceTask) -> due.Due:
        where, key = one.hotspot.site.name, (str(one.hotspot_id),)
        return due.Due("clearance", one.hotspot.name, where, one.end_planned_on, "assessment:hotspot", key, today)

    rows = tasks(actor, MANAGE).exclude(state=TaskState.COMPLETED).filter(end_planned_on__lte=today + due.AHEAD)
    return due.cut(rows.order_by("end_planned_on"), told)
