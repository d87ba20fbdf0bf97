"""Stores that break a licence or a mixing rule: a breach is raised with something to do by a day, and closed by itself.

What is recorded is never refused, so a store can break a rule. ``follow_up`` looks after each movement at the stores it
touched, ``review`` at any stores, where something else may have changed: a licence, the day.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from uuid import UUID

from django.conf import settings
from django.utils import timezone, translation

from rasr.core.records.ledger.kinds import KINDS
from rasr.core.records.ledger.limits import Broken
from rasr.node.people import trail
from rasr.node.people.models import User
from rasr.node.places.models import Store
from rasr.node.records.ledger.drafts import MovementDraft
from rasr.node.records.ledger.facts import Facts, in_parts
from rasr.node.records.ledger.rules import banned_now
from rasr.node.records.ledger.standing import Standing, net_of, standing_of
from rasr.node.records.ledger.whereabouts import sites_of
from rasr.node.records.models import Action, Breach, Movement
from rasr.node.web.messages import say_code

TABLE = Breach._meta.db_table
DUE_DAYS = 30
"""Days in which a breach is to be mended; assumed."""
BANNED_USED = "banned_used"
"""Code of an action: something that was banned has been used, and it was recorded."""

Key = tuple[str, str, str]
"""Store, code and subject: what tells one open breach from another."""


def follow_up(actor: User, movements: Sequence[MovementDraft], facts: Mapping[UUID, Facts]) -> None:
    """Raise and close the breaches of the stores that these movements touched. They are written already.

    Where something that is banned was used all the same, an action says so.
    """
    touched: dict[str, UUID] = {}
    gaining: set[str] = set()
    for movement in movements:
        net = net_of(movement, facts)
        touched |= dict.fromkeys(net.by_store, movement.movement_id)
        gaining |= net.gaining
    if touched:
        known = _open(touched)
        stores = gaining | {store_id for store_id, _, _ in known}
        if stores:
            _settle(actor, standing_of(stores), known, touched)
    _banned_but_used(actor, movements, facts)


def review(*, actor: User, store_ids: Collection[str] | None = None) -> None:
    """Raise and close the breaches of these stores as they are today; None: of every store. In a transaction."""
    stores = Store.objects.filter(closed=False).values_list("pk", flat=True) if store_ids is None else store_ids
    still = {store_id for store_id, _, _ in _open(None)} if store_ids is None else set()
    wanted = {*stores, *still}
    if wanted:
        _settle(actor, standing_of(wanted), _open(wanted), {})


def _settle(actor: User, standing: Standing, known: Mapping[Key, Breach], by: Mapping[str, UUID]) -> None:
    """Make the open breaches of some stores what these stores break. by: store to the movement that changed it."""
    today = timezone.localdate()
    found = {(store, one.code, one.subject): one for store in standing.held for one in standing.breaks(store, today)}
    changed = [breach for key, breach in known.items() if key in found and breach.numbers != found[key].numbers]
    for breach in changed:
        breach.numbers = found[breach.store_id, breach.code, breach.subject].numbers
    Breach.objects.bulk_update(changed, ["numbers"], batch_size=500)
    _raise(actor, [(key, found[key]) for key in sorted(found.keys() - known.keys())], by, today)
    _close(actor, [breach for key, breach in known.items() if key not in found], today)


def _raise(actor: User, new: Sequence[tuple[Key, Broken]], by: Mapping[str, UUID], today: date) -> None:
    if not new:
        return
    now, due = timezone.now(), today + timedelta(days=DUE_DAYS)
    breaches = [
        Breach(
            store_id=store_id,
            code=code,
            subject=subject,
            numbers=rule.numbers,
            movement_id=by.get(store_id),
            raised_at=now,
            due_on=due,
        )
        for (store_id, code, subject), rule in new
    ]
    sites = _sites({store_id for (store_id, _, _), _ in new})
    Breach.objects.bulk_create(breaches, batch_size=500)
    Action.objects.bulk_create(
        [
            Action(
                site_id=sites[one.store_id],
                store_id=one.store_id,
                table=TABLE,
                row_id=str(one.pk),
                text=_sentence(one.code, one.numbers),
                due_on=due,
                made_by=actor,
            )
            for one in breaches
        ],
        batch_size=500,
    )
    _record(actor, "breach.raise", breaches)


def _close(actor: User, over: Sequence[Breach], today: date) -> None:
    """The rule holds again: nothing is left to do."""
    if not over:
        return
    keys = [one.pk for one in over]
    for some in in_parts(keys):
        Breach.objects.filter(pk__in=some).update(closed_at=timezone.now())
        done = Action.objects.filter(table=TABLE, row_id__in=list(map(str, some)), done_on=None)
        done.update(done_on=today, done_by=actor)
    _record(actor, "breach.close", over)


def _record(actor: User, act: str, breaches: Iterable[Breach]) -> None:
    trail.record_changes(
        actor=actor,
        act=act,
        changes=[
            trail.Change(TABLE, one.pk, None, {"store_id": one.store_id, "code": one.code, "subject": one.subject})
            for one in breaches
        ],
    )


def _banned_but_used(actor: User, movements: Sequence[MovementDraft], facts: Mapping[UUID, Facts]) -> None:
    """What is recorded as used is recorded, banned or not: somebody is to find out how it came to be."""
    uses = [one for one in movements if one.kind in KINDS and KINDS[one.kind].is_use and not KINDS[one.kind].is_order]
    if not uses:
        return
    banned = banned_now(facts[line.batch_id].article_id for movement in uses for line in movement.lines)
    if not banned:
        return
    due = timezone.localdate() + timedelta(days=DUE_DAYS)
    sites = sites_of(line.from_place for movement in uses for line in movement.lines)
    for movement in uses:
        told: set[str] = set()
        for line in movement.lines:
            of = facts[line.batch_id]
            is_banned = (of.article_id, None) in banned or (of.article_id, of.lot_id) in banned
            site_ids = sites.get(line.from_place)
            if is_banned and site_ids and of.article_id not in told:
                told.add(of.article_id)
                numbers = {"article": of.article_id, "record": str(line.batch_id)}
                Action.objects.create(
                    site_id=site_ids[0],
                    store_id=line.from_place.store_id,
                    table=Movement._meta.db_table,
                    row_id=str(movement.movement_id),
                    text=_sentence(BANNED_USED, numbers),
                    due_on=due,
                    made_by=actor,
                )


def _open(store_ids: Iterable[str] | None) -> dict[Key, Breach]:
    """The open breaches of these stores; None: of every store."""
    rows = Breach.objects.filter(closed_at=None)
    parts = [rows] if store_ids is None else [rows.filter(store__in=some) for some in in_parts(store_ids)]
    return {(one.store_id, one.code, one.subject): one for part in parts for one in part}


def _sites(store_ids: set[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for some in in_parts(store_ids):
        found.update(Store.objects.filter(pk__in=some).values_list("pk", "site_id"))
    return found


def _sentence(code: str, numbers: Mapping[str, str | int | float]) -> str:
    """In the language of the node: who reads it is not known yet."""
    with translation.override(settings.LANGUAGE_CODE):
        return say_code(code, numbers)
