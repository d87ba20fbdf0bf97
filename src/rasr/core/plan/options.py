"""How a plan is asked for."""

from __future__ import annotations

from dataclasses import dataclass

from rasr.core.plan.holds import Hold
from rasr.core.plan.works import Work


@dataclass(frozen=True)
class Options:
    """How a problem is built and how long it is worked on.

    alone: each jurisdiction on its own lines, its own money and an equal share of shared money.
    partial: plan what can be planned where a family has no line, or there is no money at all.
    nearest_lines, widest_lines: arcs kept per pool, the nearest lines and those with most capacity for its family
    (keeping the nearest alone made plans a tenth worse on trial instances).
    gap: stop when this share of the objective is all that can still be gained. rounds: most rounds of cuts.
    seconds: safety net only; a plan it ended says so. holds: what was decided by hand, of the joint plan alone.
    works: security works on offer.
    """

    alone: bool = False
    partial: bool = False
    nearest_lines: int = 6
    widest_lines: int = 4
    gap: float = 0.002
    rounds: int = 12
    seconds: float = 900.0
    holds: tuple[Hold, ...] = ()
    works: tuple[Work, ...] = ()
