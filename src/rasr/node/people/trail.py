"""The trail: who did what. An entry is written in the transaction of the act itself: no trail, no answer.

    with transaction.atomic():
        site.save()
        trail.record(actor=actor, act="site.classify", table="places_site", row_id=site.pk, before=..., after=...)

Pages of the trail and what middleware adds of itself stand elsewhere; here is the one way an entry is made.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db import DatabaseError, OperationalError, transaction
from django.utils import timezone

from rasr.core.basis.findings import Refused
from rasr.node.people import leaves
from rasr.node.people.choices import Outcome
from rasr.node.people.models import Entry, User
from rasr.node.web import rows
from rasr.node.web.plain import plain

CONSOLE, NODE, NOBODY = "console", "node", "nobody"
"""Who acts without an account: at the command line of the machine, the program itself, somebody not signed in."""
SESSION_LENGTH = 16
"""Signs of the digest that stands for a session."""
DONE, REFUSED, FAILED = Outcome.DONE, Outcome.REFUSED, Outcome.FAILED
COLUMNS = tuple(field.attname for field in Entry._meta.concrete_fields)


class NoTrailError(OperationalError):
    """An entry cannot be written. What it was to tell of is not done, and not shown: the answer is 503."""


@dataclass
class Asked:
    """What asked for the acts below: a request with its session, a job, or the command line. entries: made so far."""

    request_id: str = ""
    session: str = ""
    by: str = CONSOLE
    entries: int = field(default=0, compare=False)


_asked: ContextVar[Asked] = ContextVar("asked")


@contextmanager
def asked(request_id: str = "", session: str = "", by: str = NODE) -> Iterator[Asked]:
    """Entries made inside carry this request and session; by: who acts where nobody is named."""
    begun = Asked(request_id, session, by)
    token = _asked.set(begun)
    try:
        yield begun
    finally:
        _asked.reset(token)


def session() -> str:
    """The short digest of the session in which this happens; empty outside of a request."""
    return _now().session


def session_digest(key: str | None) -> str:
    """What stands for a session: short, and of no use to who wants to take it over. Empty without one."""
    return sha256(f"session {key}".encode()).hexdigest()[:SESSION_LENGTH] if key else ""


def record(
    *,
    actor: User | AnonymousUser | None,
    act: str,
    table: str = "",
    row_id: object = "",
    reason: str = "",
    reason_language: str = "",
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    outcome: str = Outcome.DONE,
    organisation_id: str = "",
    site_id: str = "",
) -> Entry:
    """Write an entry and its leaf, in the transaction of the act. act: a code of ``acts.ACTS``.

    actor: None is the machine itself. before, after: counts and ids of what changed, never whole tables. Raises
    NoTrailError: what cannot be written down is not done.
    """
    entry = _entry(
        actor,
        act,
        Change(table, row_id, before, after),
        reason=reason,
        reason_language=reason_language,
        outcome=outcome,
        organisation_id=organisation_id,
        site_id=site_id,
    )
    _keep([entry])
    return entry


@dataclass(frozen=True)
class Change:
    """A row that an act changes. before, after: column to value; None where there was, or is, no row.

    reason: of this one alone; empty: that of all.
    """

    table: str
    row_id: object
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None
    reason: str = ""


def record_changes(*, actor: User | None, act: str, changes: Iterable[Change], reason: str = "") -> int:
    """An entry for each row that one act changes, as ``record`` does; gives their number.

    Raises NoTrailError, and then the transaction of the act can only end undone: there is no savepoint here.
    """
    entries = [_entry(actor, act, one, reason=one.reason or reason) for one in changes]
    _keep(entries, savepoint=False)
    return len(entries)


def _entry(actor: User | AnonymousUser | None, act: str, change: Change, **columns: str) -> Entry:
    """An entry, not saved. columns: further ones, as they are kept."""
    by = _now()
    return Entry(
        at=timezone.now(),
        actor=_name(actor, by),
        act=act,
        table=change.table,
        row_id=str(change.row_id),
        before=None if change.before is None else plain(dict(change.before)),
        after=None if change.after is None else plain(dict(change.after)),
        session=by.session,
        request_id=by.request_id,
        **columns,
    )


def _keep(entries: list[Entry], *, savepoint: bool = True) -> None:
    try:
        with transaction.atomic(savepoint=savepoint), rows.together():
            rows.insert(Entry, COLUMNS, ([getattr(one, name) for name in COLUMNS] for one in entries))
            leaves.add(entries)
    except (DatabaseError, OSError, Refused) as fault:  # the latter two of the key that seals leaves
        raise NoTrailError("the trail cannot be written") from fault
    _now().entries += len(entries)


def _now() -> Asked:
    found = _asked.get(None)
    return Asked() if found is None else found


def _name(actor: User | AnonymousUser | None, by: Asked) -> str:
    if isinstance(actor, User):
        return actor.pseudonym
    return NOBODY if actor is not None else by.by
