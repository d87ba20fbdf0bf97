"""A licence is proposed by the technical officer and signed by a second person; then it is in force.

    propose(actor=officer, session=trail.session(), draft=Draft("S1", {"1.1": 500.0}, date(2029, 1, 1)), reason="New.")

What distances allow is no permission: more is refused unless an exception is named, and what nobody has read in its
document asks for the document.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from importlib.metadata import version
from math import isfinite
from typing import Any
from uuid import UUID

from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from uuid6 import uuid7

from rasr.core.basis.findings import Refused
from rasr.core.hazard.divisions import LICENSED_DIVISIONS
from rasr.node.assessment.licences import around, kept, rules, wording
from rasr.node.assessment.models import LicenceForm
from rasr.node.people import trail
from rasr.node.people.approvals import services as approvals
from rasr.node.people.approvals.registry import Change, OfNobody, Payload, approvable
from rasr.node.people.approvals.told import Told, ours
from rasr.node.people.choices import ApprovalState
from rasr.node.people.models import Approval, User
from rasr.node.people.place import Place, told
from rasr.node.people.rights import require
from rasr.node.people.scopes import scope_of
from rasr.node.places.models import Licence, Store
from rasr.node.records.entering import row_id_of
from rasr.node.records.ledger import breaching, write
from rasr.node.web.said import Said

KIND, RIGHT, SECOND = "give_licence", "judge_stock", "approve_stock"
TABLE, ROWS = LicenceForm._meta.db_table, Licence._meta.db_table
SLACK = 1e-9
"""Relative: what a sum of floating-point numbers may be above what is allowed."""
DECIMALS = 3


@dataclass(frozen=True)
class Draft:
    """A licence before it is signed: the whole of what a store may hold; a division that is not named has none.

    limits: division (1.1 to 1.4) to kg NEQ. document: where the distances were read. exception: by what leave more is
    allowed than the distances do. written_in: language of the texts.
    """

    store_id: str
    limits: Mapping[str, float]
    valid_until: date
    conditions: str = ""
    document: str = ""
    exception: str = ""
    written_in: str = ""


def propose(*, actor: User, session: str, draft: Draft, reason: Said | str) -> Approval:
    """Ask a second person to sign a licence.

    Raises PermissionDenied; Store.DoesNotExist, also for one out of scope; Refused: licence_empty, licence_limit_wrong,
    licence_over, licence_day_past, licence_over_distance, licence_document_wanted, approval_waits.
    """
    require(actor, RIGHT)
    Store.objects.filter(scope_of(actor, RIGHT).stores(), closed=False).only("pk").get(pk=draft.store_id)
    if waiting_for(draft.store_id) is not None:
        raise Refused("approval_waits")
    trimmed = replace(
        draft,
        conditions=draft.conditions.strip(),
        document=draft.document.strip(),
        exception=draft.exception.strip(),
    )
    payload = {
        "form_id": uuid7().hex,
        "store_id": trimmed.store_id,
        "limits": {division: float(kg) for division, kg in sorted(trimmed.limits.items())},
        "valid_until": trimmed.valid_until.isoformat(),
        "conditions": trimmed.conditions,
        "document": trimmed.document,
        "exception": trimmed.exception,
        "written_in": trimmed.written_in,
    }
    return approvals.ask(actor=actor, session=session, kind=KIND, payload=payload, reason=reason)


def waiting_for(store_id: str) -> Approval | None:
    """The licence of a store that nobody has signed or refused yet."""
    return Approval.objects.filter(kind=KIND, state=ApprovalState.ASKED, payload__store_id=store_id).first()


def check(draft: Draft, found: around.Around) -> None:
    """Raises Refused where no second person may sign it: see ``propose``."""
    if not draft.limits:
        raise Refused("licence_empty")
    if draft.valid_until < timezone.localdate():
        raise Refused("licence_day_past", day=draft.valid_until.isoformat())
    most_kg = max((one.greatest_kg for one in found.book.functions.values()), default=0.0)
    for division, kg in draft.limits.items():
        if division not in LICENSED_DIVISIONS or not isfinite(kg) or kg < 0:
            raise Refused("licence_limit_wrong", division=division)
        if kg > most_kg:
            raise Refused("licence_over", division=division, limit_kg=kg, most_kg=round(most_kg, DECIMALS))
    for division, kg in over_distance(draft.limits, found).items():
        if not draft.exception:
            allowed_kg = round(found.allowed[division]["allowed_kg"], DECIMALS)
            counted_kg = round(kg, DECIMALS)
            raise Refused("licence_over_distance", division=division, counted_kg=counted_kg, allowed_kg=allowed_kg)
    if not draft.document:
        for division in draft.limits:
            row = found.allowed[division]
            if row["not_covered"] or not wording.is_firm(row["status"]):
                raise Refused("licence_document_wanted", division=division)


def over_distance(limits: Mapping[str, float], found: around.Around) -> dict[str, float]:
    """Divisions that would count for more than the distances allow if all of the licence is used, with how much."""
    over = {}
    for division, kg in around.counted(limits).items():
        allowed_kg = found.allowed[division]["allowed_kg"]
        if allowed_kg is not None and kg > allowed_kg * (1.0 + SLACK):
            over[division] = kg
    return over


def draft_of(payload: Payload) -> Draft:
    """The draft that waits, as it was proposed."""
    names = ("conditions", "document", "exception", "written_in")
    until = date.fromisoformat(payload["valid_until"])
    return Draft(payload["store_id"], dict(payload["limits"]), until, **{name: payload[name] for name in names})


@approvable(KIND, name=_("Sign a licence"), asks=RIGHT, right=SECOND)
class GiveLicence(OfNobody):
    """form_id, and the columns of ``Draft``."""

    def title(self, payload: Payload) -> Told:
        """Of which store."""
        return ours(_("Licence of {place}"), place=told(self.scope(payload)))

    def describe(self, payload: Payload) -> list[Change]:
        """Every division that changes, what the distances allow, and what was written. Raises Refused."""
        draft, found = draft_of(payload), around.read(_store(payload["store_id"]))
        check(draft, found)
        before = kept.given_before(draft.store_id)
        lines = [line for division in LICENSED_DIVISIONS for line in _division(division, draft, before, found)]
        if near := _too_near(found, draft):
            lines.append(Change(ours(_("Neighbours nearer than the distances, with all of it used")), "–", str(near)))
        texts = (
            (_("Conditions"), draft.conditions),
            (_("Document read"), draft.document),
            (_("Exception"), draft.exception),
        )
        return [*lines, *(Change(ours(name), "–", text) for name, text in texts if text)]

    def scope(self, payload: Payload) -> Place:
        """The store."""
        return Place(store_id=payload["store_id"])

    def do(self, actor: User | None, payload: Payload) -> None:
        """Put it in force, and keep its form. Raises Refused."""
        draft = draft_of(payload)
        register = write.lock_register()
        found = around.read(_store(draft.store_id))
        check(draft, found)
        stood_on = kept.told_of(found, draft.limits)
        changes = _write_rows(draft)
        form = _keep_form(payload, draft, stood_on, actor)
        trail.record_changes(actor=actor, act="row.change", changes=changes, reason=str(form))
        breaching.review(actor=actor, store_ids=[draft.store_id])
        write.moved_on(register, given={*register.given, Licence.TABLE})
        trail.record(
            actor=actor,
            act="licence.give",
            table=TABLE,
            row_id=form.pk,
            after={"store": draft.store_id, "limits": draft.limits, "valid_until": draft.valid_until},
            organisation_id=found.store.site.organisation_id,
            site_id=found.store.site_id,
        )


def _store(store_id: str) -> Store:
    return Store.objects.select_related("site__organisation").get(pk=store_id, closed=False)


def _division(division: str, draft: Draft, before: Mapping[str, list[Any]], found: around.Around) -> list[Change]:
    """What changes for a division, and what the distances say of it; nothing where it had and gets no licence."""
    if division not in draft.limits and division not in before:
        return []
    until = draft.valid_until.isoformat()
    after = _limit(draft.limits[division], until) if division in draft.limits else ours(_("no licence"))
    was = _limit(*before[division]) if division in before else ours(_("no licence"))
    lines = [Change(ours(_("Division {division}"), division=division), was, after)]
    if division in draft.limits:
        lines.append(
            Change(ours(_("Distances, division {division}"), division=division), "–", _allowed(division, found))
        )
    return lines


def _limit(limit_kg: float, until: str) -> Told:
    return ours(_("{limit} kg NEQ until {day}"), limit=kilograms(limit_kg), day=until)


def _allowed(division: str, found: around.Around) -> Told:
    """What the distances allow, with the status of the rules, and for what no rule is known."""
    row = found.allowed[division]
    status = _status(row["status"])
    parts: list[Told] = []
    if row["allowed_kg"] is None:
        parts.append(status)
    else:
        parts.append(ours(_("allow {limit} kg NEQ ({status})"), limit=kilograms(row["allowed_kg"]), status=status))
    if row["not_covered"]:
        parts.append(ours(_("no rule at hand for: {kinds}"), kinds=row["not_covered"].replace("|", ", ")))
    return parts


def _status(code: str) -> Told:
    return ours(wording.OURS[code]) if code in wording.OURS else code


def _too_near(found: around.Around, draft: Draft) -> int:
    return int((found.pairs(draft.limits)["shortfall_m"].fill_null(0.0) > 0).sum())


def kilograms(value: float) -> str:
    """A quantity as it is told whatever the language: whole, or with up to three decimals."""
    return f"{value:.{DECIMALS}f}".rstrip("0").rstrip(".")


def _write_rows(draft: Draft) -> list[trail.Change]:
    """Make the licences of the register those of the draft; what changed, for the trail."""
    columns = ("neq_limit_kg", "valid_until")
    there = {row.hazard_division: row for row in Licence.objects.filter(store=draft.store_id)}
    last = Licence.objects.aggregate(last=Max("position"))["last"]
    position = -1 if last is None else last
    changes = []
    for division in LICENSED_DIVISIONS:
        row = there.get(division)
        before = None if row is None else {name: getattr(row, name) for name in columns}
        after = None
        if division in draft.limits:
            after = {"neq_limit_kg": float(draft.limits[division]), "valid_until": draft.valid_until}
        if before == after:
            continue
        if row is not None and after is None:
            row.delete()
        elif row is not None and after is not None:
            Licence.objects.filter(pk=row.pk).update(**after)
        else:
            position += 1
            Licence.objects.create(store_id=draft.store_id, hazard_division=division, position=position, **after or {})
        changes.append(trail.Change(ROWS, row_id_of((draft.store_id, division)), before, after))
    return changes


def _keep_form(payload: Payload, draft: Draft, stood_on: Mapping[str, Any], actor: User | None) -> LicenceForm:
    asked = Approval.objects.filter(kind=KIND, payload__form_id=payload["form_id"]).first()
    forms = LicenceForm.objects.filter(store=draft.store_id)
    number = forms.aggregate(last=Max("number"))["last"] or 0
    return LicenceForm.objects.create(
        form_id=UUID(payload["form_id"]),
        store_id=draft.store_id,
        number=number + 1,
        limits=dict(draft.limits),
        valid_until=draft.valid_until,
        conditions=draft.conditions,
        document=draft.document,
        exception=draft.exception,
        written_in=draft.written_in,
        basis=dict(stood_on),
        rule_edition=rules.edition(),
        version=version("rasr"),
        proposed_by=asked.asked_by if asked is not None else None,
        signed_by=actor,
        signed_at=timezone.now(),
        approval_id=asked.pk if asked is not None else None,
    )
