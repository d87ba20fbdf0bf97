"""An upgrade project is proposed, its works and money written down, and it is carried out; see also ``agreeing``.

    made = propose(actor=officer, place=Place(site_id="S1"), facts={"name": "Fence"}, why=Why("So.", "en"))
    price(actor=officer, upgrade_id=made.pk, costs=Costs((Work("fence", "", None, ""),)), why=Why("So.", "en"))

Whoever changes works or money of an approved one needs the second person again. On the trail stand sums, never works.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from rasr.core.basis.findings import Finding, Refused
from rasr.node.assessment.models import Programme, Upgrade, UpgradeState
from rasr.node.assessment.upgrades import costs as money
from rasr.node.assessment.upgrades import queries
from rasr.node.assessment.upgrades.queries import MANAGE
from rasr.node.people import trail
from rasr.node.people.models import User
from rasr.node.people.place import Place
from rasr.node.people.rights import require
from rasr.node.places.models import Site, Store
from rasr.node.records.lots.told import Why, days_before_today, entered

TABLE = Upgrade._meta.db_table
VISITS = ("visit_before_id", "visit_after_id")
FACTS = (
    *("name", "programme_id", "contractor", "contract_on", "start_planned_on", "handover_planned_on"),
    *("upkeep_owner", *VISITS),
)
"""What may be filled in and put right at any time until a project is accepted or abandoned."""
ENDED = (UpgradeState.ACCEPTED, UpgradeState.ABANDONED)


@dataclass(frozen=True)
class Step:
    """From which states to which; day: the column of the day on which it happened."""

    of: tuple[UpgradeState, ...]
    to: UpgradeState
    day: str = ""


STEPS = {
    "begin": Step((UpgradeState.APPROVED,), UpgradeState.UNDER_WAY, "start_on"),
    "accept": Step((UpgradeState.HANDED_OVER,), UpgradeState.ACCEPTED, "accepted_on"),
    "abandon": Step(queries.STILL_OPEN, UpgradeState.ABANDONED),
}


def propose(*, actor: User, place: Place, facts: Mapping[str, Any], why: Why) -> Upgrade:
    """Put down a project at a site or in a store. facts: some of ``FACTS``, the name among them.

    Raises PermissionDenied; Site.DoesNotExist, Store.DoesNotExist, Programme.DoesNotExist, also out of scope; Refused:
    upgrade_handover_before_start, reason_wanted.
    """
    require(actor, MANAGE)
    _check(actor, facts)
    if not why.text.strip():
        raise Refused("reason_wanted")
    with transaction.atomic():
        site, store = _place(actor, place)
        made = Upgrade.objects.create(site=site, store=store, proposed_by=actor, **facts)
        enter(actor, "upgrade.propose", made, why, after={**facts, "site": site.pk, "store": store and store.pk})
    return made


def change(*, actor: User, upgrade_id: UUID, facts: Mapping[str, Any], why: Why) -> Upgrade:
    """Fill in facts or put them right.

    Raises PermissionDenied; Upgrade.DoesNotExist, Programme.DoesNotExist, SecurityVisit.DoesNotExist, also for an
    assessment that the actor does not see; Refused: upgrade_ended, upgrade_handover_before_start,
    upgrade_assessed_in_disorder, reason_wanted.
    """
    require(actor, MANAGE)
    with transaction.atomic():
        found = locked(actor, upgrade_id)
        _check(actor, facts)
        _assessed(actor, found, facts)
        entered(actor, "upgrade.change", found, facts, why, where(found))
    return found


def price(*, actor: User, upgrade_id: UUID, costs: money.Costs, why: Why) -> Upgrade:
    """Write down works and money anew; what was approved has to be approved again.

    Raises PermissionDenied, Upgrade.DoesNotExist; Refused: what ``costs.faults`` finds first, upgrade_ended,
    upgrade_step_not_now, reason_wanted.
    """
    require(actor, MANAGE)
    refuse(money.faults(costs))
    if not why.text.strip():
        raise Refused("reason_wanted")
    with transaction.atomic():
        found = locked(actor, upgrade_id)
        if found.state not in queries.STILL_OPEN:
            raise Refused("upgrade_step_not_now")
        before = queries.readable_costs(found)
        if before == costs:
            return found
        for name, value in costs.kept(found.pk).items():
            setattr(found, name, value)
        found.state = UpgradeState.PROPOSED
        found.approved_by = found.approved_at = None
        found.save(update_fields=["works", "money", "state", "approved_by", "approved_at"])
        enter(actor, "upgrade.price", found, why, before=before.counted(), after=costs.counted())
    return found


def step(*, actor: User, upgrade_id: UUID, name: str, on: date | None, why: Why) -> Upgrade:
    """Begin, accept or abandon. on: the day on which it happened; None today.

    Raises PermissionDenied, Upgrade.DoesNotExist; Refused: upgrade_step_not_now, day_in_future, upgrade_accepted_early,
    reason_wanted.
    """
    require(actor, MANAGE)
    wanted, day = STEPS[name], on or timezone.localdate()
    days_before_today(day)
    with transaction.atomic():
        found = locked(actor, upgrade_id)
        if found.state not in wanted.of:
            raise Refused("upgrade_step_not_now")
        facts: dict[str, Any] = {"state": wanted.to.value, **({wanted.day: day} if wanted.day else {})}
        if wanted.to == UpgradeState.ABANDONED:
            facts |= {"why": why.text, "why_language": why.language}
        if wanted.day == "accepted_on" and found.handover_on is not None and day < found.handover_on:
            raise Refused("upgrade_accepted_early", handover=found.handover_on.isoformat())
        entered(actor, f"upgrade.{wanted.to.value}", found, facts, why, where(found))
    return found


def found_programme(
    *, actor: User, organisation_id: str, name: str, source: str, stated: Mapping[str, int], why: Why
) -> Programme:
    """Enter a programme with what is stated of it. stated: kind of site to a number.

    Raises PermissionDenied; Organisation.DoesNotExist, also for one out of scope; Refused: reason_wanted.
    """
    require(actor, MANAGE)
    owner = queries.organisations(actor).get(pk=organisation_id)
    if not why.text.strip():
        raise Refused("reason_wanted")
    with transaction.atomic():
        made = Programme.objects.create(
            organisation=owner, name=name, source=source, stated=dict(stated), made_by=actor
        )
        trail.record(
            actor=actor,
            act="programme.enter",
            table=Programme._meta.db_table,
            row_id=made.pk,
            reason=why.text,
            reason_language=why.language,
            after={"name": name, "source": source, "stated": dict(stated)},
            organisation_id=owner.pk,
        )
    return made


def locked(actor: User, upgrade_id: UUID) -> Upgrade:
    """A project that the actor manages, kept from others. Raises Upgrade.DoesNotExist; Refused: upgrade_ended."""
    rows = Upgrade.objects.select_for_update(of=("self",)).select_related("site")
    found = rows.get(pk=queries.upgrade(actor, upgrade_id, MANAGE).pk)
    if found.state in ENDED:
        raise Refused("upgrade_ended")
    return found


def _place(actor: User, place: Place) -> tuple[Site, Store | None]:
    if place.store_id is not None:
        store = queries.stores(actor).get(pk=place.store_id)
        return store.site, store
    return queries.sites(actor).get(pk=place.site_id), None


def placed(found: Upgrade) -> Place:
    """The store of a project, else its site."""
    return Place(store_id=found.store_id) if found.store_id else Place(site_id=found.site_id)


def where(found: Upgrade) -> tuple[str, str]:
    """Organisation and site of a project."""
    return found.site.organisation_id, found.site_id


def _check(actor: User, facts: Mapping[str, Any]) -> None:
    assert set(facts) <= set(FACTS), facts
    refuse(money.date_faults(facts.get("start_planned_on"), facts.get("handover_planned_on")))
    if (programme := facts.get("programme_id")) is not None:
        queries.programmes(actor, MANAGE).get(pk=programme)


def _assessed(actor: User, found: Upgrade, facts: Mapping[str, Any]) -> None:
    """That assessments that are named anew are seen, and that the one before is not later than the one after."""
    fresh = {name: facts[name] for name in VISITS if facts.get(name) not in (None, getattr(found, name))}
    named = {name: queries.visits(actor, found.site_id).get(pk=key) for name, key in fresh.items()}
    if not named:
        return
    before, after = (
        named.get(name) or (getattr(found, name.removesuffix("_id")) if facts.get(name, True) else None)
        for name in VISITS
    )
    if before is not None and after is not None and before.visited_on > after.visited_on:
        days = {"before": before.visited_on.isoformat(), "after": after.visited_on.isoformat()}
        raise Refused("upgrade_assessed_in_disorder", **days)


def refuse(faults: Iterable[Finding]) -> None:
    """Raises Refused with the first of these faults."""
    for fault in faults:
        raise Refused(fault.code, **fault.numbers)


def enter(actor: User | None, act: str, row: Upgrade, why: Why, **told: Any) -> None:
    """Write an act on a project on the trail."""
    organisation_id, site_id = where(row)
    about: dict[str, Any] = {"table": TABLE, "row_id": row.pk, "organisation_id": organisation_id, "site_id": site_id}
    trail.record(actor=actor, act=act, reason=why.text, reason_language=why.language, **about, **told)
