"""Quantity distances: how far an exposed site must lie from so much net explosive quantity (NEQ), and the way back.

By one of the rule sets that stand side by side (``rule_sets``). Without a construction of the store: the function that
serves the exposed site. With one: the known cell of the matrix, or not covered, with the generic k factor beside it.
What was not read in its document is ``not_verified`` and permits nothing; what is missing is never guessed.

>>> found = required_distance("aastp-1", "1.1", 1000.0, "inhabited_building")
>>> found.distance_m, found.function, found.status
(222, 'BD30', 'not_verified')
>>> greatest_neq("aastp-1", "1.1", 222.0, "inhabited_building").neq_kg
1000.0
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rasr.core.assessment.explosives import rule_checks
from rasr.core.assessment.explosives.cells import Case, Governing, governing, has_matrix, known_or_generic
from rasr.core.assessment.explosives.distance_functions import Branch, Outside
from rasr.core.assessment.explosives.rule_sets import GENERIC, RuleBook, shipped
from rasr.core.basis.findings import Refused
from rasr.core.hazard.divisions import NOT_APPLICABLE
from rasr.core.reference import loader

FloatArray = NDArray[np.float64]
NOT_COVERED = "not_covered"
FIRM = ("verified", "secondary")
"""Statuses on which something may be permitted."""
MAGAZINE = "magazine"
MATRIX_NOTE = (
    "By distance function alone: the matrix of potential explosion sites and exposed sites is not applied, "
    "nor any least distance for fragments and debris."
)
MCE_NOTE = "No maximum credible event was given, so only the quantity as a whole counts."


@dataclass(frozen=True)
class RequiredDistance:
    """A distance with what it stands on. distance_m None: not covered; generic is then what the k factor asks for."""

    distance_m: int | None
    function: str
    quantity: str
    rule_set: str
    edition: str
    clause: str
    source: str
    status: str
    note: str
    generic: RequiredDistance | None = None

    @property
    def may_permit(self) -> bool:
        """Whether it may count as permission: what was not read in its document never does."""
        return self.status in FIRM


@dataclass(frozen=True)
class GreatestNeq:
    """The greatest NEQ that a distance allows, kg, with what binds. neq_kg None: not covered."""

    neq_kg: float | None
    function: str
    rule_set: str
    edition: str
    clause: str
    source: str
    status: str
    note: str
    generic: GreatestNeq | None = None


def required_distance(
    rules: str,
    hd: str,
    neq_kg: float,
    exposure: str,
    pes: str | None = None,
    mce_kg: float | None = None,
    barricaded: bool | None = None,
    *,
    pes_face: str | None = None,
    exposure_face: str | None = None,
    book: RuleBook | None = None,
) -> RequiredDistance:
    """The distance that these rules ask for between so much of a hazard division and an exposed site.

    The greatest of the distances of every effect, and by NEQ and by maximum credible event (MCE), where both apply.
    Refused: unknown_rule (a name that is not known), not_available (without pes: no function known for this case),
    not_above_zero, out_of_range (quantity beyond the function's limits).
    """
    sets = book or shipped()
    case = Case(hd, exposure, pes, pes_face, exposure_face, barricaded)
    name = _known_names(sets, rules, case)
    for kind, quantity in (("NEQ", neq_kg), ("MCE", mce_kg)):
        if quantity is not None and not 0.0 < quantity < np.inf:
            raise Refused("not_above_zero", quantity=f"The {kind} in kg", value=quantity)
    found = governing(sets, name, case)
    missing = _missing(sets, found, case, mce_kg)
    if not missing:
        return _worked_out(found, neq_kg, mce_kg, case)
    if not case.has_pes or not has_matrix(sets, name):
        what = f"A distance for {exposure} from hazard division {hd} by {name}"
        raise Refused("not_available", what=what, reason=missing)
    beside = known_or_generic(sets, GENERIC, replace(case, pes=None))
    generic = _worked_out(beside, neq_kg, mce_kg, case) if beside.covered else None
    return RequiredDistance(None, "", "", name, sets.edition(name), "", "", NOT_COVERED, missing, generic)


def greatest_neq(
    rules: str,
    hd: str,
    distance_m: float,
    exposure: str,
    pes: str | None = None,
    mce_kg: float | None = None,
    barricaded: bool | None = None,
    *,
    pes_face: str | None = None,
    exposure_face: str | None = None,
    book: RuleBook | None = None,
) -> GreatestNeq:
    """The greatest NEQ whose required distance is not more than this one; 0 where nothing may lie there.

    At most what the function holds for. Refused as ``required_distance``.
    """
    sets = book or shipped()
    case = Case(hd, exposure, pes, pes_face, exposure_face, barricaded)
    name = _known_names(sets, rules, case)
    if not 0.0 < distance_m < np.inf:
        raise Refused("not_above_zero", quantity="The distance in m", value=distance_m)
    found = governing(sets, name, case)
    missing = _missing(sets, found, case, mce_kg)
    if not missing:
        return _greatest(found, distance_m, mce_kg, case)
    if not case.has_pes or not has_matrix(sets, name):
        what = f"A quantity for {exposure} and hazard division {hd} by {name}"
        raise Refused("not_available", what=what, reason=missing)
    beside = known_or_generic(sets, GENERIC, replace(case, pes=None))
    generic = _greatest(beside, distance_m, mce_kg, case) if beside.covered else None
    return GreatestNeq(None, "", name, sets.edition(name), "", "", NOT_COVERED, missing, generic)


def for_content(
    rules: str,
    content: Mapping[str, float],
    exposure: str,
    pes: str | None = None,
    mce_kg: float | None = None,
    barricaded: bool | None = None,
    *,
    pes_face: str | None = None,
    exposure_face: str | None = None,
    book: RuleBook | None = None,
) -> RequiredDistance:
    """The distance for a mixed content: NEQ in kg by hazard division, added up by ``reference/hazard/aggregation.csv``.

    The greatest over what is counted together. Not covered as soon as one part of it is. Refused: not_above_zero where
    nothing is held, else as ``required_distance`` (not_available becomes not covered).
    """
    parts = counted_together(content)
    if not parts:
        raise Refused("not_above_zero", quantity="The NEQ in kg", value=0.0)
    found = []
    for division, neq_kg in parts.items():
        asked = (rules, division, neq_kg, exposure, pes, mce_kg, barricaded)
        try:
            found.append(required_distance(*asked, pes_face=pes_face, exposure_face=exposure_face, book=book))
        except Refused as refusal:
            if refusal.code != "not_available":
                raise
            sets, reason = book or shipped(), f"{division}: {refusal.numbers['reason']}"
            edition = sets.edition(sets.known(rules))
            found.append(RequiredDistance(None, "", "", sets.known(rules), edition, "", "", NOT_COVERED, reason))
    open_parts = [each for each in found if each.distance_m is None]
    if open_parts:
        return open_parts[0]
    greatest = max(found, key=lambda each: each.distance_m or 0)
    weakest = max((each.status for each in found), key=rule_checks.STATUSES.index)
    return replace(greatest, status=max(weakest, _aggregation_status(parts, content), key=rule_checks.STATUSES.index))


def counted_together(content: Mapping[str, float]) -> dict[str, float]:
    """NEQ by the division that it counts as: what is added to 1.1 where any is there, each other division by itself.

    content: hazard division or sub-division to NEQ, kg; what is 0, unknown (nan) or holds no explosive counts nothing.
    """
    division_of = {row["hazard_division"]: row["licensed_as"] for row in loader.rows("hazard/divisions.csv")}
    held = {name: kg for name, kg in content.items() if name in division_of and kg > 0}
    for rule in loader.rows("hazard/aggregation.csv"):
        added = rule["divisions_added"].split("|")
        together = {name for name in held if division_of[name] in added}
        present = any(division_of[name] == rule["when_present"] for name in held)
        if present and len(added) > 1:
            alone = {name: kg for name, kg in held.items() if name not in together}
            return {rule["when_present"]: sum(held[name] for name in together), **alone}
    return held


def _aggregation_status(parts: Mapping[str, float], content: Mapping[str, float]) -> str:
    """The status of the rule by which divisions were counted together; firm where there was one division only."""
    if len([kg for kg in content.values() if kg > 0]) <= 1:
        return rule_checks.STATUSES[0]
    rules = [row["status"] for row in loader.rows("hazard/aggregation.csv") if row["when_present"] in parts]
    return max(rules, key=rule_checks.STATUSES.index, default=rule_checks.STATUSES[-1])


def inter_magazine_m(neq_kg: ArrayLike, barricaded: ArrayLike, book: RuleBook | None = None) -> FloatArray:
    """The generic distance between stores of 1.1, m, not rounded: k 3.6, and 2.4 where a barricade stands between.

    Arrays that broadcast; NEQ in kg. nan where there is none and beyond the limits of the function; below its least
    quantity the least counts. Its cells: ``inter_magazine_rule``.
    """
    sets = book or shipped()
    bare, behind = (_between_m(sets, np.asarray(neq_kg, float), stands) for stands in (False, True))
    return np.where(np.asarray(barricaded, bool), behind, bare)


def _between_m(book: RuleBook, neq_kg: FloatArray, barricaded: bool) -> FloatArray:
    asked = [
        function.exact_distance_m(np.where(neq_kg > 0, np.maximum(neq_kg, function.least_kg), np.nan), "nan")
        for function in inter_magazine_rule(barricaded, book).functions
    ]
    required: FloatArray = np.maximum.reduce([np.where(neq_kg > 0, 0.0, np.nan), *asked])
    return required


def inter_magazine_rule(barricaded: bool, book: RuleBook | None = None) -> Governing:
    """The generic rule between stores of 1.1: its cells and functions, of which the greatest distance counts."""
    return governing(book or shipped(), GENERIC, Case("1.1", MAGAZINE, barricaded=barricaded))


def serving_functions(rules: str, hd: str, exposure: str, book: RuleBook | None = None) -> list[dict[str, str]]:
    """The rows that serve an exposed site whatever the store is built like, without a barricade; none: not known."""
    return [asdict(cell) for cell in governing(book or shipped(), rules, Case(hd, exposure)).cells]


def branches_of(function: str) -> Sequence[Branch]:
    """The branches of a distance function, from small to large quantity. Refused: unknown_rule."""
    return shipped().function(function).branches


def distance_m(function: str, quantity_kg: ArrayLike, outside: Outside = "refuse") -> FloatArray:
    """Distance of a function, rounded up to whole metres; see ``distance_functions.Function.distance_m``."""
    return shipped().function(function).distance_m(quantity_kg, outside)


def exact_distance_m(function: str, quantity_kg: ArrayLike, outside: Outside = "refuse") -> FloatArray:
    """Distance of a function before rounding; otherwise as ``distance_m``."""
    return shipped().function(function).exact_distance_m(quantity_kg, outside)


def quantity_kg(function: str, distance_m: ArrayLike) -> FloatArray:
    """The greatest quantity whose distance in whole metres is not more than this one; 0 where there is none."""
    return shipped().function(function).greatest_quantity_kg(distance_m)


def _known_names(book: RuleBook, rules: str, case: Case) -> str:
    """The rule set's name. Refused: unknown_rule for any name that is not known."""
    faces = rule_checks.FACES
    divisions = (*rule_checks.divisions(), NOT_APPLICABLE)
    asked = (
        ("hazard division", case.hazard_division, divisions),
        ("kind of exposed site", case.exposure_kind, rule_checks.exposed_kinds()),
        ("kind of potential explosion site", case.pes, rule_checks.constructions()),
        ("face of the potential explosion site", case.pes_face, faces),
        ("face of the exposed site", case.exposure_face, faces),
    )
    name = book.known(rules)
    for what, value, known in asked:
        if value is not None and value not in known:
            raise Refused("unknown_rule", what=what, value=value, known=", ".join(known))
    return name


def _missing(book: RuleBook, found: Governing, case: Case, mce_kg: float | None) -> str:
    """Why there is no answer; nothing where there is one."""
    by_cell = case.has_pes and has_matrix(book, found.rules)
    if not found.covered:
        return "the cell of the matrix is not known" if by_cell else _why_missing(found.rules, case)
    if mce_kg is None and "MCE" in found.quantities and (by_cell or found.quantities == {"MCE"}):
        return "it needs the maximum credible event: give it"
    return ""


def _why_missing(rules: str, case: Case) -> str:
    if case.hazard_division == "1.2":
        return "division 1.2 is sited as 1.2.1, 1.2.2 or 1.2.3; name which"
    if case.hazard_division == NOT_APPLICABLE:
        return "what holds no explosive asks for none"
    if case.exposure_kind == "open_air":
        return "the distance functions name none for people in the open"
    return f"the part of {rules} that says so is not at hand; take it from the standard itself"


def _worked_out(found: Governing, neq_kg: float, mce_kg: float | None, case: Case) -> RequiredDistance:
    given = {"NEQ": neq_kg, "MCE": mce_kg}
    parts = [
        (int(function.distance_m(quantity)), cell)
        for cell, function in found.served()
        if (quantity := given[cell.quantity]) is not None
    ]
    distance, cell = max(parts, key=lambda each: each[0], default=(0, found.cells[0]))
    return RequiredDistance(
        distance,
        cell.function,
        cell.quantity,
        found.rules,
        cell.edition,
        cell.clause,
        cell.source,
        found.status,
        _note(found, mce_kg, case),
    )


def _greatest(found: Governing, distance_m: float, mce_kg: float | None, case: Case) -> GreatestNeq:
    most, binding = np.inf, found.cells[0]
    for each in found.alone():
        kg = float(each.greatest_kg(distance_m, mce_kg))
        if kg < most:
            most, binding = kg, each.cells[0]
    note = _note(found, mce_kg, case)
    named = (binding.function, found.rules, binding.edition, binding.clause, binding.source, found.status)
    if np.isinf(most):
        return GreatestNeq(None, *named, f"No function limits the quantity. {note}".strip())
    return GreatestNeq(most, *named, note)


def _note(found: Governing, mce_kg: float | None, case: Case) -> str:
    notes = [cell.note for cell in found.cells if cell.note]
    if all(cell.pes == rule_checks.ANY for cell in found.cells):
        notes.append(MATRIX_NOTE)
        if case.has_pes or (case.barricaded is not None and all(c.barricaded == rule_checks.ANY for c in found.cells)):
            notes.append("The kind of potential explosion site and its barricade change nothing in these rules.")
    if mce_kg is None and "MCE" in found.quantities:
        notes.append(MCE_NOTE)
    return " ".join(dict.fromkeys(notes))
