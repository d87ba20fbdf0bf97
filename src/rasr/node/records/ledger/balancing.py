"""What a movement sends into ``converted`` comes out of it again: see ``core.records.ledger.conversion``."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from rasr.core.basis.findings import Refused
from rasr.core.records.ledger.conversion import Content, balance
from rasr.core.records.ledger.kinds import CONVERSIONS
from rasr.core.records.ledger.places import CONVERTED
from rasr.node.records.ledger.drafts import LineDraft, MovementDraft
from rasr.node.records.ledger.facts import Facts


def check(movement: MovementDraft, facts: Mapping[UUID, Facts]) -> None:
    """Refuse a conversion that does not balance, and lines of items that are not one item each.

    An unknown quantity balances an unknown quantity of the same article. Raises Refused: conversion_unbalanced,
    conversion_mass_unknown, item_wanted, item_not_wanted.
    """
    for line in movement.lines:
        _items_are_items(line, facts[line.batch_id])
    if movement.kind not in CONVERSIONS:
        return
    into = [line for line in movement.lines if line.to_place.kind == CONVERTED]
    out_of = [line for line in movement.lines if line.from_place.kind == CONVERTED]
    unknown = [
        sorted(facts[one.batch_id].counts_as for one in lines if one.quantity is None) for lines in (into, out_of)
    ]
    if unknown[0] != unknown[1]:
        raise Refused("conversion_unbalanced", mass_kg="?")
    balance(_contents(into, facts), _contents(out_of, facts))


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
