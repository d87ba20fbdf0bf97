"""What a movement sends into ``converted`` comes out of it again: see ``core.records.ledger.conversion``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from uuid import UUID

from rasr.core.basis.findings import Refused
from rasr.core.records.ledger.conversion import Content, balance
from rasr.core.records.ledger.kinds import CONVERSIONS, CORRECTION
from rasr.core.records.ledger.places import CONVERTED, Spot
from rasr.node.records.ledger.drafts import LineDraft, MovementDraft
from rasr.node.records.ledger.facts import NOWHERE, Facts, in_parts
from rasr.node.records.ledger.guarding import RENAMING
from rasr.node.records.models import Item


def check(movements: Sequence[MovementDraft], facts: Mapping[UUID, Facts]) -> None:
    """Refuse conversions that do not balance, lines of items that are not one item each, and items of other articles.

    An unknown quantity balances an unknown quantity of the same article. Raises Refused: conversion_unbalanced,
    conversion_mass_unknown, item_wanted, item_not_wanted, item_other_article, unknown_rule for an item that is not in
    the register; reclassified_elsewhere where what is only to be called otherwise comes out in another place.
    """
    for movement in movements:
        _balanced(movement, facts)
    _of_their_article(movements, facts)


def _balanced(movement: MovementDraft, facts: Mapping[UUID, Facts]) -> None:
    for line in movement.lines:
        _items_are_items(line, facts[line.batch_id])
    if movement.kind not in CONVERSIONS:
        return
    into = [line for line in movement.lines if line.to_place.kind == CONVERTED]
    out_of = [line for line in movement.lines if line.from_place.kind == CONVERTED]
    if movement.kind == RENAMING:
        _stays(into, out_of, facts)
    unknown = [
        sorted(facts[one.batch_id].counts_as for one in lines if one.quantity is None) for lines in (into, out_of)
    ]
    if unknown[0] != unknown[1]:
        raise Refused("conversion_unbalanced", mass_kg="?")
    balance(_contents(into, facts), _contents(out_of, facts))


def _stays(into: list[LineDraft], out_of: list[LineDraft], facts: Mapping[UUID, Facts]) -> None:
    """As much of an article comes out in each place as went in there."""
    before, after = Counter[tuple[Spot, str, bool]](), Counter[tuple[Spot, str, bool]]()
    for lines, end, found in ((into, "from_place", before), (out_of, "to_place", after)):
        for line in lines:
            key = getattr(line, end), facts[line.batch_id].counts_as, line.quantity is None
            found[key] += 1 if line.quantity is None else line.quantity
    if before != after:
        raise Refused("reclassified_elsewhere")


def _contents(lines: list[LineDraft], facts: Mapping[UUID, Facts]) -> list[Content]:
    return [
        Content(facts[one.batch_id].counts_as, one.quantity, facts[one.batch_id].mass_kg_each)
        for one in lines
        if one.quantity is not None
    ]


def _items_are_items(line: LineDraft, facts: Facts) -> None:
    if facts.itemised and (line.item_id is None or line.quantity != 1):
        raise Refused("item_wanted", record=str(line.batch_id))
    if not facts.itemised and line.item_id is not None:
        raise Refused("item_not_wanted", record=str(line.batch_id))


def _of_their_article(movements: Sequence[MovementDraft], facts: Mapping[UUID, Facts]) -> None:
    """An item is of the article that it was; only what is made into something else, or was by mistake, changes that.

    What leaves a place that knows what it holds leaves it in the batch that it is in: ``write`` sees to that.
    """
    first: dict[UUID, LineDraft] = {}
    for movement in movements:
        for line in movement.lines:
            if line.item_id is not None:
                first.setdefault(line.item_id, line)
    asked = [item for item, line in first.items() if not line.from_place.is_bounded]
    known = {item: facts[line.batch_id].counts_as for item, line in first.items() if line.from_place.is_bounded}
    known |= {item: article for some in in_parts(asked) for item, article in _articles(some)}
    for movement in movements:
        renews = movement.kind == CORRECTION or (movement.kind in CONVERSIONS and movement.kind != RENAMING)
        for line in movement.lines:
            if line.item_id is not None:
                can_change = renews and line.from_place.kind == CONVERTED
                _is_of(line.item_id, line, facts[line.batch_id].counts_as, known, can_change=can_change)


def _is_of(item: UUID, line: LineDraft, article: str, known: dict[UUID, str], *, can_change: bool) -> None:
    """What a line says of an item is what is known of it; then it is what the next line is held against."""
    was = known.get(item)
    if was is None:
        raise Refused("unknown_rule", what="item", value=str(item), known=NOWHERE)
    if was != article and not can_change:
        raise Refused("item_other_article", item=str(item), article=was, record=str(line.batch_id), other=article)
    known[item] = article


def _articles(item_ids: Sequence[UUID]) -> list[tuple[UUID, str]]:
    """The article of each item as which it counts: of the batch that it is in, else as what it was taken down."""
    names = ("at__batch__article", "at__batch__article__merged_into", "article", "article__merged_into")
    found = Item.objects.filter(pk__in=item_ids).values_list("pk", *names)
    return [(item, into or now or taken_into or taken) for item, now, into, taken, taken_into in found]
