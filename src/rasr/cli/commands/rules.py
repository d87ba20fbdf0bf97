"""``rasr blast`` and ``rasr distance``: one figure with its formula, edition and status."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import asdict
from math import isfinite

from rasr.cli.say import Say
from rasr.core.assessment.explosives import airblast, distances, equivalence


def blast(args: Namespace, say: Say) -> int:
    """Airblast at one distance; a parameter outside its own limits is told so, a case outside all of them refused."""
    case = args.distance_m, args.geometry, args.method
    filling = equivalence.equivalent(args.explosive)
    tnt_kg = float(equivalence.tnt_kg(args.explosive, args.mass_kg))
    impulse_tnt_kg = args.mass_kg * filling.factors["impulse"] if "impulse" in filling.factors else None
    found = _numbers(airblast.airblast(tnt_kg, *case))
    by_impulse = _numbers(airblast.airblast(impulse_tnt_kg or tnt_kg, *case))
    for name in ("incident_impulse_kpa_ms", "reflected_impulse_kpa_ms"):
        found[name] = by_impulse[name] if impulse_tnt_kg else None
    if all(found[name] is None for name in airblast.NAMES):
        airblast.airblast(tnt_kg, *case, outside="refuse")
    values: dict[str, float | str | None] = {
        "explosive": filling.explosive,
        "mass_kg": args.mass_kg,
        "tnt_by_pressure_kg": tnt_kg,
        "tnt_by_impulse_kg": impulse_tnt_kg,
        "distance_m": args.distance_m,
        **found,
    }
    rows = [(name, _told(value)) for name, value in values.items()]
    title = f"Airblast of {args.mass_kg:g} kg {filling.explosive} at {args.distance_m:g} m"
    say.table(title, ("figure", "value"), rows)
    say.result(**values)
    return 0


def _numbers(wave: airblast.Wave) -> dict[str, float | str | None]:
    """The figures of a wave at one place; None for what is not defined there."""
    told: dict[str, float | str | None] = {}
    for name, value in asdict(wave).items():
        if name != "outside":
            number = value if isinstance(value, str) else float(value)
            told[name] = number if isinstance(number, str) or isfinite(number) else None
    return told


def _told(value: float | str | None) -> str:
    if value is None:
        return "outside its limits, or not covered"
    return value if isinstance(value, str) else f"{value:.4g}"


def distance(args: Namespace, say: Say) -> int:
    """The distance the rules require for a quantity, or the greatest quantity for a distance."""
    case = args.exposure, args.pes, args.mce_kg, args.barricaded
    faces = {"pes_face": args.pes_face, "exposure_face": args.exposure_face}
    if args.neq_kg is not None:
        found = distances.required_distance(args.rules, args.hd, args.neq_kg, *case, **faces)
        say.line(_distance_line(found))
        if found.generic is not None:
            say.line(f"Beside it, by k factor: {_distance_line(found.generic)}")
        say.line(found.note)
        say.result(**asdict(found))
        return 0
    most = distances.greatest_neq(args.rules, args.hd, args.distance_m, *case, **faces)
    say.line(_quantity_line(most))
    if most.generic is not None:
        say.line(f"Beside it, by k factor: {_quantity_line(most.generic)}")
    say.line(most.note)
    say.result(**asdict(most))
    return 0


def _distance_line(found: distances.RequiredDistance) -> str:
    if found.distance_m is None:
        return f"Not covered by {found.rule_set}."
    if not found.quantity:
        return f"No distance is asked for by {found.rule_set}, {found.edition}, {found.clause}; status: {found.status}"
    rule = f"{found.function} ({found.quantity})"
    return f"{found.distance_m} m by {rule}, {found.rule_set}, {found.edition}; status: {found.status}"


def _quantity_line(found: distances.GreatestNeq) -> str:
    if found.neq_kg is None:
        return f"No quantity by {found.rule_set}; status: {found.status}"
    return f"{found.neq_kg:,.1f} kg by {found.function}, {found.rule_set}, {found.edition}; status: {found.status}"
