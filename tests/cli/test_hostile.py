"""Attacks on the command: through what reaches the screen, settings, result folders, and what is there already."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from openpyxl import load_workbook

from rasr.cli.parser import YEARS
from rasr.core.records.region import Region
from rasr.core.reference import loader

Run = Callable[..., object]
STEERING = {*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029, *range(0x202A, 0x202F), *range(0x2066, 0x206A)} - {0x0A}
ESCAPES = "\x1b]0;owned\x07\x1b[2J\x9b31m\u202e"


def changed(region: Path, table: str, column: str, value: str) -> None:
    """The first record of a table with another value."""
    file = region / f"{table}.csv"
    frame = pl.read_csv(file, infer_schema=False)
    first = pl.int_range(pl.len()) == 0
    frame.with_columns(pl.when(first).then(pl.lit(value)).otherwise(pl.col(column)).alias(column)).write_csv(file)


def everything(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("more", [[], ["--json"]], ids=["people", "programs"])
def test_nothing_in_the_records_steers_the_terminal(rasr: Run, region: Path, more: list[str]) -> None:
    changed(region, "stock", "quantity", ESCAPES + "12")
    changed(region, "stock", "condition", f"Z{ESCAPES}")
    (region / f"{ESCAPES.replace('/', '')}.csv").write_text("a\n1\n")
    (region / "sites.csv").write_text(
        (region / "sites.csv").read_text().replace("name", f"name,x{ESCAPES}", 1).replace("\n", ",\n")[:-1]
    )
    ran = rasr("check", region, *more)
    assert ran.code == 1
    assert "owned" in ran.out
    assert not {ord(letter) for letter in ran.out + ran.err} & STEERING
    if more:
        assert ESCAPES + "12" in {finding["value"] for finding in ran.json["findings"]}


def test_braces_in_the_records_are_only_braces(rasr: Run, region: Path) -> None:
    changed(region, "stock", "condition", "{value.__class__} {0} {")
    assert "'{value.__class__} {0} {' is not among the allowed values" in " ".join(rasr("check", region).out.split())


@pytest.mark.parametrize("encoding", ["ascii", "utf-8"])
def test_names_that_the_terminal_cannot_write_do_not_end_the_work(region: Path, encoding: str) -> None:
    changed(region, "sites", "name", "Депо \U0001f4a5")
    place = os.fsencode(region.parent) + b"/\xff\xfe"
    os.rename(os.fsencode(region), place)
    words = [sys.executable, "-m", "rasr", "check", place]
    ran = subprocess.run(words, capture_output=True, env={**os.environ, "PYTHONIOENCODING": encoding}, check=False)
    assert ran.returncode == 0, ran.stderr
    assert b"0 errors" in ran.stdout


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("horizon_periods", "100000"),
        ("horizon_periods", "1e18"),
        ("period_months", "1e9"),
        ("period_months", "1_0"),
        ("starts_on", "9999-12-31"),
        ("starts_on", "0001-01-01"),
        ("payload_kg", "1e-300"),
        ("road_factor", "1e300"),
        ("working_days_per_month", "1e300"),
        ("discount_per_year", "1e300"),
        ("processing_fatalities_per_tonne", "1e308"),
        ("position_grid_deg", "1e-9"),
    ],
)
def test_a_setting_no_plan_could_mean_is_a_finding(rasr: Run, region: Path, key: str, value: str) -> None:
    (region / "settings.csv").write_text(f"key,value\n{key},{value}\n")
    findings = [
        finding for finding in rasr("check", region, "--json").json["findings"] if finding["severity"] == "error"
    ]
    assert [(finding["code"], finding["value"]) for finding in findings] == [("bad_setting", value)]


def test_a_day_beyond_all_plans_is_refused(rasr: Run, region: Path, tmp_path: Path) -> None:
    ran = rasr("plan", region, "--out", tmp_path / "out", "--as-of", "9999-12-31")
    assert ran.code == 2
    assert "between 1950 and 2199" in ran.err
    limits = loader.settings_contract()["starts_on"]
    assert (limits["minimum"], limits["maximum"]) == (f"{YEARS[0]}-01-01", f"{YEARS[-1]}-12-31")


def test_ids_and_names_of_any_kind_make_no_file_and_no_script(rasr: Run, region: Path, tmp_path: Path) -> None:
    evil = "../../<script>alert('1')</script>"
    given = Region.read(region)
    keys = [("sites", "site_id"), ("stores", "store_id"), ("lines", "line_id"), ("funds", "fund_id")]
    renamed = {old: f"{evil};=1+{old}" for table, key in keys for old in given.table(table)[key]}
    names = {"name", "donor", "capital", "footnote", "source"}
    for file in sorted(region.glob("*.csv")):
        frame = pl.read_csv(file, infer_schema=False)
        told = [(pl.lit(evil) + pl.col(name)).alias(name) for name in frame.columns if name in names]
        frame.with_columns(pl.all().replace(renamed)).with_columns(told).write_csv(file)
    before = set(tmp_path.iterdir())
    assert rasr("plan", region, "--out", tmp_path / "out").code == 0
    assert set(tmp_path.iterdir()) - before == {tmp_path / "out"}
    page = (tmp_path / "out" / "report.html").read_text()
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "default-src 'none'" in page
    for file in (tmp_path / "out" / "tables").glob("*.csv"):
        assert ";=" not in file.read_text(), file.name


@pytest.mark.parametrize("command", ["assess", "plan"])
def test_a_link_at_the_place_of_the_result_is_not_followed(
    rasr: Run, region: Path, tmp_path: Path, command: str
) -> None:
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    (theirs / "letter.txt").write_text("mine")
    (tmp_path / "out").symlink_to(theirs)
    assert rasr(command, region, "--out", tmp_path / "out").code == 2
    assert everything(theirs) == {"letter.txt": b"mine"}


@pytest.mark.parametrize(
    "said",
    [
        "[]",
        "{}",
        '{"files": 7}',
        '{"files": [1, null]}',
        '{"digest": "x", "files": ["../../../../etc/passwd"]}',
        '{"files": ["run.json"], "digests": 5}',
        "\x00",
    ],
)
def test_a_run_made_by_somebody_else_is_not_believed(rasr: Run, region: Path, tmp_path: Path, said: str) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "run.json").write_text(said)
    ran = rasr("assess", region, "--out", out)
    assert ran.code in (0, 2)
    assert "Kept run" not in ran.out
    read = rasr("plan", region, "--out", tmp_path / "p", "--assessment", out) if ran.code else ran
    assert "Traceback" not in read.err


def test_a_kept_run_that_was_changed_is_worked_out_anew(rasr: Run, region: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    first = rasr("assess", region, "--out", out, "--json").json
    stores = out / "tables" / "stores.parquet"
    pl.read_parquet(stores).with_columns(fatalities_per_year=pl.lit(0.0)).write_parquet(stores)
    again = rasr("assess", region, "--out", out, "--json").json
    assert again["stores"] == first["stores"]
    assert pl.read_parquet(stores)["fatalities_per_year"].sum() > 0


@pytest.mark.parametrize("table", ["danger_curves", "pools", "stores"])
def test_an_assessment_that_was_changed_is_refused(rasr: Run, region: Path, tmp_path: Path, table: str) -> None:
    out = tmp_path / "out"
    assert rasr("assess", region, "--out", out).code == 0
    file = out / "tables" / f"{table}.parquet"
    pl.read_parquet(file).select(pl.all().first()).write_parquet(file)
    ran = rasr("plan", region, "--out", tmp_path / "p", "--assessment", out)
    assert ran.code == 2
    assert "its files were changed" in ran.err
    assert not (tmp_path / "p").exists()


@pytest.mark.parametrize("lost", ["blind", "as_of", "inputs_digest", "version"])
def test_an_assessment_that_says_too_little_is_refused(rasr: Run, region: Path, tmp_path: Path, lost: str) -> None:
    out = tmp_path / "out"
    assert rasr("assess", region, "--out", out).code == 0
    said = json.loads((out / "run.json").read_text())
    del said[lost]
    (out / "run.json").write_text(json.dumps(said))
    ran = rasr("plan", region, "--out", tmp_path / "p", "--assessment", out)
    assert ran.code == 2
    assert "it holds no assessment" in ran.err


@pytest.mark.parametrize("name", ["region", "region.xlsx"])
def test_a_sample_never_replaces_somebodys_records(rasr: Run, region: Path, tmp_path: Path, name: str) -> None:
    if name != "region":
        Region.read(region).write(tmp_path / name)
    before = everything(tmp_path)
    assert rasr("sample", tmp_path / name, "--scale", 0.1).code == 2
    assert everything(tmp_path) == before


def test_a_sample_may_be_written_again(rasr: Run, sample: Path, tmp_path: Path) -> None:
    again = Path(shutil.copytree(sample, tmp_path / "again"))
    assert rasr("sample", again, "--scale", 0.1).code == 0


def test_a_demo_never_replaces_somebodys_records(rasr: Run, region: Path, tmp_path: Path) -> None:
    before = everything(tmp_path)
    assert region == tmp_path / "region"
    assert rasr("demo", "--no-serve", "--out", tmp_path, "--scale", 0.1).code == 2
    assert everything(tmp_path) == before


def test_a_marked_copy_never_replaces_another_workbook(rasr: Run, region: Path, tmp_path: Path) -> None:
    book, other, copy = tmp_path / "region.xlsx", tmp_path / "other.xlsx", tmp_path / "copy.xlsx"
    changed(region, "sites", "name", '=HYPERLINK("http://x","y")')
    changed(region, "stock", "condition", "=1+1")
    Region.read(region).write(book)
    shutil.copy(book, other)
    ran = rasr("check", book, "--annotate", other)
    assert (ran.code, other.read_bytes()) == (2, book.read_bytes())
    assert "was not written by this program" in ran.err
    for _ in range(2):
        assert "Marked copy" in rasr("check", book, "--annotate", copy).out
    cells = [cell for sheet in load_workbook(copy) for row in sheet.iter_rows() for cell in row]
    assert [cell.coordinate for cell in cells if cell.data_type == "f"] == []
