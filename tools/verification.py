"""Writes what the assessment was checked against into ``docs/verification.md``, between two marks.

``python -m tools.verification`` writes it, ``--check`` writes nothing. Exit 1 where a check does not hold, or where
with ``--check`` the page is not current. Published tables: ``tests/published/data/``. Accidents are told, not judged.

>>> printed_the_same = off(np.array([12.04, 12.06]), ["12.0", "12.0"])
>>> [round(float(share), 3) for share in printed_the_same]
[0.0, 0.005]
"""

from __future__ import annotations

import argparse
import csv
import itertools
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tools.docs import ROOT, cell, table

from rasr.core.assessment.explosives import accidents, airblast, rule_sets
from rasr.core.assessment.explosives.airblast import (
    FREE_AIR,
    SURFACE_BURST,
    SWISDAK_ENGLISH_SURFACE_BURST,
    SWISDAK_SURFACE_BURST,
    Curves,
)
from rasr.core.assessment.explosives.distance_functions import Function

PAGE = "docs/verification.md"
PUBLISHED = "tests/published/data"
BEGIN, END = "<!-- assessment: made by tools/verification.py -->", "<!-- assessment: end -->"
FloatArray = NDArray[np.float64]

M_PER_FT, KG13_PER_LB13, KPA_PER_PSI = 0.3048, 0.45359237 ** (1 / 3), 6.894757
IN_METRIC: dict[airblast.Parameter, float] = {
    "incident_pressure": KPA_PER_PSI,
    "reflected_pressure": KPA_PER_PSI,
    "incident_impulse": KPA_PER_PSI / KG13_PER_LB13,
    "reflected_impulse": KPA_PER_PSI / KG13_PER_LB13,
    "arrival_time": 1.0 / KG13_PER_LB13,
    "positive_duration": 1.0 / KG13_PER_LB13,
    "shock_velocity": M_PER_FT,
}
FULL_AND_SIMPLIFIED: dict[airblast.Parameter, float] = {
    "incident_pressure": 0.0136,
    "reflected_pressure": 0.0096,
    "incident_impulse": 0.0215,
    "reflected_impulse": 0.0002,
    "arrival_time": 0.0031,
    "positive_duration": 0.0165,
    "shock_velocity": 0.0101,
}
"""How far the two lie apart at most between Z 0.2 and 40, as was found before this program by others' arithmetic."""
NOTHING = 1e-8
"""A share that is only the last binary digits of a float."""
JUMP = 0.01
"""Greater jumps between the branches of a distance function are named one by one."""


TEXT_OF_CHECKS = """## Assessment

Made by `make verification`. A printed value is missed only beyond half of its last digit; *at* is the scaled
distance (m/kg^(1/3)), the number of the value or the name of the function.
"""
TEXT_OF_JUMPS = f"""Distance functions that jump by more than {100 * JUMP:g} % where two of their printed branches meet;
where one falls the greater distance stays, so that more never asks for less:
"""
TEXT_OF_ACCIDENTS = """### Accidents

The TNT on the ground that makes the published damage out to the published radius, beside the published yield, whatever
it shows. Which side-on pressure a word for damage means is assumed (`accident_damage.csv`, from the tiers of IATG 02.20
Table 8). What fragments and fire destroy far off is no blast, and several explosions are not one: then the yield
implied is far too great.
"""


@dataclass(frozen=True)
class Check:
    """One comparison: of what with what, at how many points, the greatest miss as a share, and the most it may be."""

    of: str
    against: str
    points: int
    miss: float
    most: float
    where: str

    @property
    def holds(self) -> bool:
        """Whether it was near enough; a miss that is no number is not."""
        return self.miss <= self.most


# Published values.


def published(name: str) -> list[dict[str, str]]:
    """Rows of a published table."""
    with (ROOT / PUBLISHED / name).open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def printed(name: str, column: str, value: str) -> tuple[FloatArray, list[str]]:
    """Two columns of a published table, the second as it is printed; rows where it is empty are left out."""
    rows = [row for row in published(name) if row[value]]
    return np.array([float(row[column]) for row in rows]), [row[value] for row in rows]


def off(found: FloatArray, texts: Sequence[str]) -> FloatArray:
    """By what share a printed value is missed; nothing within half of its last digit."""
    said = np.array([float(text) for text in texts])
    half_digit = np.array([0.5 * 10.0 ** -len(text.partition(".")[2]) for text in texts])
    return np.where(np.abs(found - said) <= half_digit * 1.0001, 0.0, np.abs(found / said - 1.0))


# Airblast.


def airblast_checks() -> Iterator[Check]:
    """Every comparison of the airblast."""
    for parameter in airblast.PARAMETERS:
        yield metric_table(parameter)
    for parameter in airblast.PARAMETERS:
        yield english_table(parameter)
    yield calculator()
    yield tiers()
    for parameter, most in FULL_AND_SIMPLIFIED.items():
        yield full_and_simplified(parameter, most)
    for curves in (SURFACE_BURST, FREE_AIR):
        yield shock_relation(curves)
    for curves in (SURFACE_BURST, FREE_AIR, SWISDAK_SURFACE_BURST, SWISDAK_ENGLISH_SURFACE_BURST):
        yield way_back(curves)


def metric_table(parameter: airblast.Parameter) -> Check:
    """The simplified curves against the metric table of their own paper."""
    z, texts = printed("swisdak_1994_metric.csv", "z", parameter)
    missed = off(airblast.at_scaled_distance(parameter, z, SWISDAK_SURFACE_BURST), texts)
    told = f"simplified, {words(parameter)}", "metric table of ADA526744"
    return check(*told, missed, 0.009, z)


def english_table(parameter: airblast.Parameter) -> Check:
    """The simplified curves fitted in English units against the English table of their own paper."""
    z_english, texts = printed("swisdak_1994_english.csv", "z", parameter)
    z = z_english * M_PER_FT / KG13_PER_LB13
    found = airblast.at_scaled_distance(parameter, z, SWISDAK_ENGLISH_SURFACE_BURST) / IN_METRIC[parameter]
    told = f"simplified, English units, {words(parameter)}", "English table of ADA526744"
    return check(*told, off(found, texts), 0.009, z)


def calculator() -> Check:
    """The full polynomials against what the UN SaferGuard calculator prints."""
    rows, missed = published("saferguard.csv"), []
    for row in rows:
        wave = airblast.airblast(float(row["mass_tnt_kg"]), float(row["distance_m"]))
        names = [name for name in airblast.NAMES if name in row]
        missed.append(off(np.array([float(getattr(wave, name)) for name in names]), [row[name] for name in names]))
    every = np.concatenate(missed)
    return check(
        "full, six parameters", "UN SaferGuard calculator, 1 and 5 t at 50 m", every, 0.0005, np.arange(every.size)
    )


def tiers() -> Check:
    """The distance factors against the damage tiers that belong to them; the first beyond the full polynomials."""
    k, texts = printed("damage_tiers.csv", "k_m_per_kg13", "incident_pressure_kpa")
    full = airblast.at_scaled_distance("incident_pressure", k, SURFACE_BURST, "nan")
    simplified = airblast.at_scaled_distance("incident_pressure", k, SWISDAK_SURFACE_BURST)
    found = np.where(np.isnan(full), simplified, full)
    return check(
        "full, pressure at eight k factors", "values worked out apart from this program", off(found, texts), 0.0, k
    )


def full_and_simplified(parameter: airblast.Parameter, most: float) -> Check:
    """The two fits, made apart of each other, on their common range."""
    z = np.geomspace(0.2, 40.0, 4000)
    full, simplified = (
        airblast.at_scaled_distance(parameter, z, each) for each in (SURFACE_BURST, SWISDAK_SURFACE_BURST)
    )
    return check(f"full, {words(parameter)}", "simplified", np.abs(simplified / full - 1.0), most, z)


def shock_relation(curves: Curves) -> Check:
    """Rankine and Hugoniot for air at sea level, where it is an ideal gas: U = a0 sqrt(1 + 6 P / (7 P0))."""
    z = np.geomspace(1.5, 38.0, 300)
    pressure_kpa = airblast.at_scaled_distance("incident_pressure", z, curves)
    ideal = 0.3403 * np.sqrt(1.0 + 6.0 * pressure_kpa / (7.0 * 101.325))
    missed = np.abs(airblast.at_scaled_distance("shock_velocity", z, curves) / ideal - 1.0)
    return check(f"full, shock velocity, {words(curves.geometry)}", "Rankine-Hugoniot", missed, 0.02, z)


def way_back(curves: Curves) -> Check:
    """The pressure at the distance that was found for a pressure; in the gaps between branches the join is found."""
    z = np.geomspace(*airblast.limits("incident_pressure", curves), 2001)[1:-1]
    pressure_kpa = airblast.at_scaled_distance("incident_pressure", z, curves)
    back = airblast.at_scaled_distance(
        "incident_pressure", airblast.scaled_distance_to_pressure(pressure_kpa, curves), curves
    )
    told = f"distance to a pressure, {words(curves.coefficient_set)}, {words(curves.geometry)}", "the pressure there"
    return check(*told, np.abs(back / pressure_kpa - 1.0), 1e-9, z)


# Distance functions.


def distance_checks() -> Iterator[Check]:
    """Every comparison of the distance functions shipped."""
    rising, inverse = [], []
    functions = rule_sets.shipped().functions.values()
    for function in functions:
        quantity_kg = quantities(function)
        metres = function.exact_distance_m(quantity_kg, "nan")
        quantity_kg, metres = quantity_kg[~np.isnan(metres)], metres[~np.isnan(metres)]
        rising.append(max(0.0, float(-np.diff(metres).min(initial=0.0))) / float(metres.max()))
        allowed_kg = function.exact_quantity_kg(metres * (1.0 + 1e-12))
        back = function.exact_distance_m(allowed_kg, "nan")
        short = np.maximum(1.0 - allowed_kg / quantity_kg, 0.0)
        inverse.append(float(np.nanmax(np.maximum(np.abs(back / metres - 1.0), short))))
    names = np.array([function.name for function in functions])
    count = len(names) * GRID
    yield check("distance functions: more never asks for less", "themselves", np.array(rising), 1e-12, names, count)
    told = "distance functions: the quantity for a distance, and back", "themselves"
    yield check(*told, np.array(inverse), 1e-6, names, count)


GRID = 400


def quantities(function: Function) -> FloatArray:
    """Quantities over the whole function, and those beside its joins."""
    low, high = max(function.least_kg, 1e-3), function.greatest_kg
    joins = np.array([branch.q_max_kg for branch in function.branches[:-1]])
    beside = np.concatenate([np.nextafter(joins, 0.0), joins, np.nextafter(joins, np.inf)])
    return np.unique(np.clip(np.concatenate([np.geomspace(low, high, GRID), beside]), low, high))


def jumps() -> list[tuple[str, str, str, str]]:
    """Joins at which a printed distance function jumps by more than ``JUMP``: name, quantity, below, above."""
    found = []
    for function in rule_sets.shipped().functions.values():
        for lower, upper in itertools.pairwise(function.branches):
            below, above = (float(each.distance_m(np.array([lower.q_max_kg]))[0]) for each in (lower, upper))
            if abs(above / below - 1.0) > JUMP:
                found.append((function.name, f"{lower.q_max_kg:,g}", f"{below:.1f}", f"{above:.1f}"))
    return found


# The page.


def check(
    of: str, against: str, missed: FloatArray, most: float, at: NDArray[np.generic], points: int | None = None
) -> Check:
    """A check from the share missed at each point."""
    worst = int(np.argmax(missed))
    where = f"{at[worst]:.3g}" if isinstance(at[worst], np.floating) else str(at[worst])
    told = where if missed[worst] >= NOTHING else ""
    return Check(of, against, points or missed.size, float(missed[worst]), most, told)


def words(name: str) -> str:
    """A name as it is said."""
    return name.replace("_", " ")


def share(value: float) -> str:
    """A share in per cent."""
    return "0" if value < NOTHING else f"{100.0 * value:.3g} %"


def tonnes(interval: tuple[float, float] | None) -> str:
    """An interval of masses in tonnes, with three digits; empty: not covered."""
    if interval is None:
        return "not covered"
    low, high = (f"{float(f'{mass_kg / 1000.0:.3g}'):,g}" for mass_kg in interval)
    return low if low == high else f"{low} to {high}"


def accident_lines() -> Iterator[tuple[str, ...]]:
    """Every published damage radius, with the yield it implies beside those that were published."""
    verdicts = {True: "they meet", False: "they do not meet", None: "nothing to compare"}
    for each in accidents.compared():
        said = "; ".join(map(tonnes, each.published_kg)) or "none"
        damage = f"{words(each.damage)} within {each.radius_m:,g} m"
        yield (
            cell(f"{each.place}, {each.date}"),
            damage,
            tonnes(each.implied_kg),
            said,
            verdicts[each.agrees],
            cell(each.note),
        )


def part(checks: Sequence[Check]) -> str:
    """What stands between the marks."""
    lines = (
        (
            one.of,
            one.against,
            f"{one.points:,}",
            share(one.miss),
            one.where,
            share(one.most),
            "yes" if one.holds else "**no**",
        )
        for one in checks
    )
    heads = ("part", "against", "points", "largest miss", "at", "at most", "holds")
    accident_heads = ("accident", "published damage", "TNT it implies, t", "published yield, t", "so", "note")
    texts = (
        TEXT_OF_CHECKS,
        table(heads, lines),
        TEXT_OF_JUMPS,
        table(("function", "at, kg", "below, m", "above, m"), jumps()),
        TEXT_OF_ACCIDENTS,
        table(accident_heads, accident_lines()),
    )
    return "\n".join(texts)


def renewed(page: str, made: str) -> str:
    """The page with what was made between its marks."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    assert begin, f"{PAGE} lacks the mark {BEGIN}"
    assert end, f"{PAGE} lacks the mark {END}"
    return f"{before}{BEGIN}\n\n{made}\n{END}{after}"


def main() -> int:
    """Writes the part of the page, or with --check says whether it is current."""
    options = argparse.ArgumentParser(description=main.__doc__)
    options.add_argument("--check", action="store_true", help="write nothing; exit with 1 if the page is not current")
    only_check = options.parse_args().check
    checks = [*airblast_checks(), *distance_checks()]
    path = ROOT / PAGE
    page = path.read_text(encoding="utf-8")
    new = renewed(page, part(checks))
    for one in checks:
        if not one.holds:
            print(f"{one.of}, against {one.against}: {share(one.miss)} at {one.where}, at most {share(one.most)}")
    if only_check and new != page:
        print(f"{PAGE} is not current: run `make verification`")
    elif new != page:
        Path(path).write_text(new, encoding="utf-8")
        print(f"wrote {PAGE}")
    return 0 if all(one.holds for one in checks) and not (only_check and new != page) else 1


if __name__ == "__main__":
    sys.exit(main())
