"""No file of a result tells where a site or store lies, unless exact positions were asked for."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

Run = Callable[..., object]
NUMBER = re.compile(r"(?<![\d.])\d{1,2}\.\d{4,}")
"""A latitude or longitude of this region: to four decimals it is known to some ten metres."""


def exact_deg(region: Path) -> set[str]:
    """Every latitude and longitude of the region's sites and stores, to four decimals."""
    frames = [pl.read_csv(region / f"{table}.csv") for table in ("sites", "stores")]
    values = [value for frame in frames for name in ("latitude_deg", "longitude_deg") for value in frame[name]]
    told = {f"{value:.4f}" for value in values}
    assert len(told) > 100
    return {text for text in told if not text.endswith("000")}


def numbers_in(file: Path) -> set[str]:
    """Every number in a file that could be an angle, to four decimals; of Parquet files every value of every column."""
    is_frame = file.suffix == ".parquet"
    text = pl.read_parquet(file).write_csv() if is_frame else file.read_text(encoding="utf-8")
    return {f"{float(found):.4f}" for found in NUMBER.findall(text)}


def pairs_in(file: Path) -> set[tuple[float, float]]:
    """Latitudes and longitudes side by side in a frame."""
    frame = pl.read_parquet(file)
    if not {"latitude_deg", "longitude_deg"} <= set(frame.columns):
        return set()
    return set(frame.select("latitude_deg", "longitude_deg").iter_rows())


@pytest.mark.parametrize("command", [["assess"], ["plan"]], ids=" ".join)
def test_positions_are_told_only_when_asked_for(rasr: Run, sample: Path, tmp_path: Path, command: list[str]) -> None:
    exact = exact_deg(sample)
    assert rasr(*command, sample, "--out", tmp_path / "coarse").code == 0
    files = [path for path in (tmp_path / "coarse").rglob("*") if path.is_file()]
    assert {file.suffix for file in files} == {".html", ".geojson", ".json", ".csv", ".parquet"}
    leaks = {str(file): numbers_in(file) & exact for file in files}
    # a danger or a cost may look like an angle once; a position would stand in many places
    assert sum(map(len, leaks.values())) <= 2, leaks
    tables = [file for file in files if file.suffix == ".parquet"]
    assert all(round(10 * value, 6) % 1 == 0 for file in tables for pair in pairs_in(file) for value in pair)

    assert rasr(*command, sample, "--out", tmp_path / "exact", "--exact").code == 0
    told = set[str]().union(*(numbers_in(path) & exact for path in (tmp_path / "exact").rglob("*") if path.is_file()))
    assert len(told) >= 20


def test_what_is_printed_for_programs_is_coarse_too(rasr: Run, sample: Path, tmp_path: Path) -> None:
    exact = exact_deg(sample)
    first = rasr("assess", sample, "--out", tmp_path / "a", "--json").out
    kept = rasr("assess", sample, "--out", tmp_path / "a", "--json").out
    assert first == kept
    assert not {f"{float(found):.4f}" for found in NUMBER.findall(first)} & exact
    asked = rasr("assess", sample, "--out", tmp_path / "b", "--json", "--exact").out
    assert len({f"{float(found):.4f}" for found in NUMBER.findall(asked)} & exact) > 100
