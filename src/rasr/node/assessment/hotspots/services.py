"""A hotspot is entered with its extent, then what is suspected there, tasks, their progress and checks are added.

    made = enter(actor=officer, site_id="S1", facts={"name": "Old depot", ...}, why=Why("So.", "en"))
    task = add_task(actor=officer, hotspot_id=made.pk, facts={"activity": "clearance", "area_m2": 4_000, ...})
    release(actor=officer, task_id=task.pk, facts={"on": day, "release": "cleared", "area_m2": 250}, completes=False)

Once it is handed over (see ``agreeing``), nothing of it changes any more.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction

from rasr.core.basis.findings import Refused
from rasr.node.assessment.hotspots import queries
from rasr.node.assessment.hotspots.queries import MANAGE
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
from rasr.node.people import trail
from rasr.node.people.models import User
from rasr.node.people.rights import require
from rasr.node.records.lots.told import Why, days_before_today, entered

TABLE = Hotspot._meta.db_table
FACTS = (
    *("name", "kind", "state", "found_on", "source"),
    *("latitude_deg", "longitude_deg", "radius_m", "perimeter", "area_m2"),
)


def enter(*, actor: User, site_id: str, facts: Mapping[str, Any], why: Why) -> Hotspot:
    """Put down a contaminated area. facts: some of ``FACTS``.

    Raises PermissionDenied; Site.DoesNotExist, also out of scope; Refused: reason_wanted, day_in_future.
    """
    require(actor, MANAGE)
    assert set(facts) <= set(FACTS), facts
    days_before_today(facts.get("found_on"))
    if not why.text.strip():
        raise Refused("reason_wanted")
    with transaction.atomic():
        made = Hotspot.objects.create(site=queries.sites(actor).get(pk=site_id), made_by=actor, **facts)
        told(actor, "hotspot.enter", made, why, after={**facts, "site": site_id})
    return made


def change(*, actor: User, hotspot_id: UUID, facts: Mapping[str, Any], why: Why) -> Hotspot:
    """Put facts right, suspend the work or go on with it.

    Raises PermissionDenied, Hotspot.DoesNotExist; Refused: hotspot_handed_over, reason_wanted, day_in_future.
    """
    require(actor, MANAGE)
    assert set(facts) <= set(FACTS), facts
    assert facts.get("state") != HotspotState.HANDED_OVER, "that wants a second person"
    days_before_today(facts.get("found_on"))
    with transaction.atomic():
        found = locked(actor, hotspot_id)
        entered(actor, "hotspot.change", found, facts, why, (found.site.organisation_id, found.site_id))
    return found


def add_item(*, actor: User, hotspot_id: UUID, facts: Mapping[str, Any]) -> HotspotItem:
    """Add what is suspected to lie there.

    Raises PermissionDenied, Hotspot.DoesNotExist; Refused: hotspot_handed_over, day_in_future.
    """
    require(actor, MANAGE)
    days_before_today(facts["noted_on"])
    with transaction.atomic():
        found = locked(actor, hotspot_id)
        made = HotspotItem.objects.create(hotspot=found, made_by=actor, **facts)
        told(actor, "hotspot.item", found, after={"item": made.pk, **facts})
    return made


def settle_item(*, actor: User, item_id: UUID, facts: Mapping[str, Any], why: Why) -> HotspotItem:
    """Say what became of it. facts: fate, fate_on, disposal.

    Raises PermissionDenied, HotspotItem.DoesNotExist; Refused: hotspot_handed_over, day_in_future, reason_wanted.
    """
    require(actor, MANAGE)
    days_before_today(facts["fate_on"])
    with transaction.atomic():
        one = queries.items(actor, MANAGE).get(pk=item_id)
        found = locked(actor, one.hotspot_id)
        if not why.text.strip():
            raise Refused("reason_wanted")
        before = {name: getattr(one, name) for name in facts}
        for name, value in facts.items():
            setattr(one, name, value)
        one.save(update_fields=[*facts])
        told(actor, "hotspot.item_settled", found, why, before=before, after={"item": one.pk, **facts})
    return one


def add_task(*, actor: User, hotspot_id: UUID, facts: Mapping[str, Any]) -> ClearanceTask:
    """Add work on the ground. Raises PermissionDenied, Hotspot.DoesNotExist; Refused: hotspot_handed_over."""
    require(actor, MANAGE)
    with transaction.atomic():
        found = locked(actor, hotspot_id)
        made = ClearanceTask.objects.create(hotspot=found, made_by=actor, **facts)
        told(actor, "hotspot.task", found, after={"task": made.pk, **facts})
    return made


def release(*, actor: User, task_id: UUID, facts: Mapping[str, Any], completes: bool) -> ClearanceTask:
    """Write down land that a task released on a day; the first one begins it. facts: on, release, area_m2, depth_cm.

    completes: the task ends with it. Raises PermissionDenied, ClearanceTask.DoesNotExist; Refused:
    hotspot_handed_over, clearance_task_ended, clearance_beyond_area, clearance_days_in_disorder, day_in_future.
    """
    require(actor, MANAGE)
    days_before_today(facts["on"])
    with transaction.atomic():
        task = queries.tasks(actor, MANAGE).get(pk=task_id)
        found = locked(actor, task.hotspot_id)
        task.refresh_from_db()
        if task.state == TaskState.COMPLETED:
            raise Refused("clearance_task_ended")
        if (left := task.area_m2 - queries.released_m2(task)) < facts["area_m2"]:
            raise Refused("clearance_beyond_area", left=left, area=task.area_m2)
        latest = max((one.on for one in task.progress.all()), default=facts["on"])
        if completes and facts["on"] < latest:
            raise Refused("clearance_days_in_disorder", latest=latest.isoformat())
        made = ClearanceProgress.objects.create(task=task, made_by=actor, **facts)
        task.state = TaskState.COMPLETED if completes else TaskState.UNDER_WAY
        task.start_on = min(filter(None, (task.start_on, made.on)))
        task.end_on = made.on if completes else None
        task.save(update_fields=["state", "start_on", "end_on"])
        told(actor, "hotspot.progress", found, after={"task": task.pk, **facts, "state": task.state})
    return task


def check(*, actor: User, task_id: UUID, facts: Mapping[str, Any]) -> QualityCheck:
    """Write down a quality check of a completed task; one that failed opens the task again.

    Raises PermissionDenied, ClearanceTask.DoesNotExist; Refused: hotspot_handed_over, clearance_task_goes_on,
    clearance_check_early, clearance_nonconformity_wanted, day_in_future.
    """
    require(actor, MANAGE)
    days_before_today(facts["on"])
    if facts["result"] != CheckResult.PASSED and not facts.get("nonconformity", "").strip():
        raise Refused("clearance_nonconformity_wanted")
    with transaction.atomic():
        task = queries.tasks(actor, MANAGE).get(pk=task_id)
        found = locked(actor, task.hotspot_id)
        task.refresh_from_db()
        if task.state != TaskState.COMPLETED:
            raise Refused("clearance_task_goes_on")
        if task.end_on is not None and facts["on"] < task.end_on:
            raise Refused("clearance_check_early", end=task.end_on.isoformat())
        made = QualityCheck.objects.create(task=task, made_by=actor, **facts)
        if made.result == CheckResult.FAILED:
            task.state, task.end_on = TaskState.UNDER_WAY, None
            task.save(update_fields=["state", "end_on"])
        told(actor, "hotspot.check", found, after={"task": task.pk, **facts, "state": task.state})
    return made


def locked(actor: User, hotspot_id: UUID) -> Hotspot:
    """An area that the actor manages, kept from others. Raises Hotspot.DoesNotExist; Refused: hotspot_handed_over."""
    rows = Hotspot.objects.select_for_update(of=("self",)).select_related("site")
    found = rows.get(pk=queries.hotspot(actor, hotspot_id, MANAGE).pk)
    if found.state == HotspotState.HANDED_OVER:
        raise Refused("hotspot_handed_over")
    return found


def told(actor: User | None, act: str, row: Hotspot, why: Why | None = None, **more: Any) -> None:
    """Write an act on an area on the trail."""
    why = why or Why()
    site = row.site
    about: dict[str, Any] = {"table": TABLE, "row_id": row.pk, "organisation_id": site.organisation_id}
    about |= {"reason": why.text, "reason_language": why.language}
    trail.record(actor=actor, act=act, site_id=site.pk, **about, **more)
