"""New batches that movements bring: each is new, and its facts are ones that a region can have."""

from __future__ import annotations

from collections.abc import Sequence

from rasr.core.basis.contract import Column
from rasr.core.basis.findings import Refused
from rasr.core.reference import loader
from rasr.node.records.ledger.drafts import BATCH_COLUMNS, BatchDraft
from rasr.node.records.models import Batch
from rasr.node.web import rows

LONGEST_BYTES = 500
"""Of a text that an index holds; as where a workbook is loaded."""


def check(batches: Sequence[BatchDraft]) -> None:
    """Raises Refused: batch_exists, text_too_long, unknown_rule for what the contract of stock does not allow."""
    if not batches:
        return
    ids = {one.batch_id for one in batches}
    known = next(iter(rows.select(Batch, ("batch_id",), {"batch_id": ids})), None)
    if known is not None or len(ids) < len(batches):
        raise Refused("batch_exists", record=str(known[0] if known else batches[0].batch_id))
    for column in loader.contract("stock").columns:
        if column.name in BATCH_COLUMNS:
            for value in {getattr(one, column.name) for one in batches} - {None}:
                _sound(column, value)


def _sound(column: Column, value: object) -> None:
    if column.allowed and value not in column.allowed:
        raise Refused("unknown_rule", what=column.name, value=str(value), known=", ".join(column.allowed))
    if isinstance(value, str) and len(value.encode()) > LONGEST_BYTES:
        raise Refused("text_too_long", table="stock", column=column.name, limit=LONGEST_BYTES)
    if isinstance(value, int | float):
        low, high = column.minimum, column.maximum
        if (low is not None and value < low) or (high is not None and value > high):
            known = f"{'' if low is None else low} – {'' if high is None else high}"
            raise Refused("unknown_rule", what=column.name, value=str(value), known=known)
