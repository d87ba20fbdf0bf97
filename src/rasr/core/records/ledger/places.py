"""Where things can be: in a store, or in one of the places that are no place on the ground.

>>> Spot.store("S1", "stack 3").is_bounded, Spot("acquired").is_bounded
(True, False)
"""

from __future__ import annotations

from typing import Final, NamedTuple

STORE: Final = "store"
ACQUIRED: Final = "acquired"
IN_TRANSIT: Final = "in_transit"
ON_ISSUE: Final = "on_issue"
CONVERTED: Final = "converted"
DESTROYED: Final = "destroyed"
LOST: Final = "lost"
STOLEN: Final = "stolen"
UNEXPLAINED: Final = "unexplained"
EXPORTED: Final = "exported"
EXPENDED: Final = "expended"

UNBOUNDED: Final = frozenset({ACQUIRED, CONVERTED, UNEXPLAINED})
"""Places that may give more than came to them: what they hold is not kept, it is what the lines say."""
REFERRED: Final = frozenset({STORE, IN_TRANSIT, ON_ISSUE})
"""Places of which there are many, told apart by ``ref``."""
LONGEST_REF_BYTES: Final = 500
"""So that an index holds it."""


class Spot(NamedTuple):
    """One end of a line. kind: a name above. store_id: of a store only.

    ref: in a store the stack (empty: the store itself), in transit the consignment, on issue who has it; else empty.
    """

    kind: str
    store_id: str | None = None
    ref: str = ""

    @classmethod
    def store(cls, store_id: str, stack: str = "") -> Spot:
        """A store, or a stack in it."""
        return cls(STORE, store_id, stack)

    @property
    def is_bounded(self) -> bool:
        """Whether no more can leave it than came to it."""
        return self.kind not in UNBOUNDED

    @property
    def is_sound(self) -> bool:
        """Whether it is named as its kind wants it."""
        named = (self.store_id is not None) == (self.kind == STORE) and (self.kind in REFERRED or not self.ref)
        return named and len(self.ref.encode()) <= LONGEST_REF_BYTES

    def __str__(self) -> str:
        return self.store_id or self.kind
