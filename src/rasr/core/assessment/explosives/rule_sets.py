"""Rule sets as data: distance functions, and the cells that say which function serves which exposed site.

Several sets stand side by side in one book: ``aastp-1`` (the functions, and the cells of its matrix that are known),
``generic`` (k factors by kind of exposed site), and what a user adds. An overlay is a pair of small tables, with the
columns of ``reference/explosives/qd_functions.csv`` and ``qd_cells.csv``: new rows join the shipped ones, rows of the
same name or cell replace them. A cell whose pes is ``any`` serves an exposed site whatever the store is built like.
Nothing enters unchecked (``rule_checks``).

>>> sorted(shipped().names), shipped().function("BD30").rules
(['aastp-1', 'generic'], 'aastp-1')
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from fractions import Fraction
from functools import cache, cached_property

from rasr.core.assessment.explosives import rule_checks
from rasr.core.assessment.explosives.distance_functions import Branch, Function
from rasr.core.basis.findings import Finding, Refused
from rasr.core.reference import loader

AASTP, GENERIC = "aastp-1", "generic"
OTHER_NAMES = {"aastp1": AASTP}
"""Names that are understood besides."""
Row = Mapping[str, str]
Rows = Sequence[Row]


@dataclass(frozen=True)
class Cell:
    """One row of a rule set: so much of a division asks for a function between a store and an exposed site.

    pes, pes_face, exposure_kind, exposure_face, barricaded, effect: ``any`` where the row holds for all. quantity: NEQ
    or MCE, empty without a function. function: its name, or ``no_distance``, or ``not_applicable`` (for this effect).
    protection: ``virtually_complete``, ``high_degree``, ``limited_degree`` or empty.
    """

    rules: str
    edition: str
    pes: str
    pes_face: str
    exposure_kind: str
    exposure_face: str
    barricaded: str
    hazard_division: str
    effect: str
    quantity: str
    function: str
    protection: str
    clause: str
    source: str
    status: str
    note: str

    @property
    def has_function(self) -> bool:
        """Whether a distance comes from this row."""
        return self.function not in rule_checks.WITHOUT_FUNCTION


NAMES = tuple(field.name for field in fields(Cell))
KEY = rule_checks.KEY


@dataclass(frozen=True)
class Overlay:
    """Rows that a user keeps beside the shipped ones, every value as text: of functions, and of cells."""

    functions: Rows = ()
    cells: Rows = ()


@dataclass(frozen=True)
class RuleBook:
    """The rule sets in force: functions by name (each belongs to one set, any set may use it), and every cell."""

    functions: Mapping[str, Function]
    cells: tuple[Cell, ...]

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The rule sets that there are."""
        return tuple(dict.fromkeys(cell.rules for cell in self.cells))

    def known(self, rules: str) -> str:
        """The name of a rule set as it stands in the book. Refused: unknown_rule."""
        name = OTHER_NAMES.get(rules, rules)
        if name not in self.names:
            raise Refused("unknown_rule", what="rule set", value=rules, known=", ".join(self.names))
        return name

    def edition(self, rules: str) -> str:
        """The edition of a rule set: of its first cell."""
        return next(cell.edition for cell in self.cells if cell.rules == rules)

    def function(self, name: str) -> Function:
        """A distance function. Refused: unknown_rule."""
        if name not in self.functions:
            known = ", ".join(sorted(self.functions))
            raise Refused("unknown_rule", what="distance function", value=name, known=known)
        return self.functions[name]

    @cached_property
    def by_case(self) -> Mapping[tuple[str, str, str, str], tuple[Cell, ...]]:
        """The cells by rule set, construction of the store, kind of exposed site and hazard division."""
        found: dict[tuple[str, str, str, str], list[Cell]] = {}
        for cell in self.cells:
            found.setdefault((cell.rules, cell.pes, cell.exposure_kind, cell.hazard_division), []).append(cell)
        return {case: tuple(cells) for case, cells in found.items()}

    @cached_property
    def reach_m(self) -> float:
        """The greatest distance that any function asks for at all: nobody farther away is concerned."""
        return max((float(each.distance_m(each.greatest_kg, "nan")) for each in self.functions.values()), default=0.0)


def shipped() -> RuleBook:
    """The rule sets shipped, or standing in front of them (``loader.use_folder``). Refused: faulty_rule_set."""
    return _book_of(loader.edition())


@cache
def _book_of(_edition: str) -> RuleBook:
    tables = Overlay(loader.rows("explosives/qd_functions.csv"), loader.rows("explosives/qd_cells.csv"))
    return _checked(tables, rule_checks.faults(tables.functions, tables.cells))


def with_overlay(book: RuleBook, overlay: Overlay) -> RuleBook:
    """The book with the rows of an overlay; a function or a cell of the same name is replaced as a whole.

    Refused: faulty_rule_set, with the number of faults and the first of them; ``faults`` names them all.
    """
    added = _checked(overlay, faults(book, overlay))
    ours = {_key(cell): cell for cell in book.cells} | {_key(cell): cell for cell in added.cells}
    return RuleBook({**book.functions, **added.functions}, tuple(ours.values()))


def faults(book: RuleBook, overlay: Overlay) -> list[Finding]:
    """Every fault of an overlay at once, in the order of its rows; none: it may enter."""
    owners = {name: function.rules for name, function in book.functions.items()}
    return rule_checks.faults(overlay.functions, overlay.cells, owners)


def _checked(tables: Overlay, found: Sequence[Finding]) -> RuleBook:
    if found:
        first = found[0]
        raise Refused(
            "faulty_rule_set",
            faults=len(found),
            table=first.table,
            row=first.row or 0,
            column=first.column,
            first=loader.say_finding(first),
        )
    cells = tuple(Cell(**{name: row[name] for name in NAMES}) for row in tables.cells)
    return RuleBook(_functions(tables.functions), cells)


def _key(cell: Cell) -> tuple[str, ...]:
    return tuple(str(getattr(cell, name)) for name in KEY)


def _functions(rows: Iterable[Row]) -> dict[str, Function]:
    branches: dict[str, list[Row]] = {}
    for row in rows:
        branches.setdefault(row["function"], []).append(row)
    return {name: _function(name, own) for name, own in branches.items()}


def _function(name: str, rows: list[Row]) -> Function:
    ordered = sorted(rows, key=lambda row: (float(row["q_min_kg"]), float(row["q_max_kg"])))
    weakest = max((row["status"] for row in rows), key=rule_checks.STATUSES.index)
    first = ordered[0]
    return Function(name, first["rules"], tuple(map(branch, ordered)), first["clause"], first["source"], weakest)


def branch(row: Row) -> Branch:
    """A checked row of ``qd_functions.csv`` as a branch."""
    return Branch(
        float(row["q_min_kg"]),
        row["q_min_included"] == "yes",
        float(row["q_max_kg"]),
        row["q_max_included"] == "yes",
        row["form"],
        float(Fraction(row["scale"])),
        float(row["k0"]),
        float(row["k1"]),
        float(row["k2"]),
        float(Fraction(row["exponent"] or "1")),
        float(row["shift_kg"] or "0"),
    )
