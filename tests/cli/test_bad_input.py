"""Bad input, each kind once: one clear line, a code that is not 0, nothing half written and the old result kept."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from rasr.cli.commands import assess as assess_command
from rasr.cli.commands import plan as plan_command
from rasr.core.records.region import Region

Run = Callable[..., object]


def everything(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def book(region: Path, tmp_path: Path) -> Path:
    """The story as a workbook."""
    path = tmp_path / "region.xlsx"
    Region.read(region).write(path)
    return path


@pytest.fixture
def refused(rasr: Run, tmp_path: Path) -> Callable[..., str]:
    """Runs a command that must be refused beside what is there already; gives its one line."""

    def run(*words: object) -> str:
        before = everything(tmp_path)
        ran = rasr(*words)
        assert ran.code == 2, ran
        assert ran.out == ""
        assert len(ran.err.splitlines()) == 1, ran.err
        assert "Traceback" not in ran.err
        assert everything(tmp_path) == before
        assert not list(tmp_path.rglob(".rasr-*"))
        return ran.err

    return run


@pytest.fixture
def old(kept_plan: Path, tmp_path: Path) -> Path:
    """An earlier result in the folder out."""
    return Path(shutil.copytree(kept_plan, tmp_path / "out"))


COMMANDS = [["check"], ["assess", "--out", "{out}"], ["plan", "--out", "{out}"]]


def words_of(command: list[str], region: Path, out: Path) -> list[str]:
    return [command[0], str(region), *(word.format(out=out) for word in command[1:])]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda words: words[0])
class TestUnreadable:
    """What cannot be read at all, by every command that reads."""

    def test_a_missing_file(self, refused: Callable[..., str], old: Path, tmp_path: Path, command: list[str]) -> None:
        said = refused(*words_of(command, tmp_path / "nothing.xlsx", old))
        assert "There is nothing at" in said

    def test_a_workbook_that_is_none(
        self, refused: Callable[..., str], old: Path, tmp_path: Path, command: list[str]
    ) -> None:
        (tmp_path / "broken.xlsx").write_bytes(b"PK\x03\x04 and then nothing of the kind")
        assert "cannot be read as a workbook" in refused(*words_of(command, tmp_path / "broken.xlsx", old))

    def test_a_zip_bomb(self, refused: Callable[..., str], old: Path, book: Path, command: list[str]) -> None:
        with zipfile.ZipFile(book, "a", zipfile.ZIP_DEFLATED) as archive, archive.open("xl/bomb.xml", "w") as part:
            for _ in range(40):
                part.write(b" " * 1024 * 1024)
        assert "refused unread" in refused(*words_of(command, book, old))

    def test_macros(self, refused: Callable[..., str], old: Path, book: Path, command: list[str]) -> None:
        with zipfile.ZipFile(book, "a") as archive:
            archive.writestr("xl/vbaProject.bin", b"Sub Auto_Open()")
        assert "holds macros" in refused(*words_of(command, book, old))

    def test_a_folder_of_something_else(
        self, refused: Callable[..., str], old: Path, tmp_path: Path, command: list[str]
    ) -> None:
        (tmp_path / "letters").mkdir()
        (tmp_path / "letters" / "to_mother.csv").write_text("dear,mother\n")
        assert "is not a region" in refused(*words_of(command, tmp_path / "letters", old))

    def test_a_name_too_long(self, refused: Callable[..., str], old: Path, tmp_path: Path, command: list[str]) -> None:
        assert "cannot be read (File name too long)" in refused(*words_of(command, tmp_path / ("x" * 300), old))

    def test_rule_data_that_is_not_there(
        self, refused: Callable[..., str], old: Path, region: Path, command: list[str]
    ) -> None:
        said = refused(*words_of(command, region, old), "--rule-data", "nowhere")
        assert said == f"rasr {command[0]}: --rule-data: there is no folder nowhere\n"

    def test_a_day_that_is_none(self, refused: Callable[..., str], old: Path, region: Path, command: list[str]) -> None:
        said = refused(*words_of(command, region, old), "--as-of", "2027-02-30")
        assert "'2027-02-30' is not a day: write it as 2027-05-31" in said


def mend(region: Path, table: str, old: str, new: str) -> None:
    file = region / f"{table}.csv"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def formula(book: Path) -> None:
    workbook = load_workbook(book)
    workbook["stock"]["E3"] = "=1000+100"
    workbook.save(book)


def text_in_a_number(book: Path) -> None:
    workbook = load_workbook(book)
    workbook["stock"]["E3"] = "about 1100"
    workbook.save(book)


def a_column_too_few(book: Path) -> None:
    workbook = load_workbook(book)
    workbook["stock"]["E1"] = None
    workbook.save(book)


def an_unknown_jurisdiction(book: Path) -> None:
    workbook = load_workbook(book)
    workbook["permits"]["A3"] = "X"
    workbook.save(book)


FAULTS = {
    "formula_in_cell": (formula, ("stock", 1, "quantity")),
    "wrong_type": (text_in_a_number, ("stock", 1, "quantity")),
    "missing_column": (a_column_too_few, ("stock", None, "quantity")),
    "unknown_id": (an_unknown_jurisdiction, ("permits", 1, "from_jurisdiction_id")),
}


@pytest.mark.parametrize("code", FAULTS)
def test_a_fault_in_a_cell_is_found_there_and_nothing_is_worked_out(
    rasr: Run, refused: Callable[..., str], book: Path, old: Path, code: str
) -> None:
    spoil, place = FAULTS[code]
    spoil(book)
    ran = rasr("check", book, "--json")
    found = [finding for finding in ran.json["findings"] if finding["severity"] == "error"]
    assert ran.code == 1
    assert [(it["code"], (it["table"], it["row"], it["column"])) for it in found] == [(code, place)]
    for command in COMMANDS[1:]:
        assert f"The region has 1 errors, so nothing was worked out. See them with: rasr check {book}" in refused(
            *words_of(command, book, old)
        )


def test_a_sheet_too_many_is_a_warning_only(rasr: Run, book: Path, tmp_path: Path) -> None:
    workbook = load_workbook(book)
    workbook.create_sheet("remarks")["A1"] = "ask the depot"
    workbook.save(book)
    ran = rasr("check", book, "--json")
    assert ran.code == 0
    assert [(it["code"], it["severity"], it["value"]) for it in ran.json["findings"]] == [
        ("unknown_table", "warning", "remarks")
    ]
    assert rasr("plan", book, "--out", tmp_path / "out").code == 0


def test_a_workbook_of_something_else(refused: Callable[..., str], tmp_path: Path) -> None:
    workbook = Workbook()
    workbook.active["A1"] = "dear mother"
    workbook.save(tmp_path / "letter.xlsx")
    assert "is not a region" in refused("check", tmp_path / "letter.xlsx")


def test_a_family_no_line_takes(refused: Callable[..., str], region: Path, old: Path) -> None:
    mend(region, "line_rates", "APART,melt_out,large_calibre,100,900\n", "")
    said = refused("plan", region, "--out", old)
    assert "No line takes large_calibre (2.5 t)" in said
    assert "--partial" in said


def test_no_fund(refused: Callable[..., str], region: Path, old: Path) -> None:
    (region / "funds.csv").unlink()
    (region / "earmarks.csv").unlink()
    assert "No fund can pay" in refused("plan", region, "--out", old)


def test_nothing_to_plan(refused: Callable[..., str], region: Path, old: Path) -> None:
    for record in ("L2,", "L3,", "L4,", "L6,", "L9,"):
        file = region / "stock.csv"
        lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
        file.write_text("".join(line for line in lines if not line.startswith(record)), encoding="utf-8")
    mend(region, "requirements", "N-ARMY,MINE,600", "N-ARMY,MINE,6000")
    assert "There is nothing to plan" in refused("plan", region, "--out", old)


@pytest.fixture
def no_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """Working anything out fails the test: what is wrong can be seen before."""

    def working(*_: object, **__: object) -> None:
        raise AssertionError("worked out in vain")

    for room, names in ((assess_command, ["work_out"]), (plan_command, ["work_out", "plan_both", "plan_alone"])):
        for name in names:
            monkeypatch.setattr(room, name, working)


@pytest.mark.usefixtures("no_work")
@pytest.mark.parametrize("command", ["assess", "plan"])
class TestSeenBeforeTheWork:
    """Where the result cannot be put, or not be written as asked, is said before minutes are spent on it."""

    def test_a_folder_that_is_not_ours(
        self, refused: Callable[..., str], region: Path, tmp_path: Path, command: str
    ) -> None:
        (tmp_path / "theirs").mkdir()
        (tmp_path / "theirs" / "letter.txt").write_text("mine")
        assert "was not written by this program" in refused(command, region, "--out", tmp_path / "theirs")

    def test_a_folder_with_a_run_json_of_someone_else(
        self, refused: Callable[..., str], region: Path, tmp_path: Path, command: str
    ) -> None:
        (tmp_path / "theirs").mkdir()
        (tmp_path / "theirs" / "run.json").write_text('["marathon", "10 km"]')
        assert "was not written by this program" in refused(command, region, "--out", tmp_path / "theirs")

    def test_a_file_in_the_way(self, refused: Callable[..., str], region: Path, tmp_path: Path, command: str) -> None:
        (tmp_path / "out").write_text("a file")
        assert "was not written by this program" in refused(command, region, "--out", tmp_path / "out")

    def test_the_region_itself(self, refused: Callable[..., str], region: Path, command: str) -> None:
        assert "was not written by this program" in refused(command, region, "--out", region)

    def test_an_unknown_language(self, refused: Callable[..., str], region: Path, tmp_path: Path, command: str) -> None:
        said = refused(command, region, "--out", tmp_path / "out", "--language", "xx")
        assert "There is no language named xx. There are: en, bcms" in said


def test_what_someone_put_beside_our_result_is_not_lost(refused: Callable[..., str], region: Path, old: Path) -> None:
    (old / "notes.txt").write_text("what the minister said")
    said = refused("plan", region, "--out", old, "--again")
    assert f"{old / 'notes.txt'} exists and was not written by this program" in said


@pytest.mark.parametrize("command", ["sample", "template", "assess", "plan"])
def test_a_place_that_cannot_be_written(
    refused: Callable[..., str], region: Path, tmp_path: Path, command: str
) -> None:
    (tmp_path / "file").write_text("in the way")
    place = tmp_path / "file" / ("out.xlsx" if command == "template" else "out")
    words = {"sample": [place, "--scale", 0.1], "template": [place]}.get(command, [region, "--out", place])
    said = refused(command, *words)
    assert "cannot be written (" in said
    assert "Nothing was changed." in said


def test_a_sample_never_replaces_a_folder_of_other_things(refused: Callable[..., str], tmp_path: Path) -> None:
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs" / "letter.txt").write_text("mine")
    assert "was not written by this program" in refused("sample", tmp_path / "theirs", "--scale", 0.1)


@pytest.mark.parametrize("scale", ["0", "21", "nan"])
def test_a_sample_of_no_sensible_size(refused: Callable[..., str], tmp_path: Path, scale: str) -> None:
    assert "must be between 0.1 and 20" in refused("sample", tmp_path / "s", "--scale", scale)


def test_figures_outside_what_is_known(refused: Callable[..., str]) -> None:
    assert "must be" in refused("blast", "--mass-kg", 0, "--distance-m", 10)
    assert "must be between" in refused("blast", "--mass-kg", 1, "--distance-m", 1e6)
    distance = ("distance", "--neq-kg", 100, "--exposure")
    assert "There is no kind of exposed site named moon" in refused(*distance, "moon", "--hd", "1.1")
    assert "hazard division" in refused(*distance, "inhabited_building", "--hd", "9.9")


def test_workers_and_clusters_that_are_none(refused: Callable[..., str], region: Path, tmp_path: Path) -> None:
    words = ("assess", region, "--out", tmp_path / "out")
    assert "--workers must be" in refused(*words, "--workers", 0)


def test_a_cluster_without_its_extra(
    refused: Callable[..., str], region: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assess_command, "find_spec", lambda _: None)
    words = ("assess", region, "--out", tmp_path / "out")
    assert "--cluster is not available" in refused(*words, "--cluster", "tcp://127.0.0.1:1")


def test_a_refusal_as_json_is_one_object_with_its_code(rasr: Run, tmp_path: Path) -> None:
    ran = rasr("plan", tmp_path / "nothing", "--out", tmp_path / "out", "--json")
    assert ran.code == 2
    assert ran.err == ""
    assert ran.json["command"] == "plan"
    assert ran.json["error"]["code"] == "missing_file"
    assert "There is nothing at" in ran.json["error"]["message"]


def test_the_kept_result_is_still_the_old_one(rasr: Run, region: Path, old: Path) -> None:
    before = everything(old)
    shutil.move(region, region.with_name("elsewhere"))
    assert rasr("plan", region, "--out", old).code == 2
    assert rasr("plan", region.with_name("elsewhere"), "--out", old).out.startswith("Kept run")
    assert everything(old) == before
