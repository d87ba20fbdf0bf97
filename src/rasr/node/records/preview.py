"""What was found in a workbook and what loading it would change, from how it is kept, ready to be shown.

>>> kept = {"tables": [], "stock": [], "stock_changes": 3, "leaving": 2, "fewer": 1}
>>> Preview(4, kept, {**kept, "leaving": 0}).unexplained(whole=False)
1
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rasr.core.basis.findings import Finding
from rasr.core.reference import loader
from rasr.node.records.checking import GRAVEST_FIRST
from rasr.node.records.choices import NAMES, Loading, Outcome
from rasr.node.records.models import MovementKind, Upload
from rasr.node.records.staging import POSTED
from rasr.node.web.messages import say

REPLACING = (Loading.PART, Loading.WHOLE)
"""Ways that write rows of the register over, so that it must be as it was when they were compared."""
_ORDER = {table: place for place, table in enumerate(("", *loader.TABLES))}


@dataclass(frozen=True)
class Preview:
    """What loading would change. version: the register it was made against.

    whole, part: a ``comparing.Preview`` as it is kept, for a file that is the whole register and for one that is not.
    part_only: the file lacks what a whole register needs. ways: to each ``Loading`` what ``staging.summary`` tells of
    its lines. alike, too_many: see ``checking.alike``.
    """

    version: int | None
    whole: Mapping[str, Any]
    part: Mapping[str, Any]
    part_only: bool = False
    ways: Mapping[str, Any] = field(default_factory=dict)
    alike: Sequence[Mapping[str, Any]] = ()
    too_many: int = 0

    @classmethod
    def of(cls, found: Upload) -> Preview:
        """That of an upload that was checked and has no errors."""
        named = ("whole", "part", "ways", "alike", "too_many")
        kept = {name: found.differences[name] for name in named if name in found.differences}
        return cls(found.register_version, **kept, part_only=found.part_only)

    def offered(self, *, moved_on: bool) -> list[Loading]:
        """What the file may stand for. moved_on: the register is not as it was; then nothing of it is replaced."""
        always = REPLACING[:1] if self.part_only else REPLACING
        known = [way for way in Loading if way in always or way in self.ways]
        open_ones = [way for way in known if not self.ways.get(way, {}).keys() & {"errors", "barred"}]
        return [way for way in open_ones if not (moved_on and way in REPLACING)]

    def told(self, *, moved_on: bool) -> list[dict[str, Any]]:
        """Each way: how many lines it posts, by kind; how many are there already, and are left out; barred: how
        many records bar it."""
        known = [way for way in Loading if "outcomes" in self.ways.get(way, {})]
        return [_told(way, self.ways[way]) for way in known if not (moved_on and way in REPLACING)]

    @property
    def no_opening(self) -> int:
        """Errors that the register would have with the opening balances; 0 where they may be posted."""
        return int(self.ways.get(Loading.OPENING, {}).get("errors", 0))

    def unexplained(self, *, whole: bool) -> int:
        """Records of stock of which something goes to unexplained: those that leave, and those that become fewer."""
        kept = self.whole if whole else self.part
        return int(kept["leaving"] + kept["fewer"])

    @property
    def tables(self) -> list[dict[str, Any]]:
        """Tables with their names and counts: those of the register too, unless the file is only a part of one."""
        return [
            {**table, "name": NAMES[table["table"]]}
            for table in self.whole["tables"]
            if not self.part_only or any(table[kind] for kind in ("new", "changed", "same"))
        ]

    @property
    def nothing(self) -> bool:
        """Whether the register would stay as it is."""
        return not any(table[kind] for table in self._most["tables"] for kind in ("new", "changed", "gone"))

    @property
    def _most(self) -> Mapping[str, Any]:
        return self.part if self.part_only else self.whole


def _told(way: Loading, summary: Mapping[str, Any]) -> dict[str, Any]:
    outcomes = summary["outcomes"]
    posted, there = (sum(outcomes.get(one, 0) for one in some) for some in (POSTED, (Outcome.EXISTS,)))
    return {
        "way": way,
        "barred": summary.get("barred", 0),
        "kinds": [(MovementKind(kind).label, number) for kind, number in summary["kinds"].items()],
        "posted": posted,
        "there": there,
        "left": sum(outcomes.values()) - posted - there,
    }


def by_table(kept: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """How many findings of each severity stand in each table, in the order of the tables; "" is outside all."""
    counts = Counter((finding["table"], finding["severity"]) for finding in kept)
    tables = sorted({table for table, _ in counts}, key=lambda table: _ORDER.get(table, len(_ORDER)))
    return [{"table": table, **{severity: counts[table, severity] for severity in GRAVEST_FIRST}} for table in tables]


def chosen(kept: Sequence[Mapping[str, Any]], severity: str, table: str, words: str) -> list[Mapping[str, Any]]:
    """The findings of a severity and a table (empty: all) that hold every word."""
    some = [
        finding
        for finding in kept
        if (not severity or finding["severity"] == severity) and (not table or finding["table"] == table)
    ]
    wanted = words.casefold().split()
    if not wanted:
        return some
    return [finding for finding in some if all(word in _text(finding) for word in wanted)]


def _text(kept: Mapping[str, Any]) -> str:
    parts = (kept["table"], kept["column"], kept["value"], str(kept["row"] or ""), say(Finding(**kept)))
    return " ".join(parts).casefold()
