"""Every command does its job through the command line, for people and for programs."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from openpyxl import load_workbook

from rasr.core.reference import loader

Run = Callable[..., object]
FIELDS = (
    "status objective_fatalities bound gap danger_before danger_after mass_destroyed_kg cost_eur blind_share "
    "inputs_digest rule_edition version seed seconds"
).split()
FINDING = ["code", "severity", "table", "row", "column", "value", "message"]


def content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def change(region: Path, table: str, old: str, new: str) -> None:
    """Put other words into a file of a region."""
    file = region / f"{table}.csv"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_sample_is_the_same_bytes_each_time(rasr: Run, sample: Path, tmp_path: Path) -> None:
    assert rasr("sample", tmp_path / "again", "--scale", 0.1).code == 0
    assert rasr("sample", tmp_path / "other", "--scale", 0.1, "--seed", 2).code == 0
    assert content(tmp_path / "again") == content(sample)
    assert content(tmp_path / "other") != content(sample)


def test_the_sample_as_a_workbook_is_the_same_bytes_each_time(rasr: Run, tmp_path: Path) -> None:
    for name in ("one.xlsx", "two.xlsx"):
        assert rasr("sample", tmp_path / name, "--scale", 0.1).code == 0
    assert (tmp_path / "one.xlsx").read_bytes() == (tmp_path / "two.xlsx").read_bytes()
    assert rasr("check", tmp_path / "one.xlsx").code == 0


def test_the_sample_says_what_it_wrote(rasr: Run, tmp_path: Path) -> None:
    said = rasr("sample", tmp_path / "s", "--scale", 0.1, "--json").json
    assert (said["command"], said["seed"], said["scale"]) == ("sample", 1, 0.1)
    assert said["rows"]["stock"] == pl.read_csv(tmp_path / "s" / "stock.csv").height


def test_the_template_holds_every_table_and_replaces_nothing(rasr: Run, tmp_path: Path) -> None:
    path = tmp_path / "blank.xlsx"
    assert rasr("template", path, "--json").json["path"] == str(path)
    assert set(loader.TABLES) <= set(load_workbook(path).sheetnames)
    before = path.read_bytes()
    ran = rasr("template", path)
    assert ran.code == 2
    assert "exists" in ran.err
    assert path.read_bytes() == before
    assert rasr("template", tmp_path / "blank.csv").code == 2


def test_check_passes_a_clean_region_and_fails_a_broken_one(rasr: Run, region: Path) -> None:
    ran = rasr("check", region)
    assert ran.code == 0
    assert "0 errors" in ran.out
    change(region, "stock", "L1,N1", "L1,N9")
    ran = rasr("check", region)
    assert ran.code == 1
    assert "1 errors" in ran.out
    assert "'N9' is not in stores" in " ".join(ran.out.split())


def test_check_as_json_gives_every_finding_whole(rasr: Run, region: Path) -> None:
    change(region, "stock", "L1,N1", "L1,N9")
    change(region, "sites", "NORTH,N-ARMY,depot,North depot,44", "NORTH,N-ARMY,depot,North depot,144")
    ran = rasr("check", region, "--json")
    findings = [finding for finding in ran.json["findings"] if finding["severity"] == "error"]
    assert ran.code == 1
    assert all(list(finding) == FINDING for finding in ran.json["findings"])
    assert [tuple(finding[key] for key in FINDING[:-1]) for finding in findings] == [
        ("value_out_of_range", "error", "sites", 1, "latitude_deg", "144"),
        ("unknown_id", "error", "stock", 1, "store_id", "N9"),
    ]
    assert findings[1]["message"] == "'N9' is not in stores. Add it there, or correct the id."
    assert ran.json["counts"]["error"] == 2


def test_check_shows_the_gravest_first_and_counts_the_rest(rasr: Run, sample: Path, tmp_path: Path) -> None:
    region = Path(shutil.copytree(sample, tmp_path / "region"))
    text = (region / "stock.csv").read_text(encoding="utf-8")
    (region / "stock.csv").write_text(text.replace("S0001-0", "S9999-0"), encoding="utf-8")
    ran = rasr("check", region)
    assert ran.code == 1
    first = next(line for line in ran.out.splitlines() if line.startswith(("error", "warning", "note")))
    assert first.startswith("error")
    assert f" more; all of them: rasr check {region} --json" in ran.out


def test_only_a_workbook_is_annotated(rasr: Run, region: Path, tmp_path: Path) -> None:
    book = tmp_path / "book.xlsx"
    assert rasr("template", book).code == 0
    before = book.read_bytes()
    assert "instead of a folder" in rasr("check", region, "--annotate", tmp_path / "copy.xlsx").err
    assert "must end in .xlsx" in rasr("check", book, "--annotate", tmp_path / "copy.csv").err
    assert "must not be the workbook itself" in rasr("check", book, "--annotate", book).err
    assert book.read_bytes() == before
    assert not list(tmp_path.glob("copy*"))
    assert rasr("check", book, "--annotate", tmp_path / "copy.xlsx").code == 1  # the blank one lacks every record
    assert "findings" in load_workbook(tmp_path / "copy.xlsx").sheetnames


def test_the_day_to_judge_by_can_be_given(rasr: Run, region: Path) -> None:
    codes = [finding["code"] for finding in rasr("check", region, "--as-of", "2031-01-01", "--json").json["findings"]]
    assert codes.count("licence_expired") == 4


def test_own_rule_data_changes_the_edition_and_only_while_it_is_given(rasr: Run, region: Path, tmp_path: Path) -> None:
    own = tmp_path / "own" / "explosives"
    own.mkdir(parents=True)
    shipped = (loader.SHIPPED / "explosives" / "event_frequency.csv").read_text(encoding="utf-8")
    (own / "event_frequency.csv").write_text(shipped.replace("1.5e-4", "3.0e-4"), encoding="utf-8")
    usual = rasr("assess", region, "--out", tmp_path / "a", "--json").json
    changed = rasr("assess", region, "--out", tmp_path / "b", "--rule-data", own.parent, "--json").json
    assert changed["rule_edition"] != usual["rule_edition"]
    assert changed["fatalities_per_year"] == pytest.approx(2 * usual["fatalities_per_year"], rel=0.02)
    assert rasr("assess", region, "--out", tmp_path / "a", "--json").json == usual


def test_assess_as_json(rasr: Run, region: Path, tmp_path: Path) -> None:
    said = rasr("assess", region, "--out", tmp_path / "a", "--json").json
    assert said["command"] == "assess"
    assert said["as_of"] == "2027-01-01"
    assert said["blind"]["records"] == 10
    assert {store["store_id"] for store in said["stores"]} == {"N1", "N2", "S1", "S2"}
    assert said["fatalities_per_year_low"] < said["fatalities_per_year"] < said["fatalities_per_year_high"]
    assert all((tmp_path / "a" / name).is_file() for name in said["files"])
    tables = "stores sites distances pools danger_curves exclusions methods".split()
    tables += [f"risk_{name}" for name in ("stores", "totals", "frequency_number", "criteria")]
    assert {"report.html", "map.geojson"} <= set(said["files"])
    assert {f"tables/{name}.{form}" for name in tables for form in ("csv", "parquet")} <= set(said["files"])


def test_two_processes_find_the_same(rasr: Run, sample: Path, tmp_path: Path) -> None:
    for workers in (1, 2):
        assert rasr("assess", sample, "--out", tmp_path / str(workers), "--workers", workers).code == 0
    one, two = (content(tmp_path / name / "tables") for name in ("1", "2"))
    assert one == two


def test_plan_json_holds_what_it_must(rasr: Run, region: Path, tmp_path: Path) -> None:
    said = rasr("plan", region, "--out", tmp_path / "p", "--json").json
    kept = json.loads((tmp_path / "p" / "plan.json").read_text(encoding="utf-8"))
    assert said["plan"] == kept
    assert set(FIELDS) <= set(kept)
    assert kept["bound"] <= kept["objective_fatalities"]
    assert kept["gap"] == pytest.approx(1 - kept["bound"] / kept["objective_fatalities"])
    assert kept["alone"] is False
    columns = {
        "shipments": "pool_id line_id period mass_kg cost_eur",
        "processing": "line_id family technique period mass_kg cost_eur",
        "spending": "fund_id jurisdiction_id activity period amount_eur",
    }
    for table, names in columns.items():
        assert pl.read_parquet(tmp_path / "p" / "tables" / f"{table}.parquet").columns == names.split()
    spent = pl.read_csv(tmp_path / "p" / "tables" / "spending.csv")["amount_eur"].sum()
    assert spent == pytest.approx(kept["cost_eur"])


def test_the_joint_plan_is_never_worse_than_the_plans_alone(rasr: Run, sample: Path, tmp_path: Path) -> None:
    joint = rasr("plan", sample, "--out", tmp_path / "p", "--json").json["plan"]
    alone = rasr("plan", sample, "--out", tmp_path / "q", "--alone", "--json").json["plan"]
    assert alone["alone"] is True
    assert joint["objective_fatalities"] <= alone["objective_fatalities"]
    assert joint["alone_plan"]["objective_fatalities"] == alone["objective_fatalities"]
    assert joint["danger_before"] == alone["danger_before"]
    assert joint["bound"] <= joint["objective_fatalities"]


def test_both_plans_are_told_beside_each_other(rasr: Run, region: Path, tmp_path: Path) -> None:
    told = rasr("plan", region, "--out", tmp_path / "p").out
    assert "Joint plan against each jurisdiction alone" in told
    assert [line.split()[0] for line in told.splitlines() if line.startswith(("North", "South", "Together"))] == [
        "Northland",
        "Southland",
        "Together",
    ]
    told = rasr("plan", region, "--out", tmp_path / "q", "--alone").out
    assert "Each jurisdiction alone" in told
    assert "joint" not in told


def test_a_plan_from_an_earlier_assessment_is_the_same_plan(rasr: Run, region: Path, tmp_path: Path) -> None:
    assert rasr("assess", region, "--out", tmp_path / "a").code == 0
    whole = rasr("plan", region, "--out", tmp_path / "p", "--json").json["plan"]
    given = rasr("plan", region, "--out", tmp_path / "q", "--assessment", tmp_path / "a", "--json").json["plan"]
    apart = {"seconds"}
    assert {key: value for key, value in given.items() if key not in apart} == {
        key: value for key, value in whole.items() if key not in apart
    }
    tables = content(tmp_path / "p" / "tables")
    assert content(tmp_path / "q" / "tables") == tables


def test_an_assessment_of_other_records_is_refused(rasr: Run, region: Path, tmp_path: Path) -> None:
    assert rasr("assess", region, "--out", tmp_path / "a").code == 0
    change(region, "stock", "L1,N1,MINE,M85,1100", "L1,N1,MINE,M85,1000")
    ran = rasr("plan", region, "--out", tmp_path / "p", "--assessment", tmp_path / "a")
    assert ran.code == 2
    assert "made from other records" in ran.err
    assert not (tmp_path / "p").exists()


def test_an_assessment_by_other_rule_data_is_refused(rasr: Run, region: Path, tmp_path: Path) -> None:
    own = tmp_path / "own" / "explosives"
    own.mkdir(parents=True)
    shipped = (loader.SHIPPED / "explosives" / "event_frequency.csv").read_text(encoding="utf-8")
    (own / "event_frequency.csv").write_text(shipped.replace("1.5e-4", "3.0e-4"), encoding="utf-8")
    assert rasr("assess", region, "--out", tmp_path / "a", "--rule-data", own.parent).code == 0
    ran = rasr("plan", region, "--out", tmp_path / "p", "--assessment", tmp_path / "a")
    assert ran.code == 2
    assert "made with other rule data" in ran.err


def test_what_is_no_assessment_is_refused_as_one(rasr: Run, region: Path, tmp_path: Path) -> None:
    assert rasr("plan", region, "--out", tmp_path / "p").code == 0
    for place in (tmp_path / "p", tmp_path / "nowhere", region):
        ran = rasr("plan", region, "--out", tmp_path / "q", "--assessment", place)
        assert ran.code == 2
        assert ran.err == f"rasr plan: {place} cannot be read (it holds no assessment).\n"


def test_a_partial_plan_leaves_out_what_has_no_line(rasr: Run, region: Path, tmp_path: Path) -> None:
    change(region, "line_rates", "APART,melt_out,large_calibre,100,900\n", "")
    said = rasr("plan", region, "--out", tmp_path / "p", "--partial", "--json").json["plan"]
    assert said["mass_destroyed_kg"] == pytest.approx(17_400, rel=1e-3)


def test_a_partial_plan_without_money_does_nothing(rasr: Run, region: Path, tmp_path: Path) -> None:
    change(region, "stock", "2027-12-31", "")
    (region / "funds.csv").unlink()
    (region / "earmarks.csv").unlink()
    said = rasr("plan", region, "--out", tmp_path / "p", "--partial", "--json").json["plan"]
    assert (said["mass_destroyed_kg"], said["cost_eur"]) == (0, 0)
    assert said["danger_after"] == said["danger_before"]


def test_a_deadline_nobody_can_meet_names_what_conflicts(rasr: Run, region: Path, tmp_path: Path) -> None:
    change(region, "line_rates", "APART,incineration,small_calibre,200", "APART,incineration,small_calibre,2")
    ran = rasr("plan", region, "--out", tmp_path / "p")
    assert ran.code == 2
    assert ran.err.startswith("rasr plan: No plan meets every deadline. In conflict: ")
    assert len(ran.err.splitlines()) == 1
    assert not (tmp_path / "p").exists()


def test_blast_and_distance_tell_a_figure_with_its_source(rasr: Run) -> None:
    blast = rasr("blast", "--mass-kg", 1000, "--distance-m", 100, "--json").json
    assert blast["incident_pressure_kpa"] == pytest.approx(14.8, abs=0.05)
    assert blast["source"].startswith("Kingery and Bulmash")
    words = ("distance", "--hd", "1.1", "--neq-kg", 8000, "--exposure", "inhabited_building")
    distance = rasr(*words, "--json").json
    assert distance["distance_m"] == pytest.approx(444, abs=1)
    assert {"function", "edition", "status", "note"} <= set(distance)
    assert rasr(*words).out.startswith("444 m by BD30")


def test_a_result_in_another_language(rasr: Run, region: Path, tmp_path: Path) -> None:
    assert rasr("plan", region, "--out", tmp_path / "p", "--language", "sq").code == 0
    assert '<html lang="sq"' in (tmp_path / "p" / "report.html").read_text(encoding="utf-8")
