"""What changes the register, and what tells beforehand what would change.

``load_region`` and ``post`` are the only ways in; both go through the ledger (``ledger``, ``load``).
"""

from __future__ import annotations

from rasr.core.records.region import Region
from rasr.node.people.models import User
from rasr.node.people.rights import require
from rasr.node.records import bridge, comparing
from rasr.node.records.comparing import Difference, Preview, StockChange
from rasr.node.records.ledger import (
    HoldingDifference,
    LineDraft,
    MovementDraft,
    Posted,
    Spot,
    post,
    recompute_holdings,
)
from rasr.node.records.load import Loaded, load_region

__all__ = [
    "Difference",
    "HoldingDifference",
    "LineDraft",
    "Loaded",
    "MovementDraft",
    "Posted",
    "Preview",
    "Spot",
    "StockChange",
    "compare",
    "load_region",
    "post",
    "recompute_holdings",
]


def compare(*, actor: User, region: Region, complete: bool) -> Preview:
    """What loading a region would change, without writing anything. Raises PermissionDenied."""
    require(actor, "load_register")
    before, (_, given) = bridge.read_moment()
    target = region if complete else comparing.together(before, given, region)
    return comparing.preview_of(before, target)
