"""What is evidence, seized or on legal hold stays that through every conversion, until it is released.

A conversion, and the correction of one, takes things into ``converted`` and out of it again as something else. What is
guarded must come out guarded: the same item, and so much of the same purpose, or with the reference of its release.
Only a mistake in the books, which two people put right, takes what is not an item off them again: see ``rules``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from uuid import UUID

from rasr.core.basis.findings import Refused
from rasr.core.records.ledger.places import CONVERTED
from rasr.node.records.ledger.drafts import LineDraft, MovementDraft
from rasr.node.records.ledger.facts import Facts
from rasr.node.records.models import Item, LegalStatus

EVIDENCE = "evidence"
SEIZED = ("confiscated", "surrendered")
"""Purposes of what is nobody's to use up before it was released; as in ``core.assessment.surplus``."""
GUARDED = (((EVIDENCE,), "evidence_not_released"), ((EVIDENCE, *SEIZED), "not_released"))
"""Purposes of which there must not be less together, and the code of the refusal."""
RENAMING = "reclassification"

Fault = tuple[int, Refused]
"""Position of a line (from 0), and why it is refused."""


def is_released(of: Facts, item: Item | None) -> bool:
    """Whether there is a reference of a release, of the batch or of the item."""
    return bool(of.release_ref or (item is not None and item.release_ref))


def guards(item: Item) -> Refused | None:
    """Why an item may only be kept; None where it may be more. Codes: item_on_hold, evidence_not_released."""
    if item.legal_hold:
        return Refused("item_on_hold", item=str(item.pk))
    if item.legal_status == LegalStatus.EVIDENCE and not item.release_ref:
        return Refused("evidence_not_released", record=str(item.pk))
    return None


def faults_of(movement: MovementDraft, facts: Mapping[UUID, Facts], items: Mapping[UUID, Item]) -> list[Fault]:
    """Lines into ``converted`` by which something would stop to be guarded. items: the special ones among them.

    Where lines go in and out in pairs of the same number and place, each pair is looked at. Else as many of an article
    must come out guarded as went in, and nothing of it unguarded: what was joined cannot be told apart. Codes:
    item_on_hold, evidence_not_released, not_released, belongs_to_owner.
    """
    into = [(at, line) for at, line in enumerate(movement.lines) if line.to_place.kind == CONVERTED]
    out_of = [line for line in movement.lines if line.from_place.kind == CONVERTED]
    back = {line.item_id for line in out_of}
    found: dict[int, Refused] = {}
    for at, line in into:
        item = items.get(line.item_id) if line.item_id is not None else None
        if item is not None and line.item_id not in back and (fault := _gone(item)):
            found[at] = fault
    for purposes, code in GUARDED:
        guarded = [(at, line) for at, line in into if _is(line, purposes, facts, items, or_released=False)]
        kept = [_is(line, purposes, facts, items, or_released=True) for line in out_of]
        if _are_pairs(into, out_of):
            stays = dict(zip((at for at, _ in into), kept, strict=True))
            lost = [at for at, _ in guarded if not stays[at]]
        else:
            short = _short([line for _, line in guarded], list(zip(out_of, kept, strict=True)), facts)
            lost = [at for at, line in guarded if facts[line.batch_id].counts_as in short]
        for at in lost:
            found.setdefault(at, Refused(code, record=str(movement.lines[at].batch_id)))
    return sorted(found.items())


def _gone(item: Item) -> Refused | None:
    """Why an item may not cease to be one."""
    if fault := guards(item):
        return fault
    return Refused("belongs_to_owner", item=str(item.pk)) if item.legal_status == LegalStatus.TO_OWNER else None


def _is(
    line: LineDraft,
    purposes: Collection[str],
    facts: Mapping[UUID, Facts],
    items: Mapping[UUID, Item],
    *,
    or_released: bool,
) -> bool:
    """Whether a line is of what is guarded and not released, or was released."""
    of = facts[line.batch_id]
    item = items.get(line.item_id) if line.item_id is not None else None
    return or_released if is_released(of, item) else of.purpose in purposes


def _are_pairs(into: Sequence[tuple[int, LineDraft]], out_of: Sequence[LineDraft]) -> bool:
    return len(into) == len(out_of) and all(
        (one.quantity, one.from_place) == (other.quantity, other.to_place)
        for (_, one), other in zip(into, out_of, strict=True)
    )


def _short(
    guarded: Iterable[LineDraft], out_of: Iterable[tuple[LineDraft, bool]], facts: Mapping[UUID, Facts]
) -> set[str]:
    """Articles of which less comes out guarded than went in, or anything unguarded. An unknown number counts as one."""
    before, after = Counter[tuple[str, bool]](), Counter[tuple[str, bool]]()
    for line in guarded:
        before[_key(line, facts)] += 1 if line.quantity is None else line.quantity
    mixed = set()
    for line, kept in out_of:
        if kept:
            after[_key(line, facts)] += 1 if line.quantity is None else line.quantity
        else:
            mixed.add(_key(line, facts)[0])
    return {key[0] for key, amount in before.items() if after[key] < amount or key[0] in mixed}


def _key(line: LineDraft, facts: Mapping[UUID, Facts]) -> tuple[str, bool]:
    return facts[line.batch_id].counts_as, line.quantity is None
