"""Rules in words and figures: the formula of a branch, what a function asks for, what a cell says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rasr.core.assessment.explosives.distance_functions import Branch, Function
from rasr.core.assessment.explosives.rule_checks import ANY
from rasr.core.assessment.explosives.rule_sets import Cell, branch
from rasr.core.hazard.mixing import Mixing
from rasr.node.people.approvals.told import Told, ours
from rasr.node.web import codes
from rasr.node.web.figures import write

POINTS = 25
"""Quantities of a chart."""
SHOWN_DIGITS = 12
"""Of a formula: who agrees to it must see all of it."""
CASE = ("pes", "pes_face", "exposure_kind", "exposure_face", "barricaded", "hazard_division", "effect")
HEADINGS: dict[str, Any] = {
    "rules": gettext_lazy("Rule set"),
    "edition": gettext_lazy("Edition"),
    "pes": gettext_lazy("Store (PES)"),
    "pes_face": gettext_lazy("Face of the store"),
    "exposure_kind": gettext_lazy("Exposed site (ES)"),
    "exposure_face": gettext_lazy("Face of the exposed site"),
    "barricaded": gettext_lazy("Barricade between"),
    "hazard_division": gettext_lazy("Hazard division"),
    "effect": gettext_lazy("Effect"),
    "quantity": gettext_lazy("Quantity that counts"),
    "function": gettext_lazy("Distance function"),
    "protection": gettext_lazy("Protection"),
    "clause": gettext_lazy("Clause"),
    "source": gettext_lazy("Source"),
    "status": gettext_lazy("Status"),
    "note": gettext_lazy("Note"),
    "valid_from": gettext_lazy("Valid from"),
    "entered": gettext_lazy("Entered by"),
    "agreed": gettext_lazy("Agreed by"),
    "least_kg": gettext_lazy("Least quantity, kg"),
    "most_kg": gettext_lazy("Greatest quantity, kg"),
    "branches": gettext_lazy("Branches"),
    "at_1_t_m": gettext_lazy("Distance at 1 t, m"),
    "at_10_t_m": gettext_lazy("Distance at 10 t, m"),
    "method": gettext_lazy("Method"),
    "q_min_kg": gettext_lazy("From, kg"),
    "q_max_kg": gettext_lazy("To, kg"),
    "q_min_included": gettext_lazy("The lower limit included"),
    "q_max_included": gettext_lazy("The upper limit included"),
    "form": gettext_lazy("Form"),
    "scale": gettext_lazy("Factor before all"),
    "exponent": gettext_lazy("Exponent"),
    "shift_kg": gettext_lazy("Taken off the quantity, kg"),
    "k_factor": gettext_lazy("k factor"),
    "group_1": gettext_lazy("Compatibility group"),
    "group_2": gettext_lazy("With compatibility group"),
    "pair": gettext_lazy("Groups"),
    "answer": gettext_lazy("May they lie together?"),
    "condition": gettext_lazy("Condition"),
}
"""Columns by their names."""
WORDS: dict[str, Any] = {
    "function": gettext_lazy("Distance function"),
    "cell": gettext_lazy("Cell"),
    "mixing": gettext_lazy("Mixing"),
    "conditional": gettext_lazy("under a condition"),
    "unverified": gettext_lazy("not verified, to be decided"),
    "in_force": gettext_lazy("in force"),
    "later": gettext_lazy("holds from its day"),
    "replaced": gettext_lazy("replaced"),
    "withdrawn": gettext_lazy("withdrawn"),
    "verified": gettext_lazy("verified"),
    "secondary": gettext_lazy("secondary"),
    "assumed": gettext_lazy("assumed"),
    "not_verified": gettext_lazy("not verified"),
    "any": gettext_lazy("any"),
    "yes": gettext_lazy("yes"),
    "no": gettext_lazy("no"),
    "front": gettext_lazy("front"),
    "side": gettext_lazy("side"),
    "rear": gettext_lazy("rear"),
    "blast": gettext_lazy("blast"),
    "debris_fragment": gettext_lazy("fragments and debris"),
    "progressive": gettext_lazy("progressive event"),
    "thermal": gettext_lazy("heat"),
    "NEQ": gettext_lazy("NEQ"),
    "MCE": gettext_lazy("MCE, the greatest credible event"),
    "virtually_complete": gettext_lazy("virtually complete"),
    "high_degree": gettext_lazy("high degree"),
    "limited_degree": gettext_lazy("limited degree"),
    "no_distance": gettext_lazy("no distance"),
    "not_applicable": gettext_lazy("not applicable"),
    "constant": gettext_lazy("one distance for all quantities"),
    "linear": gettext_lazy("in proportion to Q"),
    "power": gettext_lazy("power of Q"),
    "log_quadratic": gettext_lazy("by ln Q"),
    "exp_log_quadratic": gettext_lazy("e to a power of ln Q"),
    "gap": gettext_lazy("nothing is published here"),
    "magazine": gettext_lazy("Any other store"),
    "earth_covered_magazine_7_bar": gettext_lazy("Earth-covered magazine, 7 bar"),
    "earth_covered_magazine_3_bar": gettext_lazy("Earth-covered magazine, 3 bar"),
    "earth_covered_magazine_undefined": gettext_lazy("Earth-covered magazine, not specified"),
    "workshop_barricaded": gettext_lazy("Workshop, barricaded"),
    "public_traffic_route_low": gettext_lazy("Public traffic route, little traffic"),
    "public_traffic_route_medium": gettext_lazy("Public traffic route, medium traffic"),
    "public_traffic_route_high": gettext_lazy("Public traffic route, much traffic"),
    "support_building_under_20": gettext_lazy("Support building, under 20 persons"),
    "support_building_20_or_more": gettext_lazy("Support building, 20 persons or more"),
}
"""Words of the rule sets that no other table of names knows."""
SHORT: dict[str, Any] = {"NEQ": gettext_lazy("NEQ"), "MCE": gettext_lazy("MCE")}
"""Quantities that count, where there is little room."""
REMARKS: dict[str, Any] = {
    "the one cell that is public": gettext_lazy("the one cell that is public"),
    "the function alone; its cell of Annex 1-A was not read": gettext_lazy(
        "the function alone; its cell of Annex 1-A was not read"
    ),
}
"""What clauses of the shipped cells say in words, behind the place in the document."""
codes.NAMES["rule_words"] = codes.NAMES["kind"] | codes.NAMES["construction"] | WORDS


def word(code: str) -> str:
    """A code of a cell as people read it; what is a name or a text is given back as it is."""
    known = codes.NAMES["rule_words"].get(code)
    return code if known is None else str(known)


def parted(text: str) -> tuple[str, str]:
    """A clause as the place in the document, which is the same in every language, and the remark of ``REMARKS`` on it.

    >>> parted("table 1, the one cell that is public"), parted("Table 2, row 9")
    (('table 1', 'the one cell that is public'), ('Table 2, row 9', ''))
    """
    for remark in REMARKS:
        if text.endswith(f", {remark}"):
            return text.removesuffix(f", {remark}"), remark
    return text, ""


def clause(text: str) -> str:
    """A clause as people read it."""
    place, remark = parted(text)
    return f"{place}, {REMARKS[remark]}" if remark else place


def formula(one: Branch) -> str:
    """A branch as a formula of distance in m by quantity Q in kg.

    >>> formula(Branch(1.0, True, 5e5, True, "power", 1.0, 0.0, 22.2, 0.0, 1 / 3, 0.0))
    '22.2 × Q^(1/3)'
    """
    if one.form == "gap":
        return _("nothing is published here")
    if one.form == "constant":
        return _figure(one.scale * one.k0)
    if one.form == "power":
        base = f"(Q − {_figure(one.shift_kg)})" if one.shift_kg else "Q"
        term = base if one.exponent == 1.0 else f"{base}^{_power(one.exponent)}"
    else:
        term = "Q" if one.form == "linear" else "ln Q"
    inner = _sum(one, term)
    if one.form == "exp_log_quadratic":
        inner = f"exp({inner})"
    elif one.scale != 1.0 and " " in inner:
        inner = f"({inner})"
    return inner if one.scale == 1.0 else f"{_figure(one.scale)} × {inner}"


def limits(one: Branch) -> str:
    """For which quantities a branch holds."""
    low, high = ("≤" if included else "<" for included in (one.q_min_included, one.q_max_included))
    return f"{_figure(one.q_min_kg)} {low} Q {high} {_figure(one.q_max_kg)}"


def _sum(one: Branch, term: str) -> str:
    squared = f"({term})²" if " " in term or "^" in term else f"{term}²"
    parts = [(one.k0, ""), (one.k1, f" × {term}"), (one.k2, f" × {squared}")]
    told = ""
    for factor, rest in parts:
        if factor or (not told and rest.endswith("²")):
            figure = f"{_figure(abs(factor))}{rest}"
            sign = ("− " if factor < 0 else "+ ") if told else ("−" if factor < 0 else "")
            told = f"{told} {sign}{figure}".strip()
    return told


def _power(exponent: float) -> str:
    for below in (2, 3, 4, 6):
        over = exponent * below
        if abs(over - round(over)) < 1e-9 and exponent != round(exponent):
            return f"({round(over)}/{below})"
    return _figure(exponent)


def _figure(value: float) -> str:
    return f"{value:.{SHOWN_DIGITS}g}" if abs(value) < 1e6 else f"{value:,.0f}".replace(",", "\u202f")


def curve(function: Function) -> tuple[list[float], list[float | None]]:
    """Quantities between a function's limits, kg, and the distance in m of each; None in a gap."""
    quantities = np.geomspace(function.least_kg, function.greatest_kg, POINTS)
    quantities[-1] = function.greatest_kg
    distances = function.exact_distance_m(quantities, "nan")
    return [float(q) for q in quantities], [None if np.isnan(m) else float(m) for m in distances]


def chart(function: Function) -> dict[str, Any]:
    """A function as the chart ``danger`` takes it."""
    quantities, distances = curve(function)
    steps = [f"{write('significant:3', quantity)} kg" for quantity in quantities]
    return {"periods": steps, "series": [{"name": function.name, "values": distances}], "unit": "m"}


def distance_at(function: Function, quantity_kg: float) -> float | None:
    """The distance in whole metres; None beyond the function's limits."""
    found = float(function.distance_m(quantity_kg, "nan"))
    return None if np.isnan(found) else found


# What a second person sees.


def of_cell(row: Mapping[str, str]) -> Told:
    """What a cell is about."""
    named = {name: _told(row[name]) for name in ("rules", "edition", "pes", "exposure_kind", "hazard_division")}
    narrowed: list[Told] = [
        ours(gettext_lazy("{name}: {value}"), name=ours(HEADINGS[name]), value=_told(row[name]))
        for name in ("pes_face", "exposure_face", "barricaded", "effect")
        if row[name] != ANY
    ]
    named["more"] = narrowed or "–"
    text = gettext_lazy(
        "{rules}, {edition}: from {pes} to {exposure_kind}, hazard division {hazard_division}; narrowed by: {more}"
    )
    return ours(text, **named)


def said_by(row: Mapping[str, str] | Cell | None) -> Told:
    """What a cell asks for, and where it stands; a dash for none."""
    if row is None:
        return "–"
    own = {name: getattr(row, name) for name in COLUMNS_SAID} if isinstance(row, Cell) else row
    named = {name: _told(own[name]) for name in COLUMNS_SAID} | {"clause": _clause_told(own["clause"])}
    return ours(
        gettext_lazy("{function} on {quantity}, protection: {protection}; {clause}; {source}; {status}; {note}"),
        **named,
    )


COLUMNS_SAID = ("function", "quantity", "protection", "clause", "source", "status", "note")


def of_mixing(row: Mapping[str, str]) -> Told:
    """What a decision is about."""
    named = {name: row[name] for name in ("rules", "edition", "group_1", "group_2")}
    return ours(gettext_lazy("{rules}, {edition}: group {group_1} with group {group_2}"), **named)


def said_mixing(one: Mapping[str, str] | Mixing) -> Told:
    """Whether two groups may lie together, under which condition, and where it stands."""
    row = vars(one) if isinstance(one, Mixing) else one
    named = {name: _told(row[name]) for name in ("answer", "condition", "clause", "source", "status")}
    return ours(gettext_lazy("{answer}, condition: {condition}; {clause}; {source}; {status}"), **named)


def of_function(name: str, rules: str) -> Told:
    """What a function is called."""
    return ours(gettext_lazy("Distance function {name} of {rules}"), name=name, rules=rules)


def said_branches(rows: Iterable[Mapping[str, str]]) -> list[Told]:
    """Every branch with limits, formula, clause, source."""
    return [
        ours(
            gettext_lazy("{limits}: {formula} m; {clause}; {source}; {status}; {note}"),
            limits=limits(one),
            formula=formula(one),
            **{name: _told(row.get(name, "")) for name in ("clause", "source", "status", "note")},
        )
        for row in rows
        for one in (branch(row),)
    ]


def said_function(function: Function | None) -> Told:
    """A function that holds now; a dash for none."""
    if function is None:
        return "–"
    lines: list[Told] = [f"{limits(one)}: {formula(one)} m" for one in function.branches]
    last = ours(
        gettext_lazy("{clause}; {source}; {status}"),
        clause=function.clause,
        source=function.source,
        status=_told(function.status),
    )
    return [*lines, last]


def _clause_told(text: str) -> Told:
    place, remark = parted(text)
    return [place, ours(REMARKS[remark])] if remark else place or "–"


def _told(code: str) -> Told:
    """A word to be kept and told in any language; what is a name or a text as it is."""
    known = codes.NAMES["rule_words"].get(code)
    return (code or "–") if known is None else ours(known)
