"""An upgrade project is proposed with its works, approved by a second person, carried out, handed over and accepted.

    made = propose(actor=officer, place=Place(site_id="S1"), facts={"name": "Fence"}, why=Why("So.", "en"))
    price(actor=officer, upgrade_id=made.pk, costs=Costs((Work("fence", "", None, ""),)), why=Why("So.", "en"))
    ask(actor=officer, session=trail.session(), upgrade_id=made.pk, reason="So.")

Whoever changes works or money of an approved one needs the second person again. On the trail stand sums, never works.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from rasr.core.basis.findings import Finding, Refused
from rasr.node.assessment.models import Programme, Upgrade, UpgradeState
from rasr.node.assessment.upgrades import costs as money
from rasr.node.assessment.upgrades import queries
from rasr.node.assessment.upgrades.queries import MANAGE
from rasr.node.people import trail
from rasr.node.people.approvals import services as approvals
from rasr.node.people.approvals.registry import Change, OfNobody, Payload, approvable
from rasr.node.people.approvals.told import Told, ours
from rasr.node.people.models import Approval, User
from rasr.node.people.place import Place
from rasr.node.people.rights import require
from rasr.node.places.models import Site, Store
from rasr.node.records.lots.told import Why, days_before_today, entered
from rasr.node.web.said import Said

TABLE = Upgrade._meta.db_table
KIND, SECOND = queries.KIND, "approve_stock"
FACTS = (
    *("name", "programme_id", "contractor", "contract_on", "start_planned_on", "handover_planned_on"),
    *("upkeep_owner", "visit_before_id", "visit_after_id"),
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
    "hand-over": Step((UpgradeState.UNDER_WAY,), UpgradeState.HANDED_OVER, "handover_on"),
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
        _enter(actor, "upgrade.propose", made, why, after={**facts, "site": site.pk, "store": store and store.pk})
    return made


def change(*, actor: User, upgrade_id: UUID, facts: Mapping[str, Any], why: Why) -> Upgrade:
    """Fill in facts or put them right.

    Raises PermissionDenied, Upgrade.DoesNotExist, Programme.DoesNotExist; Refused: upgrade_ended,
    upgrade_handover_before_start, reason_wanted.
    """
    require(actor, MANAGE)
    with transaction.atomic():
        found = _locked(actor, upgrade_id)
        _check(actor, facts)
        entered(actor, "upgrade.change", found, facts, why, _where(found))
    return found


def price(*, actor: User, upgrade_id: UUID, costs: money.Costs, why: Why) -> Upgrade:
    """Write down works and money anew; what was approved has to be approved again.

    Raises PermissionDenied, Upgrade.DoesNotExist; Refused: what ``costs.faults`` finds first, upgrade_ended,
    upgrade_step_not_now, reason_wanted.
    """
    require(actor, MANAGE)
    _refuse(money.faults(costs))
    if not why.text.strip():
        raise Refused("reason_wanted")
    with transaction.atomic():
        found = _locked(actor, upgrade_id)
        if found.state not in queries.STILL_OPEN:
            raise Refused("upgrade_step_not_now")
        before = queries.costs_of(found)
        if before == costs:
            return found
        for name, value in costs.kept().items():
            setattr(found, name, value)
        found.state = UpgradeState.PROPOSED
        found.approved_by = found.approved_at = None
        found.save(update_fields=["works", "money", "state", "approved_by", "approved_at"])
        _enter(actor, "upgrade.price", found, why, before=before.counted(), after=costs.counted())
    return found


def ask(*, actor: User, session: str, upgrade_id: UUID, reason: Said | str) -> Approval:
    """Ask a second person to approve a project as it stands.

    Raises PermissionDenied, Upgrade.DoesNotExist; Refused: upgrade_step_not_now, upgrade_without_works, approval_waits.
    """
    require(actor, MANAGE)
    found = queries.upgrade(actor, upgrade_id, MANAGE)
    payload = {"upgrade_id": str(found.pk), "digest": digest_of(found)}
    return approvals.ask(actor=actor, session=session, kind=KIND, payload=payload, reason=reason)


def step(*, actor: User, upgrade_id: UUID, name: str, on: date | None, why: Why) -> Upgrade:
    """Begin, hand over, accept or abandon. on: the day on which it happened; None today.

    Raises PermissionDenied, Upgrade.DoesNotExist; Refused: upgrade_step_not_now, day_in_future,
    upgrade_handover_before_start, reason_wanted.
    """
    require(actor, MANAGE)
    wanted, day = STEPS[name], on or timezone.localdate()
    days_before_today(day)
    with transaction.atomic():
        found = _locked(actor, upgrade_id)
        if found.state not in wanted.of:
            raise Refused("upgrade_step_not_now")
        facts: dict[str, Any] = {"state": wanted.to.value, **({wanted.day: day} if wanted.day else {})}
        if wanted.to == UpgradeState.ABANDONED:
            facts |= {"why": why.text, "why_language": why.language}
        _refuse(money.date_faults(found.start_on, facts.get("handover_on")))
        if wanted.day == "accepted_on" and found.handover_on is not None and day < found.handover_on:
            raise Refused("upgrade_accepted_early", handover=found.handover_on.isoformat())
        entered(actor, f"upgrade.{wanted.to.value}", found, facts, why, _where(found))
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


def digest_of(found: Upgrade) -> str:
    """SHA-256 of what a second person approves: place, name, works and money as they were written down."""
    told = repr((found.site_id, found.store_id, found.name, queries.costs_of(found)))
    return sha256(told.encode()).hexdigest()


@approvable(KIND, name=_("Approve an upgrade project"), asks=MANAGE, right=SECOND)
class ApproveUpgrade(OfNobody):
    """upgrade_id, digest of what is approved. The works stand on the page of the project, for who may see them."""

    def title(self, payload: Payload) -> Told:
        """Which project."""
        return ours(_("Upgrade project {name}"), name=_of(payload).name)

    def describe(self, payload: Payload) -> list[Change]:
        """Where, how many works, what they cost and who pays. Raises Refused, Upgrade.DoesNotExist."""
        found = _approvable(payload)
        known = queries.costs_of(found)
        missing = len(money.unknown(known))
        lines = [
            Change(ours(_("Site")), "–", found.site.name),
            Change(ours(_("Number of works, to be read on the page of the project")), "–", str(len(known.works))),
            Change(ours(_("Cost, by currency")), "–", money.told(money.sums(known.works)) or "–"),
            Change(ours(_("Money, by currency")), "–", money.told(money.sums(known.money)) or "–"),
        ]
        if found.store_id:
            lines.insert(1, Change(ours(_("Store")), "–", found.store_id))
        return [*lines, *([Change(ours(_("Works whose cost is unknown")), "–", str(missing))] if missing else [])]

    def scope(self, payload: Payload) -> Place:
        """The store, else the site."""
        return _placed(_of(payload))

    def do(self, actor: User | None, payload: Payload) -> None:
        """Approve it. Raises Refused."""
        found = _approvable(payload)
        state = UpgradeState.UNDER_WAY if found.start_on else UpgradeState.APPROVED
        found.state, found.approved_by, found.approved_at = state, actor, timezone.now()
        found.save(update_fields=["state", "approved_by", "approved_at"])
        after = {"state": state.value, "digest": payload["digest"]}
        _enter(actor, "upgrade.approve", found, Why(), after=after)


def _of(payload: Payload) -> Upgrade:
    return Upgrade.objects.select_related("site").get(pk=payload["upgrade_id"])


def _approvable(payload: Payload) -> Upgrade:
    found = _of(payload)
    if found.state != UpgradeState.PROPOSED:
        raise Refused("upgrade_step_not_now")
    if not queries.costs_of(found).works:
        raise Refused("upgrade_without_works")
    if digest_of(found) != payload["digest"]:
        raise Refused("upgrade_changed_since")
    return found


def _locked(actor: User, upgrade_id: UUID) -> Upgrade:
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


def _placed(found: Upgrade) -> Place:
    return Place(store_id=found.store_id) if found.store_id else Place(site_id=found.site_id)


def _where(found: Upgrade) -> tuple[str, str]:
    return found.site.organisation_id, found.site_id


def _check(actor: User, facts: Mapping[str, Any]) -> None:
    assert set(facts) <= set(FACTS), facts
    _refuse(money.date_faults(facts.get("start_planned_on"), facts.get("handover_planned_on")))
    if (programme := facts.get("programme_id")) is not None:
        queries.programmes(actor, MANAGE).get(pk=programme)


def _refuse(faults: Iterable[Finding]) -> None:
    for fault in faults:
        raise Refused(fault.code, **fault.numbers)


def _enter(actor: User | None, act: str, row: Upgrade, why: Why, **told: Any) -> None:
    organisation_id, site_id = _where(row)
    about: dict[str, Any] = {"table": TABLE, "row_id": row.pk, "organisation_id": organisation_id, "site_id": site_id}
    trail.record(actor=actor, act=act, reason=why.text, reason_language=why.language, **about, **told)
