"""Asking for an act that needs a second person, deciding it, and doing it: in one transaction with the decision.

An approval that was asked for ends as approved, refused, withdrawn, expired or failed, and stays so. One that waits for
its time (a delayed act that was approved, an emergency act nobody has decided) is still asked, with ``effective_at``.
Each step is an entry of the trail; so is each attempt that was refused.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from rasr.core.basis.findings import Refused
from rasr.node.people import trail
from rasr.node.people.approvals.queries import visible
from rasr.node.people.approvals.registry import KINDS, Kind, digest_of, shown_of
from rasr.node.people.approvals.told import called
from rasr.node.people.choices import ApprovalState, Outcome
from rasr.node.people.models import Approval, User
from rasr.node.people.place import Place
from rasr.node.people.rights import require
from rasr.node.people.scopes import scope_of
from rasr.node.people.second_person import second_people
from rasr.node.web.said import NOTHING, Said

TABLE = Approval._meta.db_table
log = logging.getLogger("rasr.people")


def ask(
    *,
    actor: User | None,
    session: str,
    kind: str,
    payload: Mapping[str, Any],
    reason: Said | str,
    emergency: bool = False,
    effective_in: timedelta | None = None,
) -> Approval:
    """Ask for an act. actor: None is the owner of the machine. session: short digest of the one it is asked in.

    emergency: it is done after a time unless somebody refuses it, where there is no second person. effective_in: the
    same, for what the machine's owner does. Raises Refused, PermissionDenied, ObjectDoesNotExist.
    """
    known, why = KINDS[kind], Said.of(reason)
    payload = dict(payload)
    with refusals_kept(actor, "approval.ask", kind=kind), transaction.atomic():
        actor = _fresh(actor)
        place = known.act.scope(payload)
        person = known.act.person(payload)
        if actor is not None:
            require(actor, known.asks)
            place.inside(scope_of(actor, known.asks))
            if person == actor.pk:
                raise Refused("approval_of_oneself")
        _wanted(why)
        shown = shown_of(known, payload)
        waiting = Approval.objects.filter(kind=kind, person=person, state=ApprovalState.ASKED)
        if payload in list(waiting.values_list("payload", flat=True)):
            raise Refused("approval_waits")
        if emergency:
            _nobody_else(actor, known, place, person)
            effective_in = timedelta(hours=settings.NODE.emergency_hours)
        now = timezone.now()
        approval = Approval.objects.create(
            kind=kind,
            payload=payload,
            person_id=person,
            shown=shown,
            digest=digest_of(kind, payload, shown),
            asked_by=actor,
            asked_session=session,
            expires_at=now + timedelta(days=settings.NODE.approval_days),
            effective_at=None if effective_in is None else now + effective_in,
            emergency=emergency,
            **place.ids,
            **why.columns("reason"),
        )
        _record(actor, "approval.ask", approval, why=why)
        return approval


def decide(
    *, actor: User, session: str, approval_id: UUID, approve: bool, reason: Said | str, digest: str = ""
) -> Approval:
    """Approve or refuse. digest: of what was shown to the actor; what is approved must still be that.

    The act itself is done here, unless it takes effect later. Raises Refused, PermissionDenied, ObjectDoesNotExist.
    """
    why = Said.of(reason)
    with refusals_kept(actor, "approval.decide", row_id=approval_id):
        with transaction.atomic():
            person = _fresh(actor)
            assert person is not None
            approval = _locked(visible(person), approval_id)
            _may_decide(person, session, approval, approve=approve)
            now = timezone.now()
            if expired := approval.effective_at is None and approval.expires_at <= now:
                _expire(approval)
            else:
                _wanted(why)
                _decide(person, session, approval, why, now, digest if approve else None)
        if expired:  # said only now, so that it stays written down
            raise Refused("approval_expired")
    return approval


def withdraw(*, actor: User | None, approval_id: UUID, reason: Said | str = "") -> Approval:
    """Take back what one has asked for. Raises Refused, ObjectDoesNotExist."""
    why = Said.of(reason)
    with refusals_kept(actor, "approval.withdraw", row_id=approval_id), transaction.atomic():
        approval = _locked(Approval.objects.filter(asked_by=actor), approval_id)
        if approval.state != ApprovalState.ASKED:
            raise Refused("approval_closed")
        _end(approval, ApprovalState.WITHDRAWN)
        _record(actor, "approval.withdraw", approval, why=why)
        return approval


def expire(now: datetime) -> int:
    """End what nobody decided in time; how many. What takes effect by itself does not expire."""
    over = Approval.objects.filter(state=ApprovalState.ASKED, expires_at__lte=now, effective_at=None)
    return _each(over, _expire)


def carry_out_due(now: datetime) -> int:
    """Do what takes effect by now and was not refused before; how many, those included that could not be done."""
    due = Approval.objects.filter(state=ApprovalState.ASKED, effective_at__lte=now)
    return _each(due, lambda approval: _carry_out_due(approval, now))


def sweep(now: datetime) -> None:
    """What happens without anybody: called again and again by the worker."""
    with trail.asked(by=trail.NODE):
        expire(now)
        carry_out_due(now)


def forget(person: User) -> None:
    """Drop the facts of an erased person from what was asked about them. In the caller's transaction."""
    for approval in Approval.objects.select_for_update().filter(person=person):
        private = KINDS[approval.kind].private if approval.kind in KINDS else tuple(approval.payload)
        if private:
            approval.payload = {key: value for key, value in approval.payload.items() if key not in private}
            approval.shown = {**approval.shown, "lines": []}
            approval.save(update_fields=["payload", "shown"])


@contextmanager
def refusals_kept(
    actor: User | AnonymousUser | None, act: str, *, table: str = TABLE, row_id: UUID | int | str = "", kind: str = ""
) -> Iterator[None]:
    """An attempt that is refused inside is written on the trail, after what was begun has been undone."""
    try:
        yield
    except Refused as fault:
        after = {"refused": fault.code} | ({"kind": kind} if kind else {})
        trail.record(actor=actor, act=act, table=table, row_id=str(row_id), outcome=Outcome.REFUSED, after=after)
        raise


def _may_decide(person: User, session: str, approval: Approval, *, approve: bool) -> None:
    """Raises Refused, PermissionDenied or ObjectDoesNotExist."""
    known = KINDS[approval.kind]
    if approval.asked_by_id == person.pk:
        raise Refused("approval_own")
    objects = not approve and (known.person_may_refuse or approval.emergency)
    if approval.person_id == person.pk and not objects:
        raise Refused("approval_of_oneself")
    if approval.person_id != person.pk:
        require(person, known.right)
        Place.of(approval).inside(scope_of(person, known.right))
    if not session or session == approval.asked_session:
        raise Refused("approval_session")
    if approval.state != ApprovalState.ASKED or (approve and approval.decided_by_id is not None):
        raise Refused("approval_closed")


def _decide(person: User, session: str, approval: Approval, why: Said, now: datetime, digest: str | None) -> None:
    """digest: of what was shown; None to refuse."""
    delay = KINDS[approval.kind].delay
    fault: Refused | None = None
    if digest is not None:
        place = _still_holds(approval, digest)
        if not scope_of(person, KINDS[approval.kind].right).covers(*place):
            raise Refused("person_elsewhere")
    approval.decided_by, approval.decided_session, approval.decided_at = person, session, now
    for name, value in why.columns("decision_reason").items():
        setattr(approval, name, value)
    if digest is None:
        _end(approval, ApprovalState.REFUSED)
    elif delay is not None:
        agreed = now + delay()
        approval.effective_at = min(agreed, approval.effective_at or agreed)
        approval.save()
    else:
        fault = _carry_out(approval, person, now)
    _record(person, "approval.decide", approval, why=why, fault=fault)


def _still_holds(approval: Approval, digest: str) -> Place:
    """Keep what is shown now, which must be what was shown before, asked by who may still ask.

    Gives where it would take effect as things stand. Raises Refused.

    It may reach further by now, as where somebody got a role elsewhere: who asked must manage that place too.
    """
    known = KINDS[approval.kind]
    now = _place_now(approval)
    if approval.asked_by is not None:
        asks = scope_of(approval.asked_by, known.asks)
        if not all(asks.covers(*place) for place in (Place.of(approval), now)):
            raise Refused("approval_asker")
    try:
        shown = shown_of(known, approval.payload)
    except ObjectDoesNotExist as gone:
        raise Refused("approval_gone") from gone
    approval.shown, approval.digest = shown, digest_of(approval.kind, approval.payload, shown)
    if approval.digest != digest:
        raise Refused("approval_changed")
    return now


def _place_now(approval: Approval) -> Place:
    """Where it would take effect as things stand. Raises Refused."""
    try:
        return KINDS[approval.kind].act.scope(approval.payload)
    except ObjectDoesNotExist as gone:
        raise Refused("approval_gone") from gone


def _carry_out(approval: Approval, actor: User | None, now: datetime) -> Refused | None:
    """Do it, all or nothing, and end the approval as approved; as failed where it cannot be done, and why."""
    try:
        with transaction.atomic():
            KINDS[approval.kind].act.do(actor, approval.payload)
    except Exception as fault:  # whatever it was: nothing of it is left, and that is said
        if not isinstance(fault, Refused):
            log.error("an approved act could not be done", exc_info=fault, extra={"fields": {"kind": approval.kind}})
        _end(approval, ApprovalState.FAILED)
        return fault if isinstance(fault, Refused) else Refused("approval_fault")
    approval.done_at = now
    _end(approval, ApprovalState.APPROVED)
    return None


def _carry_out_due(approval: Approval, now: datetime) -> None:
    agreed = approval.decided_by
    try:
        place = _still_holds(approval, approval.digest)
        if agreed is not None and not scope_of(agreed, KINDS[approval.kind].right).covers(*place):
            raise Refused("approval_decider")
    except Refused as fault:
        _end(approval, ApprovalState.FAILED)
        found: Refused | None = fault
    else:
        found = _carry_out(approval, agreed or approval.asked_by, now)
    _record(None, "approval.carry_out", approval, fault=found)


def _expire(approval: Approval) -> None:
    _end(approval, ApprovalState.EXPIRED)
    _record(None, "approval.expire", approval)


def _end(approval: Approval, state: ApprovalState) -> None:
    approval.state = state
    approval.save()


def _each(rows: QuerySet[Approval], act: Callable[[Approval], None]) -> int:
    """Do it to each row in a transaction of its own, unless somebody was faster; to how many."""
    done = 0
    for approval_id in list(rows.values_list("pk", flat=True)):
        with transaction.atomic():
            if approval := rows.select_for_update().filter(pk=approval_id).first():
                act(approval)
                done += 1
    return done


def _locked(rows: QuerySet[Approval], approval_id: UUID) -> Approval:
    """The row, locked until the end of the transaction. Raises Approval.DoesNotExist where it is not among the rows."""
    rows.only("pk").get(pk=approval_id)
    return Approval.objects.select_for_update().get(pk=approval_id)


def _fresh(actor: User | None) -> User | None:
    """The actor as they are now, not as they were when the request began."""
    return actor and User.objects.get(pk=actor.pk)


def _wanted(why: Said) -> None:
    if not why.text.strip():
        raise Refused("reason_wanted")


def _nobody_else(actor: User | None, known: Kind, place: Place, person: int | None) -> None:
    """Raises Refused where somebody else could decide."""
    others = [each for each in second_people(actor, known.right, *place) if each.pk != person]
    if others:
        raise Refused("second_person_there", names=", ".join(map(called, others)))


def _record(
    actor: User | None, act: str, approval: Approval, *, why: Said = NOTHING, fault: Refused | None = None
) -> None:
    """An entry of a step, with what is asked for and where it stands now."""
    private = KINDS[approval.kind].private
    after: dict[str, Any] = {
        "kind": approval.kind,
        "state": approval.state,
        "digest": approval.digest,
        "payload": {key: value for key, value in approval.payload.items() if key not in private},
        "expires_at": approval.expires_at,
    }
    if approval.effective_at is not None:
        after |= {"effective_at": approval.effective_at, "emergency": approval.emergency}
    if fault is not None:
        after["fault"] = {"code": fault.code, "numbers": fault.numbers}
    organisation_id, site_id = Place.of(approval).where()
    trail.record(
        actor=actor,
        act=act,
        table=TABLE,
        row_id=str(approval.pk),
        organisation_id=organisation_id,
        site_id=site_id,
        reason=why.text,
        reason_language=why.language,
        after=after,
        outcome=Outcome.FAILED if fault else Outcome.DONE,
    )
