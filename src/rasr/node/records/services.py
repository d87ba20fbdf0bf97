"""What changes the register, and what tells beforehand what would change.

``load_region`` and ``post`` with its company are the only ways in; all go through the ledger (``ledger``).
"""

from __future__ import annotations

from rasr.core.records.ledger.places import Spot
from rasr.core.records.region import Region
from rasr.node.people.models import User
from rasr.node.people.rights import require
from rasr.node.records import bridge, comparing
from rasr.node.records.comparing import Difference, Preview, StockChange
from rasr.node.records.ledger.correcting import correction_of
from rasr.node.records.ledger.drafts import BatchDraft, LineDraft, MovementDraft
from rasr.node.records.ledger.posting import Outcome, Posted, post, post_all, post_each
from rasr.node.records.ledger.write import HoldingDifference, LinesRefused, recompute_holdings
from rasr.node.records.load import Loaded, load_region

__all__ = [
    "BatchDraft",
    "Difference",
    "HoldingDifference",
    "LineDraft",
    "LinesRefused",
    "Loaded",
    "MovementDraft",
    "Outcome",
    "Posted",
    "Preview",
    "Spot",
    "StockChange",
    "compare",
    "correction_of",
    "load_region",
    "post",
    "post_all",
    "post_each",
    "recompute_holdings",
]


def compare(*, actor: User, region: Region, complete: bool) -> Preview:
    """What loading a region would change, without writing anything. Raises PermissionDenied."""
    require(actor, "load_register")
    before, (_, given) = bridge.read_moment()
    target = region if complete else comparing.together(before, given, region)
    return comparing.preview_of(before, target)
