"""Rules on stock: bans, declared surplus, evidence, and what a store may hold. Orders are what can be refused.

``judge`` refuses orders that would break a rule. Which stores break one all the same, by what was recorded or by what a
second person has let pass, is in ``breaching``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from rasr.core.basis.findings import Refused
from rasr.core.records.ledger import limits
from rasr.core.records.ledger.kinds import CONVERSIONS, CORRECTION, HELD, KINDS, Kind
from rasr.core.records.ledger.limits import Broken
from rasr.core.records.ledger.places import ACQUIRED, ON_ISSUE
from rasr.node.places.models import Store
from rasr.node.records.ledger.drafts import LineDraft, MovementDraft
from rasr.node.records.ledger.facts import Facts, in_parts
from rasr.node.records.ledger.guarding import EVIDENCE, SEIZED, Fault, faults_of, guards, is_released
from rasr.node.records.ledger.standing import Net, Standing, net_of, standing_of
from rasr.node.records.ledger.write import LinesRefused
from rasr.node.records.models import Constraint, ConstraintKind, Custody, Declaration, Item, LegalStatus

KEEPING = frozenset({"transfer", "despatch", "issue"})
"""Orders that leave a thing as it is, in somebody's hands."""
FINAL = frozenset({"sale", "donation", "return_to_owner", "destruction", "deactivation", "write_off"})
"""Orders after which a thing is gone, or no longer what it was."""
AWAY = (Custody.COURT, Custody.FORENSIC)
REFUSED_AS = {
    limits.OVER: "order_over_licence",
    limits.NONE: "order_no_licence",
    limits.EXPIRED: "order_licence_expired",
    limits.MIXED: "order_mixing",
}
"""What a store would break to what the order is refused for."""
WAIVABLE = frozenset(REFUSED_AS.values())
"""Rules that a second person may let an order break. A ban is lifted, evidence is released; neither is waived."""

Judged = tuple[MovementDraft, Kind, Collection[str]]
"""A movement, what holds of its kind, and the codes of what a second person has let it break."""


@dataclass(frozen=True)
class _Known:
    """What was read for many movements at once.

    banned: article and lot (None: the whole article). declared: reference and organisation. owners: organisation of
    each store. items: those that are evidence, on hold or somebody's.
    """

    banned: set[tuple[str, UUID | None]]
    declared: set[tuple[str, str]]
    owners: Mapping[str, str]
    items: Mapping[UUID, Item]
    standing: Standing


def judge(movements: Sequence[Judged], facts: Mapping[UUID, Facts]) -> None:
    """Refuse orders that break a rule, in this order, every line of the first such one at once.

    Raises LinesRefused: banned, item_on_hold, evidence_not_released, not_released, belongs_to_owner,
    not_declared_surplus, declaration_unknown; and, unless waived, the codes of ``WAIVABLE``.
    """
    for waived, faults in _faults(movements, facts):
        left = [fault for fault in faults if fault[1].code not in WAIVABLE or fault[1].code not in waived]
        if left:
            raise LinesRefused(left)


def to_waive(movement: MovementDraft, kind: Kind, facts: Mapping[UUID, Facts]) -> list[Refused]:
    """What a second person would have to let this movement break, each once.

    Raises LinesRefused where it breaks what nobody may waive.
    """
    found = [fault for _, faults in _faults([(movement, kind, ())], facts) for fault in faults]
    hard = [fault for fault in found if fault[1].code not in WAIVABLE]
    if hard:
        raise LinesRefused(hard)
    return list({str(fault): fault for _, fault in found}.values())


def _faults(movements: Sequence[Judged], facts: Mapping[UUID, Facts]) -> Iterable[tuple[Collection[str], list[Fault]]]:
    """Of each order the codes that are waived, and what its lines break; the movements before it are taken as done.

    A reclassification and a correction are no orders, but take nothing off that is guarded, and issue nothing banned.
    """
    if not any(_is_judged(movement, kind) for movement, kind, _ in movements):
        return
    nets = [net_of(movement, facts, bound=True) for movement, _, _ in movements]
    known = _read(movements, nets, facts)
    for (movement, kind, waived), net in zip(movements, nets, strict=True):
        known.standing.follow(net)
        if _is_judged(movement, kind):
            of_stores = _of_stores(movement, net, known) if kind.is_order else []
            yield waived, [*_of_lines(movement, kind, facts, known), *of_stores]


def _is_judged(movement: MovementDraft, kind: Kind) -> bool:
    return kind.is_order or movement.kind in (*CONVERSIONS, CORRECTION)


def _as_order(movement: MovementDraft, kind: Kind, line: LineDraft) -> tuple[str, Kind] | None:
    """As what a line is judged. A correction gives things out again that came back, or takes them off the books."""
    if line.from_place.kind not in HELD:
        return None
    if movement.kind == CORRECTION:
        if line.to_place.kind == ON_ISSUE:
            return "issue", KINDS["issue"]
        return (CORRECTION, kind) if line.to_place.kind == ACQUIRED else None
    return (movement.kind, kind) if kind.is_order else None


def _read(movements: Sequence[Judged], nets: Sequence[Net], facts: Mapping[UUID, Facts]) -> _Known:
    orders = [(movement, kind, net) for (movement, kind, _), net in zip(movements, nets, strict=True) if kind.is_order]
    corrections = [movement for movement, _, _ in movements if movement.kind == CORRECTION]
    use = [*(movement for movement, kind, _ in orders if kind.is_use), *corrections]
    surplus = [movement for movement, kind, _ in orders if kind.needs_declared_surplus]
    gaining = set().union(*(net.gaining for _, _, net in orders))
    refs = {facts[line.batch_id].declared_surplus_ref for movement in surplus for line in movement.lines} - {None}
    stores = {line.from_place.store_id for movement in surplus for line in movement.lines} - {None}
    items = {
        line.item_id
        for movement, kind, _ in movements
        if _is_judged(movement, kind) and not (movement.kind in KEEPING and not kind.is_use)
        for line in movement.lines
        if line.item_id is not None and line.from_place.kind in HELD
    }
    return _Known(
        _banned({facts[line.batch_id].article_id for movement in use for line in movement.lines}),
        {pair for some in in_parts(refs) for pair in _declared(some)},
        {store_id: owner for some in in_parts(stores) for store_id, owner in _owners(some)},
        {item.pk: item for some in in_parts(items) for item in held_back(some)},
        standing_of(gaining) if gaining else Standing(),
    )


def _of_lines(movement: MovementDraft, kind: Kind, facts: Mapping[UUID, Facts], known: _Known) -> list[Fault]:
    faults: dict[int, Refused] = {}
    for position, line in enumerate(movement.lines):
        order = _as_order(movement, kind, line)
        found = None if order is None else _fault(line, *order, facts[line.batch_id], known)
        if found is not None:
            faults[position] = found
    if movement.kind in (*CONVERSIONS, CORRECTION):
        faults = dict(faults_of(movement, facts, known.items)) | faults
    return sorted(faults.items())


def _fault(line: LineDraft, code: str, kind: Kind, of: Facts, known: _Known) -> Refused | None:
    if kind.is_use and ((of.article_id, None) in known.banned or (of.article_id, of.lot_id) in known.banned):
        return Refused("banned", article=of.article_id, record=str(line.batch_id))
    item = known.items.get(line.item_id) if line.item_id is not None else None
    if item is not None and (fault := _of_item(item, code)) is not None:
        return fault
    if not is_released(of, item):
        to_court = item is not None and item.custody in AWAY
        if of.purpose == EVIDENCE and (code in FINAL or (code == "issue" and not to_court)):
            return Refused("evidence_not_released", record=str(line.batch_id))
        if of.purpose in SEIZED and code in FINAL:
            return Refused("not_released", record=str(line.batch_id))
    if not kind.needs_declared_surplus:
        return None
    if not of.declared_surplus_ref:
        return Refused("not_declared_surplus", record=str(line.batch_id))
    owner = known.owners.get(line.from_place.store_id or "", "")
    if (of.declared_surplus_ref, owner) not in known.declared:
        named = {"reference": of.declared_surplus_ref, "organisation": owner}
        return Refused("declaration_unknown", record=str(line.batch_id), **named)
    return None


def _of_item(item: Item, code: str) -> Refused | None:
    """What the law says of one item. At court or at a laboratory it is still kept."""
    guarded = guards(item)
    if code in KEEPING:
        kept = guarded is None or code != "issue" or item.custody in AWAY
        return None if kept else Refused("item_on_hold", item=str(item.pk))
    if guarded is None and item.legal_status == LegalStatus.TO_OWNER and code in FINAL - {"return_to_owner"}:
        return Refused("belongs_to_owner", item=str(item.pk))
    return guarded


def _of_stores(movement: MovementDraft, net: Net, known: _Known) -> list[Fault]:
    """What stores would break that they did not, or would break more: the lines that bring what has a part in it."""
    today = timezone.localdate()
    faults: list[Fault] = []
    for store_id in sorted(net.gaining):
        gains = net.gains(store_id)
        for rule in known.standing.breaks(store_id, today):
            articles = {one.article_id for one in gains if rule.is_of(one)}
            lines = _bringing(movement, store_id, articles, net)
            faults.extend((position, _refused(rule, store_id)) for position in lines)
    return faults


def _bringing(movement: MovementDraft, store_id: str, articles: Collection[str], net: Net) -> list[int]:
    return [
        position
        for position, line in enumerate(movement.lines)
        if store_id in (line.to_place.store_id, movement.destination_id)
        and net.article_of.get(line.batch_id) in articles
    ]


def _refused(rule: Broken, store_id: str) -> Refused:
    return Refused(REFUSED_AS[rule.code], store=store_id, **rule.numbers)


def banned_now(article_ids: Iterable[str]) -> set[tuple[str, UUID | None]]:
    """Pairs of article and lot (None: the whole article) that are banned now, among these articles."""
    return _banned(set(article_ids))


def _banned(article_ids: set[str]) -> set[tuple[str, UUID | None]]:
    found: set[tuple[str, UUID | None]] = set()
    for some in in_parts(article_ids):
        rows = Constraint.objects.filter(article__in=some, kind=ConstraintKind.BAN, lifted_on=None)
        found.update(rows.values_list("article_id", "lot_id"))
    return found


def _declared(references: list[str | None]) -> Iterable[tuple[str, str]]:
    return Declaration.objects.filter(reference__in=references).values_list("reference", "organisation_id")


def _owners(store_ids: list[str | None]) -> Iterable[tuple[str, str]]:
    return Store.objects.filter(pk__in=store_ids).values_list("pk", "site__organisation_id")


def held_back(item_ids: Iterable[UUID]) -> Iterable[Item]:
    """Those of some items of which there is something to say."""
    special = Q(legal_hold=True) | Q(legal_status__in=(LegalStatus.EVIDENCE, LegalStatus.TO_OWNER)) | ~Q(release_ref="")
    special |= Q(custody__in=AWAY)
    return Item.objects.filter(special, pk__in=item_ids)
