"""What the form of each kind of movement asks: where its lines are chosen from, where they go, and what else is told.

One form serves all kinds; here stands in what they differ. From where to where a kind may go at all is the law of
``core.records.ledger.kinds``; kinds that come of other work (uploads, counts) have no form here.

>>> SHAPES["issue"].source.value, SHAPES["issue"].target.value
('store', 'party')
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from rasr.core.records.ledger.kinds import KINDS
from rasr.core.records.ledger.places import IN_TRANSIT, ON_ISSUE
from rasr.node.records.models import MovementKind


class Source(Enum):
    """Where the lines are chosen from: new things, what the store holds, what somebody has on issue, what is on its
    way, what was lost."""

    NEW = "new"
    STORE = "store"
    PARTY = "party"
    TRANSIT = "transit"
    GONE = "gone"


class Target(Enum):
    """Where the lines go: this store, another one, somebody, a truck, a place that is no place on the ground; or back
    into this store as something else."""

    HERE = "here"
    OTHER = "other"
    PARTY = "party"
    TRANSIT = "transit"
    NOWHERE = "nowhere"
    FACTS = "facts"
    THINGS = "things"


class Group(Enum):
    """How the kinds are put together on the page of a store."""

    IN = "in"
    OUT = "out"
    MISSING = "missing"
    JUDGED = "judged"
    FOR_GOOD = "for_good"


GROUPS: dict[Group, str | Promise] = {
    Group.IN: _("Something comes in"),
    Group.OUT: _("Something goes out"),
    Group.MISSING: _("Something is missing"),
    Group.JUDGED: _("Something becomes something else"),
    Group.FOR_GOOD: _("Something leaves for good"),
}


@dataclass(frozen=True)
class Shape:
    """The form of a kind. says: what it is for, in one sentence. button: what its button says.

    nowhere: the place that is no place on the ground, of a target that is one.
    """

    kind: str
    group: Group
    source: Source
    target: Target
    says: str | Promise
    nowhere: str = ""

    @property
    def name(self) -> str:
        """What the kind is called."""
        return str(MovementKind(self.kind).label)

    @property
    def right(self) -> str:
        """The right it asks for."""
        return "judge_stock" if KINDS[self.kind].is_judgement else "keep_stock"

    @property
    def needs_second_person(self) -> bool:
        """Whether it is asked for, and done when another person has agreed."""
        return KINDS[self.kind].needs_second_person

    @property
    def also_from_party(self) -> bool:
        """Whether its lines may be of what somebody has on issue, though most are of the store."""
        return self.source is Source.STORE and any(origin == ON_ISSUE for origin, _ in KINDS[self.kind].flows)

    @property
    def also_from_transit(self) -> bool:
        """Whether its lines may be of what is on its way: it never came, or a part of it did not."""
        from_there = any(origin == IN_TRANSIT for origin, _ in KINDS[self.kind].flows)
        return self.source is Source.STORE and self.group is Group.MISSING and from_there

    @property
    def makes_things(self) -> bool:
        """Whether new things are told in it."""
        return self.source is Source.NEW or self.target is Target.THINGS


_IN, _OUT, _MISSING, _JUDGED, _FOR_GOOD = Group
_HELD = Source.STORE
_AWAY = (_HELD, Target.NOWHERE)
_ALL = (
    Shape("receipt", _IN, Source.NEW, Target.HERE, _("It came from a maker, another authority or somebody outside.")),
    Shape("find", _IN, Source.NEW, Target.HERE, _("It was found, seized or handed in, and was not in the register.")),
    Shape("return", _IN, Source.PARTY, Target.HERE, _("Who had it on issue brings it back.")),
    Shape("arrival", _IN, Source.TRANSIT, Target.HERE, _("What another store sent is here. Say what really came.")),
    Shape("recovery", _IN, Source.GONE, Target.HERE, _("What was lost, stolen or missing is here again.")),
    Shape("issue", _OUT, _HELD, Target.PARTY, _("Somebody takes it and has it until it comes back.")),
    Shape("transfer", _OUT, _HELD, Target.OTHER, _("It is carried to another store at once.")),
    Shape("despatch", _OUT, _HELD, Target.TRANSIT, _("It is sent, and counts as on its way until it arrives.")),
    Shape("expenditure", _OUT, *_AWAY, _("It was fired or used up."), "expended"),
    Shape("loss", _MISSING, *_AWAY, _("It is lost. Report what happened as well."), "lost"),
    Shape("theft", _MISSING, *_AWAY, _("It was stolen. Report what happened as well."), "stolen"),
    Shape("write_off", _MISSING, *_AWAY, _("It cannot be accounted for any more."), "unexplained"),
    Shape("reclassification", _JUDGED, _HELD, Target.FACTS, _("Another condition, purpose or lot.")),
    Shape("conversion", _JUDGED, _HELD, Target.THINGS, _("It is split, joined, packed anew or taken apart.")),
    Shape("deactivation", _JUDGED, _HELD, Target.THINGS, _("A weapon is made unable to fire.")),
    Shape("destruction", _FOR_GOOD, *_AWAY, _("It was declared surplus and is destroyed."), "destroyed"),
    Shape("sale", _FOR_GOOD, *_AWAY, _("It was declared surplus and is sold."), "exported"),
    Shape("donation", _FOR_GOOD, *_AWAY, _("It was declared surplus and is given away."), "exported"),
    Shape("return_to_owner", _FOR_GOOD, *_AWAY, _("It goes back to whom it belongs."), "exported"),
)  # fmt: skip
SHAPES: dict[str, Shape] = {shape.kind: shape for shape in _ALL}
"""Code of a kind to its form, in the order of the page of a store."""
