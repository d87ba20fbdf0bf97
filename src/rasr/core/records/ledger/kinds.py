"""Kinds of movements: from where to where each may go, and whether it can be refused.

A *record* says what is, and is always taken down; where it breaks a rule, a breach is raised. An *order* says what
shall be, and is refused, or waived by a second person, where it would break one.

>>> KINDS["issue"].allows(Spot.store("S1"), Spot("on_issue", ref="P1")), KINDS["issue"].is_order
(True, True)
"""

from __future__ import annotations

from dataclasses import dataclass

from rasr.core.records.ledger.places import (
    ACQUIRED,
    CONVERTED,
    DESTROYED,
    EXPENDED,
    EXPORTED,
    IN_TRANSIT,
    LOST,
    ON_ISSUE,
    STOLEN,
    STORE,
    UNEXPLAINED,
    Spot,
)

Flow = tuple[str, str]
HELD = (STORE, ON_ISSUE, IN_TRANSIT)
"""Where a thing is in somebody's hands."""


@dataclass(frozen=True)
class Kind:
    """What holds of a kind of movement.

    flows: pairs of kinds of places. is_order: it can be refused. needs_second_person: it is done only when another
    person has agreed. is_use: a ban stops it. needs_declared_surplus: only of what the nation declared surplus; such a
    kind never takes evidence that is not released. is_judgement: it is for who judges stock, not for who keeps it.
    """

    flows: frozenset[Flow]
    is_order: bool = False
    needs_second_person: bool = False
    is_use: bool = False
    needs_declared_surplus: bool = False
    is_judgement: bool = False

    def allows(self, origin: Spot, target: Spot) -> bool:
        """Whether a line may go from here to there."""
        return (origin.kind, target.kind) in self.flows


def _flows(*pairs: Flow) -> frozenset[Flow]:
    return frozenset(pairs)


def _from_hands(to: str) -> frozenset[Flow]:
    return frozenset((origin, to) for origin in HELD)


def _to_hands(origin: str) -> frozenset[Flow]:
    return frozenset((origin, to) for to in HELD)


BOTH_WAYS_CONVERTED = _flows((STORE, CONVERTED), (CONVERTED, STORE))
KINDS: dict[str, Kind] = {
    "opening_balance": Kind(_flows((ACQUIRED, STORE))),
    "receipt": Kind(_flows((ACQUIRED, STORE))),
    "find": Kind(_flows((ACQUIRED, STORE))),
    "issue": Kind(_flows((STORE, ON_ISSUE)), is_order=True, is_use=True),
    "return": Kind(_flows((ON_ISSUE, STORE))),
    "transfer": Kind(_flows((STORE, STORE)), is_order=True),
    "despatch": Kind(_flows((STORE, IN_TRANSIT)), is_order=True),
    "arrival": Kind(_flows((IN_TRANSIT, STORE))),
    "discrepancy": Kind(_flows((IN_TRANSIT, UNEXPLAINED), (UNEXPLAINED, STORE))),
    "reclassification": Kind(
        _from_hands(CONVERTED)
        | _to_hands(CONVERTED)
        | _flows((LOST, CONVERTED), (CONVERTED, LOST), (STOLEN, CONVERTED), (CONVERTED, STOLEN)),
        is_judgement=True,
    ),
    "conversion": Kind(BOTH_WAYS_CONVERTED, is_order=True, is_judgement=True),
    "deactivation": Kind(BOTH_WAYS_CONVERTED, is_order=True, needs_second_person=True, is_judgement=True),
    "expenditure": Kind(_flows((STORE, EXPENDED), (ON_ISSUE, EXPENDED)), is_use=True),
    "sale": Kind(_flows((STORE, EXPORTED)), is_order=True, needs_second_person=True, needs_declared_surplus=True),
    "donation": Kind(_flows((STORE, EXPORTED)), is_order=True, needs_second_person=True, needs_declared_surplus=True),
    "return_to_owner": Kind(_flows((STORE, EXPORTED)), is_order=True, needs_second_person=True),
    "loss": Kind(_from_hands(LOST)),
    "theft": Kind(_from_hands(STOLEN)),
    "recovery": Kind(_flows((LOST, STORE), (STOLEN, STORE), (UNEXPLAINED, STORE))),
    "write_off": Kind(_from_hands(UNEXPLAINED), is_order=True, needs_second_person=True),
    "destruction": Kind(
        _flows((STORE, DESTROYED)), is_order=True, needs_second_person=True, needs_declared_surplus=True
    ),
    "count_adjustment": Kind(_flows((STORE, UNEXPLAINED), (UNEXPLAINED, STORE)), needs_second_person=True),
    "not_found": Kind(_flows((STORE, UNEXPLAINED)), needs_second_person=True),
}
"""Code of a kind to what holds of it; ``correction`` is none of these: it is another movement turned round."""
COUNT = "count_adjustment"
CORRECTION = "correction"
CONVERSIONS = frozenset({"reclassification", "conversion", "deactivation"})
"""Kinds whose lines go into ``converted`` and come out of it again, and must balance there."""
