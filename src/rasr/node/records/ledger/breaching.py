"""Stores that break a licence or a mixing rule: a breach is raised with something to do by a day, and closed by itself.

What is recorded is never refused, so a store can break a rule. ``follow_up`` looks after each movement at the stores it
touched, ``review`` at any stores, where something else may have changed: a licence, the day. What is recorded as used
or gone can leave something to do too: find out how, tell the court, report it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils import timezone, translation

from rasr.core.basis.findings import Number
from rasr.core.records.ledger.kinds import KINDS
from rasr.core.records.ledger.limits import Broken
from rasr.core.records.ledger.places import LOST, STOLEN, UNEXPLAINED
from rasr.node.people import trail
from rasr.node.people.models import User
from rasr.node.places.models import Store
from rasr.node.records.ledger.drafts import LineDraft, MovementDraft
from rasr.node.records.ledger.facts import Facts, in_parts
from rasr.node.records.ledger.guarding import EVIDENCE, guards, is_released
from rasr.node.records.ledger.rules import banned_now, held_back
from rasr.node.records.ledger.standing import Standing, net_of, standing_of
from rasr.node.records.ledger.whereabouts import sites_of
from rasr.node.records.models import Action, Breach, Incident, IncidentKind, IncidentState, Movement
from rasr.node.web.messages import say_code

TABLE = Breach._meta.db_table
DUE_DAYS = 30
"""Days in which a breach is to be mended; assumed."""
BANNED_USED, EVIDENCE_USED = "banned_used", "evidence_used"
"""Codes of actions: something that was banned, or is evidence, has been used or is gone, and it was recorded."""
GONE = frozenset({"expenditure", "loss", "theft"})
"""Records of what somebody no longer has."""
TO_REPORT = frozenset({"loss", "theft", "discrepancy"})
"""Records of what is gone and nobody knows how: what happened is to be reported."""
MISSING = (LOST, STOLEN, UNEXPLAINED)
MOST_NAMED = 5
"""Articles that an action names."""

Key = tuple[str, str, str]
"""Store, code and subject: what tells one open breach from another."""


def follow_up(actor: User, movements: Sequence[MovementDraft], facts: Mapping[UUID, Facts]) -> None:
    """Raise and close the breaches of the stores that these movements touched. They are written already.

    Where something that is banned was used all the same, evidence is gone, or a loss is to be reported, an action says
    so.
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
    _used_all_the_same(actor, movements, facts)
    _to_be_reported(actor, [one for one in movements if one.kind in TO_REPORT], facts)


def review(*, actor: User | None, store_ids: Collection[str] | None = None) -> None:
    """Raise and close the breaches of these stores as they are today; None: of every store. In a transaction.

    actor: None is the node itself.
    """
    stores = Store.objects.filter(closed=False).values_list("pk", flat=True) if store_ids is None else store_ids
    still = {store_id for store_id, _, _ in _open(None)} if store_ids is None else set()
    wanted = {*stores, *still}
    if wanted:
        _settle(actor, standing_of(wanted), _open(wanted), {})


def _settle(actor: User | None, standing: Standing, known: Mapping[Key, Breach], by: Mapping[str, UUID]) -> None:
    """Make the open breaches of some stores what these stores break. by: store to the movement that changed it."""
    today = timezone.localdate()
    found = {(store, one.code, one.subject): one for store in standing.held for one in standing.breaks(store, today)}
    changed = [breach for key, breach in known.items() if key in found and breach.numbers != found[key].numbers]
    for breach in changed:
        breach.numbers = found[breach.store_id, breach.code, breach.subject].numbers
    Breach.objects.bulk_update(changed, ["numbers"], batch_size=500)
    _say_anew(changed)
    _raise(actor, [(key, found[key]) for key in sorted(found.keys() - known.keys())], by, today)
    _close(actor, [breach for key, breach in known.items() if key not in found], today)


def _raise(actor: User | None, new: Sequence[tuple[Key, Broken]], by: Mapping[str, UUID], today: date) -> None:
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
                **_asked(one.code, one.numbers),
                due_on=due,
                made_by=actor,
            )
            for one in breaches
        ],
        batch_size=500,
    )
    _record(actor, "breach.raise", breaches)


def _say_anew(changed: Sequence[Breach]) -> None:
    """The actions of breaches whose numbers are others now."""
    of = {str(one.pk): one for one in changed}
    for some in in_parts(of):
        actions = list(Action.objects.filter(table=TABLE, row_id__in=some, done_on=None))
        for action in actions:
            for name, told in _asked(action.code, of[action.row_id].numbers).items():
                setattr(action, name, told)
        Action.objects.bulk_update(actions, ["numbers", "text"], batch_size=500)


def _close(actor: User | None, over: Sequence[Breach], today: date) -> None:
    """The rule holds again: nothing is left to do."""
    if not over:
        return
    keys = [one.pk for one in over]
    for some in in_parts(keys):
        Breach.objects.filter(pk__in=some).update(closed_at=timezone.now())
        done = Action.objects.filter(table=TABLE, row_id__in=list(map(str, some)), done_on=None)
        done.update(done_on=today, done_by=actor)
    _record(actor, "breach.close", over)


def _record(actor: User | None, act: str, breaches: Iterable[Breach]) -> None:
    trail.record_changes(
        actor=actor,
        act=act,
        changes=[
            trail.Change(TABLE, one.pk, None, {"store_id": one.store_id, "code": one.code, "subject": one.subject})
            for one in breaches
        ],
    )


def _used_all_the_same(actor: User, movements: Sequence[MovementDraft], facts: Mapping[UUID, Facts]) -> None:
    """What is recorded as gone is recorded, banned or evidence or not: somebody is to find out how it came to be."""
    uses = [one for one in movements if one.kind in GONE]
    if not uses:
        return
    banned = banned_now(facts[line.batch_id].article_id for movement in uses for line in movement.lines)
    named = {line.item_id for movement in uses for line in movement.lines} - {None}
    items = {item.pk: item for some in in_parts(named) for item in held_back(some)}
    found: list[tuple[MovementDraft, LineDraft, str, dict[str, str]]] = []
    for movement in uses:
        told: set[tuple[str, str]] = set()
        for line in movement.lines:
            of, item = facts[line.batch_id], items.get(line.item_id) if line.item_id is not None else None
            numbers = {"article": of.article_id, "record": str(line.item_id or line.batch_id)}
            is_evidence = of.purpose == EVIDENCE and not is_released(of, item)
            for code, subject, holds in (
                (BANNED_USED, of.article_id, KINDS[movement.kind].is_use and _is_banned(of, banned)),
                (EVIDENCE_USED, numbers["record"], is_evidence or (item is not None and guards(item) is not None)),
            ):
                if holds and (code, subject) not in told:
                    told.add((code, subject))
                    found.append((movement, line, code, numbers))
    sites = sites_of(line.from_place for _, line, _, _ in found)
    due = timezone.localdate() + timedelta(days=DUE_DAYS)
    Action.objects.bulk_create(
        [
            Action(
                site_id=sites[line.from_place][0],
                store_id=line.from_place.store_id,
                table=Movement._meta.db_table,
                row_id=str(movement.movement_id),
                **_asked(code, numbers),
                due_on=due,
                made_by=actor,
            )
            for movement, line, code, numbers in found
            if sites.get(line.from_place)
        ],
        batch_size=500,
    )


def _to_be_reported(actor: User, losses: Sequence[MovementDraft], facts: Mapping[UUID, Facts]) -> None:
    """What happened is to be reported, unless an open report of the place names as much of it already.

    The action is of the incident that will be, which is reported under the id of the movement: then it is done.
    """
    gone = {movement.movement_id: _missing(movement, facts) for movement in losses}
    sites: dict[UUID, str] = {}
    for some in in_parts(key for key, amounts in gone.items() if amounts):
        sites.update(Movement.objects.filter(pk__in=some).exclude(site=None).values_list("pk", "site_id"))
    if not sites:
        return
    articles = {article for amounts in gone.values() for _, article in amounts}
    known = Incident.objects.filter(site__in=set(sites.values()), kind__in=(IncidentKind.LOSS, IncidentKind.THEFT))
    known = known.exclude(state=IncidentState.CLOSED)
    named = [
        told
        for some in in_parts(articles)
        for told in known.filter(article__in=some).values_list("site_id", "store_id", "article_id", "quantity")
    ]
    due = timezone.localdate() + timedelta(days=DUE_DAYS)
    actions = []
    for movement_id, site_id in sites.items():
        amounts = gone[movement_id]
        left = sorted({key[1] for key, amount in amounts.items() if not _is_named(site_id, key, amount, named)})
        if left:
            text = ", ".join(left[:MOST_NAMED]) + (" …" if len(left) > MOST_NAMED else "")
            actions.append(
                Action(
                    site_id=site_id,
                    store_id=next((store for store, _ in amounts if store), None),
                    table=Incident._meta.db_table,
                    row_id=str(movement_id),
                    **_asked("loss_unreported", {"articles": text}),
                    due_on=due,
                    made_by=actor,
                )
            )
    Action.objects.bulk_create(actions, batch_size=500)


def _missing(movement: MovementDraft, facts: Mapping[UUID, Facts]) -> dict[tuple[str | None, str], int]:
    """How much of each article is gone from each store (None: from no store); of an unknown number one at least."""
    amounts = Counter[tuple[str | None, str]]()
    for line in movement.lines:
        if line.to_place.kind in MISSING:
            amounts[line.from_place.store_id, facts[line.batch_id].article_id] += line.quantity or 1
    return amounts


def _is_named(
    site_id: str, key: tuple[str | None, str], amount: int, named: Iterable[tuple[str, str | None, str, int | None]]
) -> bool:
    """Whether a report of this place names so many of the article; a report without a number names all of it."""
    store_id, article_id = key
    return any(
        (site, article) == (site_id, article_id) and store_id in (None, store) and (told is None or told >= amount)
        for site, store, article, told in named
    )


def _is_banned(of: Facts, banned: set[tuple[str, UUID | None]]) -> bool:
    return (of.article_id, None) in banned or (of.article_id, of.lot_id) in banned


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


def _asked(code: str, numbers: Mapping[str, Number]) -> dict[str, Any]:
    """What an action says: to be said anew to whoever reads it; its text, to be found by, in the node's language."""
    with translation.override(settings.LANGUAGE_CODE):
        return {"code": code, "numbers": dict(numbers), "text": say_code(code, numbers)}
