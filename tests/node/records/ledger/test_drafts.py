"""Movements before they are posted: their digest is of all that was sent, and JSON keeps them whole."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest

from rasr.core.records.ledger.places import Spot
from rasr.node.records.ledger.drafts import BatchDraft, LineDraft, MovementDraft
from rasr.node.records.ledger.kept import draft_of, kept

ID, OTHER = UUID(int=1), UUID(int=2)
DAY = date(2026, 1, 2)
AT = datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=UTC)
BATCH = BatchDraft(
    batch_id=ID,
    stock_id="R1",
    article_id="bombs",
    lot="L1",
    condition="A",
    purpose="training",
    year_made=1980,
    stabiliser_pct=1.5,
    stabiliser_tested_on=DAY,
    destroy_by=DAY,
    declared_surplus_ref="D-1",
    release_ref="Court 7",
    total_mass_kg=2.5,
    total_neq_kg=3.5,
    lot_record_id=ID,
    itemised=True,
)
LINE = LineDraft(ID, 5, "counted", Spot.store("S1", "stack 1"), Spot("on_issue", ref="P"), ID)
DRAFT = MovementDraft(
    movement_id=ID,
    kind="issue",
    effective_at=AT,
    reason="so",
    lines=(LINE, replace(LINE, quantity=None, item_id=None)),
    upload_id=ID,
    batches=(BATCH, BatchDraft(OTHER, "R2", "caps")),
    corrects_id=ID,
    reason_language="en",
    waived=("order_mixing",),
    destination_id="S2",
)
OTHERS: dict[str, Any] = {
    **{"batch_id": OTHER, "stock_id": "R9", "article_id": "caps", "lot": "L2", "condition": "B", "year_made": 1981},
    **{"purpose": "evidence", "stabiliser_pct": 1.6, "stabiliser_tested_on": date(2026, 1, 3), "itemised": False},
    **{"destroy_by": date(2026, 1, 3), "declared_surplus_ref": "D-2", "release_ref": "Court 8", "total_mass_kg": 2.6},
    **{"total_neq_kg": 3.6, "lot_record_id": OTHER, "quantity": 6, "quantity_basis": "book", "item_id": OTHER},
    **{"from_place": Spot.store("S1"), "to_place": Spot("on_issue", ref="Q"), "kind": "loss", "reason": "not so"},
    **{"effective_at": AT + timedelta(microseconds=1), "upload_id": OTHER, "corrects_id": OTHER},
    **{"reason_language": "sq", "destination_id": "S3"},
}
OPTIONAL = {"lot", "condition", "year_made", "stabiliser_pct", "stabiliser_tested_on", "destroy_by", "quantity_basis",
            "declared_surplus_ref", "release_ref", "total_mass_kg", "total_neq_kg", "lot_record_id", "quantity",
            "item_id", "upload_id", "corrects_id", "destination_id"}  # fmt: skip
SENT = [
    field.name for field in fields(MovementDraft) if field.name not in ("movement_id", "lines", "batches", "waived")
]


def test_every_cell_of_a_batch_is_in_the_digest() -> None:
    for name in (field.name for field in fields(BatchDraft)):
        for value in (OTHERS[name], *([None] if name in OPTIONAL else [])):
            other = replace(DRAFT, batches=(replace(BATCH, **{name: value}), DRAFT.batches[1]))
            assert other.digest() != DRAFT.digest(), name


def test_every_cell_of_a_line_is_in_the_digest() -> None:
    for name in (field.name for field in fields(LineDraft)):
        for value in (OTHERS[name], *([None] if name in OPTIONAL else [])):
            other = replace(DRAFT, lines=(replace(LINE, **{name: value}), DRAFT.lines[1]))
            assert other.digest() != DRAFT.digest(), name
    ends = [Spot("on_issue", ref="P"), Spot.store("S1"), Spot.store("S1", "stack 1"), Spot.store("S2"), Spot("lost")]
    told = {replace(DRAFT, lines=(replace(LINE, from_place=here, to_place=there),)).digest()
            for here in ends for there in ends}  # fmt: skip
    assert len(told) == len(ends) ** 2


@pytest.mark.parametrize("name", SENT)
def test_every_cell_of_the_head_is_in_the_digest(name: str) -> None:
    for value in (OTHERS[name], *([None] if name in OPTIONAL else [])):
        assert replace(DRAFT, **{name: value}).digest() != DRAFT.digest()


def test_order_and_number_of_lines_are_in_the_digest() -> None:
    one, two = DRAFT.lines
    told = {replace(DRAFT, lines=lines).digest() for lines in ((one, two), (two, one), (one,), (one, one, two), ())}
    assert len(told) == 5
    assert replace(DRAFT, batches=DRAFT.batches[::-1]).digest() != DRAFT.digest()


def test_what_is_not_sent_is_not_in_the_digest() -> None:
    """The id under which it is known, what a second person lets pass, and in which zone a time was written."""
    assert replace(DRAFT, movement_id=OTHER).digest() == DRAFT.digest() == replace(DRAFT, waived=()).digest()
    summer = timezone(timedelta(hours=2))
    assert replace(DRAFT, effective_at=AT.astimezone(summer)).digest() == DRAFT.digest()
    assert len(DRAFT.digest()) == 64
    assert DRAFT.digest() == DRAFT.sent


def test_json_keeps_all_of_it_but_what_is_let_pass() -> None:
    through = draft_of(json.loads(json.dumps(kept(DRAFT))))
    assert through == replace(DRAFT, waived=())
    assert through.digest() == DRAFT.digest()
    assert isinstance(through.lines[0].from_place, Spot)
    bare = MovementDraft(OTHER, "loss", AT, "", ())
    assert draft_of(json.loads(json.dumps(kept(bare)))) == bare
