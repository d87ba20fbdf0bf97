"""What was found in a workbook and what loading it would change, from how it is kept, ready to be shown.

>>> kept = {"tables": [], "stock": [], "stock_changes": 3, "leaving": 2, "fewer": 1}
>>> Preview(4, kept, {**kept, "leaving": 0}).unexplained(whole=False)
1
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rasr.core.basis.findings import Finding
from rasr.core.reference import loader
from rasr.node.records.choices import NAMES
from rasr.node.records.models import MovementKind
from rasr.node.records.uploading import GRAVEST_FIRST
from rasr.node.web.messages import say

_ORDER = {table: place for place, table in enumerate(("", *loader.TABLES))}


@dataclass(frozen=True)
class Preview:
    """What loading would change. version: the register it was made against.

    whole, part: a ``comparing.Preview`` as it is kept, for a file that is the whole register and for one that is not.
    part_only: the file lacks what a whole register needs.
    """

    version: int | None
    whole: Mapping[str, Any]
    part: Mapping[str, Any]
    part_only: bool = False

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
    def changes(self) -> list[dict[str, Any]]:
        """Records of stock that change, the first ones, with the name of the change."""
        return [{**change, "says": MovementKind(change["kind"]).label} for change in self._most["stock"]]

    @property
    def change_count(self) -> int:
        """How many records of stock change in all."""
        return int(self._most["stock_changes"])

    @property
    def nothing(self) -> bool:
        """Whether the register would stay as it is."""
        return not any(table[kind] for table in self._most["tables"] for kind in ("new", "changed", "gone"))

    @property
    def _most(self) -> Mapping[str, Any]:
        return self.part if self.part_only else self.whole


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
