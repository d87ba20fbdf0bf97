"""Every fault of the rows of a survey at once, in parts, so that a nation's buildings can be looked through."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from rasr.core.basis.findings import Finding, Number
from rasr.core.records.region import Region
from rasr.node.assessment.surroundings.files import LATITUDE, LONGITUDE, TABLE
from rasr.node.records.load import Progress, refuse_long_keys, silent

AT_ONCE = 250_000
"""Rows looked at together."""
MOST_FINDINGS = 10_000
"""Faults that are told; how many there are in all is counted as far as rows were looked at."""
HIGHEST = {LATITUDE: 90.0, LONGITUDE: 180.0}
NO_DEGREES = "survey_not_degrees"


@dataclass(frozen=True)
class Checked:
    """frame: the rows typed by contract. findings: what is wrong with them, the first of many."""

    frame: pl.DataFrame
    findings: list[Finding]
    told: dict[str, float]


def check(raw: pl.DataFrame, progress: Progress = silent) -> Checked:
    """Look through the rows. Raises Refused: text_too_long; whatever ``progress`` raises."""
    parts: list[pl.DataFrame] = []
    findings: list[Finding] = []
    for start in range(0, raw.height, AT_ONCE):
        progress("checking", start / raw.height)
        region = Region.from_frames({TABLE: raw.slice(start, AT_ONCE)})
        refuse_long_keys(region)
        if len(findings) < MOST_FINDINGS:
            findings += [_moved(one, start) for one in region.check() if one.table == TABLE and _is_own(one)]
        parts.append(region.table(TABLE))
    frame = pl.concat(parts)
    findings = [*_no_degrees(frame), *findings, *_twice(frame)]
    return Checked(frame, findings[:MOST_FINDINGS], _told(frame))


def _is_own(one: Finding) -> bool:
    """What is twice is looked for over all parts."""
    return one.severity == "error" and one.code != "duplicate_id"


def _moved(one: Finding, rows: int) -> Finding:
    return one if one.row is None else replace(one, row=one.row + rows)


def _twice(frame: pl.DataFrame) -> list[Finding]:
    ids = frame["exposure_id"].drop_nulls()
    if ids.n_unique() == ids.len():
        return []
    rows = frame.select("exposure_id").with_row_index("row", 1).drop_nulls("exposure_id")
    first = rows.with_columns(first_row=pl.col("row").first().over("exposure_id"))
    later = first.filter(pl.col("row") > pl.col("first_row")).head(MOST_FINDINGS)
    return [
        Finding("duplicate_id", "error", TABLE, row, "exposure_id", name, {"first_row": first_row})
        for row, name, first_row in later.select("row", "exposure_id", "first_row").iter_rows()
    ]


def _no_degrees(frame: pl.DataFrame) -> list[Finding]:
    """One sentence where the coordinates are metres: a fault of every row would not say why."""
    found = []
    for name, most in HIGHEST.items():
        known = frame[name].drop_nulls().to_numpy()
        if np.count_nonzero(np.abs(known) > most) * 2 > len(known):
            numbers: dict[str, Number] = {"low": f"{known.min():.6g}", "high": f"{known.max():.6g}"}
            found.append(Finding(NO_DEGREES, "error", TABLE, None, name, numbers=numbers))
    return found


def _told(frame: pl.DataFrame) -> dict[str, float]:
    """What is no fault, and should be known: rows on one point, rows without persons."""
    same = int(frame.select(pl.struct(LATITUDE, LONGITUDE).is_duplicated()).to_series().sum())
    unknown = pl.col("persons_day").is_null() | pl.col("persons_night").is_null()
    without = int(frame.select(unknown.sum()).item())
    return {name: number for name, number in (("same_point", same), ("without_persons", without)) if number}
