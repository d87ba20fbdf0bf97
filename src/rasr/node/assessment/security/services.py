"""A visit: begun, answered question by question, its conflicts settled by a person, finished; or withdrawn.

    visit = begin(actor=officer, site_id="S1", set_id="ammunition_depot", visited_on=today)
    keep(actor=officer, visit_id=visit.pk, given=[Given("KEY-01", "met", note="Two keys.")])

Answers are a union: an answer takes another's place only where whoever gave it had seen that one (``Given.seen``); else
both stay, as a conflict. Nothing that was ever sent in is lost (``bridge.Body.said``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from uuid6 import uuid7

from rasr.core.assessment.security import questions
from rasr.core.basis.findings import Finding, Refused
from rasr.core.reference import loader
from rasr.node.assessment.models import SecurityVisit
from rasr.node.assessment.security import bridge, queries
from rasr.node.assessment.security.acting import RIGHT, entered, locked
from rasr.node.assessment.security.bridge import Body, Row
from rasr.node.people.models import User
from rasr.node.people.rights import require


class FaultyAnswersError(Refused):
    """Answers that cannot be kept, with every fault of them, and the question that each is about."""

    def __init__(self, found: Sequence[Finding], questions_given: Sequence[str]) -> None:
        super().__init__("faulty_answers", faults=len(found), first=loader.say_finding(found[0]))
        self.found = [("" if one.row is None else questions_given[one.row - 1], one) for one in found]


@dataclass(frozen=True)
class Given:
    """An answer to a question about a store, or about the site (None). answer: None: only a note or photographs.

    seen: the stamp (``bridge.stamp``) of what stood there when it was answered; empty: nothing did.
    """

    question_id: str
    answer: str | None
    store_id: str | None = None
    note: str = ""
    photographs: tuple[str, ...] = ()
    answered_on: date | None = None
    seen: str = ""


@dataclass(frozen=True)
class Kept:
    """What became of answers. changed: questions that stand otherwise than before; conflicts: of the visit, now."""

    changed: int
    conflicts: list[bridge.Key]


def begin(*, actor: User, site_id: str, set_id: str, visited_on: date, visit_id: UUID | None = None) -> SecurityVisit:
    """Begin a visit with the newest version of a question set. visit_id: the sender's; a retry gives the same visit.

    Raises PermissionDenied; Site.DoesNotExist, also for one out of scope or without questions; Refused: unknown_rule,
    day_in_future.
    """
    require(actor, RIGHT)
    site = queries.site(actor, site_id, RIGHT)
    fitting = questions.sets_for(site.kind)
    if set_id not in fitting:
        raise Refused("unknown_rule", what="question set", value=set_id, known=", ".join(fitting))
    if visited_on > timezone.localdate():
        raise Refused("day_in_future", day=visited_on.isoformat())
    key = visit_id or uuid7()
    with transaction.atomic():
        if (there := queries.visits(actor, RIGHT).filter(pk=key, site=site, set_id=set_id).first()) is not None:
            return there
        made = SecurityVisit.objects.create(
            visit_id=key,
            site=site,
            set_id=set_id,
            set_version=questions.question_set(set_id).version,
            visited_on=visited_on,
            body=bridge.closed(key, Body()),
            begun_by=actor,
            begun_at=timezone.now(),
        )
        entered(actor, "security.begin", made, {"set": set_id, "version": made.set_version, "visited_on": visited_on})
    return made


def keep(*, actor: User, visit_id: UUID, given: Sequence[Given]) -> Kept:
    """Take answers, question by question: all of them, or none where one has a fault.

    Raises PermissionDenied, SecurityVisit.DoesNotExist; Refused: security_visit_closed, security_unreadable;
    FaultyAnswersError with every fault at once.
    """
    with transaction.atomic():
        visit = locked(actor, visit_id)
        body = bridge.opened(visit)
        today = timezone.localdate()
        rows = [_row(one, today) for one in given]
        photographs = {str(key) for key in visit.photographs.values_list("pk", flat=True)}
        if found := bridge.faults(visit, rows, photographs, today):
            raise FaultyAnswersError(found, [one.question_id for one in given])
        before = body.by_key()
        body.answers = bridge.merged(visit, *_apart(body, rows, [one.seen for one in given]))
        after = body.by_key()
        changed = [row for row in rows if before.get(bridge.key_of(row)) != after.get(bridge.key_of(row))]
        if changed:
            at = timezone.now().isoformat(timespec="seconds")
            body.said += [{**row, "by": actor.pseudonym, "at": at} for row in changed]
            _save(visit, body)
            entered(
                actor, "security.answer", visit, {"answers": len(changed), "conflicts": len(bridge.conflicts(body))}
            )
        return Kept(len(changed), bridge.conflicts(body))


def settle(
    *, actor: User, visit_id: UUID, question_id: str, store_id: str | None, answer: str, reason: str, language: str = ""
) -> Kept:
    """Decide a conflict for one of the answers that were given. The reason is sealed with the visit.

    Raises PermissionDenied, SecurityVisit.DoesNotExist; Refused: no_conflict, reason_wanted, security_visit_closed.
    """
    if not reason.strip():
        raise Refused("reason_wanted")
    with transaction.atomic():
        visit = locked(actor, visit_id)
        body = bridge.opened(visit)
        key = (store_id, question_id)
        given = sorted({row["answer"] for row in body.by_key().get(key, ()) if row["answer"]})
        body.answers = bridge.settled(visit, body, key, answer)
        at = timezone.now().isoformat(timespec="seconds")
        told = {"store_id": store_id, "question_id": question_id, "answers": given, "chosen": answer}
        body.settled.append({**told, "why": reason.strip(), "language": language, "by": actor.pseudonym, "at": at})
        _save(visit, body)
        entered(actor, "security.settle", visit, {"conflicts": len(bridge.conflicts(body))})
        return Kept(1, bridge.conflicts(body))


def finish(*, actor: User, visit_id: UUID) -> SecurityVisit:
    """Say that a visit is done: from now on its answers are those of the site, and it takes no more.

    Raises PermissionDenied, SecurityVisit.DoesNotExist; Refused: security_conflicts_open, security_visit_closed.
    """
    with transaction.atomic():
        visit = locked(actor, visit_id)
        if left := bridge.conflicts(bridge.opened(visit)):
            raise Refused("security_conflicts_open", conflicts=len(left))
        return _mark(actor, visit, "security.finish", finished_by=actor, finished_at=timezone.now())


def open_again(*, actor: User, visit_id: UUID, reason: str, language: str = "") -> SecurityVisit:
    """Take answers again, for what came in late. Raises as ``finish``; Refused: reason_wanted."""
    if not reason.strip():
        raise Refused("reason_wanted")
    with transaction.atomic():
        visit = locked(actor, visit_id, any_state=True)
        if visit.finished_at is None or visit.withdrawn_at is not None:
            raise SecurityVisit.DoesNotExist(visit_id)
        _because(actor, visit, "security.open", reason, language)
        return _mark(actor, visit, "security.open", finished_by=None, finished_at=None)


def withdraw(*, actor: User, visit_id: UUID, reason: str, language: str = "") -> SecurityVisit:
    """Count a visit no more; it stays, with all that is in it. Raises as ``finish``; Refused: reason_wanted."""
    if not reason.strip():
        raise Refused("reason_wanted")
    with transaction.atomic():
        visit = locked(actor, visit_id, any_state=True)
        if visit.withdrawn_at is not None:
            raise SecurityVisit.DoesNotExist(visit_id)
        _because(actor, visit, "security.withdraw", reason, language)
        return _mark(actor, visit, "security.withdraw", withdrawn_by=actor, withdrawn_at=timezone.now())


def take_over(*, actor: User, visit_id: UUID, other_id: UUID) -> Kept:
    """Merge another half-filled visit to the same site into this one, question by question; the other is withdrawn.

    Under a newer set its answers count as far as they hold still. Raises PermissionDenied, SecurityVisit.DoesNotExist;
    Refused: security_visit_closed, other_question_set.
    """
    with transaction.atomic():
        visit, other = locked(actor, visit_id), locked(actor, other_id)
        if other.site_id != visit.site_id or other.pk == visit.pk:
            raise SecurityVisit.DoesNotExist(other_id)
        if other.set_id != visit.set_id or other.set_version > visit.set_version:
            raise Refused("other_question_set", site=visit.site_id)
        body, theirs = bridge.opened(visit), bridge.opened(other)
        change = questions.carry_over(queries.set_of(other), queries.set_of(visit))
        held = [row for row in theirs.answers if row["question_id"] in change.kept]
        body.answers = bridge.merged(visit, body.answers, held)
        body.said += theirs.said
        body.settled += theirs.settled
        known = set(visit.photographs.values_list("digest", flat=True))
        other.photographs.exclude(digest__in=known).update(visit=visit)
        _save(visit, body)
        left = bridge.conflicts(body)
        entered(actor, "security.merge", visit, {"other": other.pk, "answers": len(held), "conflicts": len(left)})
        told = {"withdrawn_by": actor, "withdrawn_at": timezone.now(), "merged_into": visit}
        _mark(actor, other, "security.withdraw", **told)
        return Kept(len(held), left)


def _row(one: Given, today: date) -> Row:
    """An answer as a body keeps it."""
    return {
        "store_id": one.store_id or None,
        "question_id": one.question_id,
        "answer": one.answer or None,
        "answered_on": (one.answered_on or today).isoformat(),
        "note": one.note.strip() or None,
        "photographs": "|".join(one.photographs) or None,
    }


def _apart(body: Body, rows: Sequence[Row], seen: Sequence[str]) -> tuple[list[Row], list[Row]]:
    """What stays of the answers there, and what is laid over it: an answer that was seen gives way to the new one."""
    there = body.by_key()
    gone, given = set(), []
    for row, stamp in zip(rows, seen, strict=True):
        key = bridge.key_of(row)
        now = there.get(key, [])
        if len(now) == 1 and bridge.stamp(now) == stamp:
            gone.add(key)
            both = [*filter(None, (now[0]["photographs"], row["photographs"]))]
            row = {**row, "photographs": "|".join(dict.fromkeys("|".join(both).split("|"))) or None}
        given.append(row)
    return [row for row in body.answers if bridge.key_of(row) not in gone], given


def _save(visit: SecurityVisit, body: Body) -> None:
    visit.body = bridge.closed(visit.pk, body)
    visit.save(update_fields=["body"])


def _because(actor: User, visit: SecurityVisit, act: str, reason: str, language: str) -> None:
    """Seal a reason with the visit: on the trail it could tell of a weak point."""
    body = bridge.opened(visit)
    at = timezone.now().isoformat(timespec="seconds")
    body.reasons.append({"act": act, "why": reason.strip(), "language": language, "by": actor.pseudonym, "at": at})
    _save(visit, body)


def _mark(actor: User, visit: SecurityVisit, act: str, **facts: Any) -> SecurityVisit:
    for name, value in facts.items():
        setattr(visit, name, value)
    visit.save(update_fields=list(facts))
    entered(actor, act, visit, {"visited_on": visit.visited_on})
    return visit
