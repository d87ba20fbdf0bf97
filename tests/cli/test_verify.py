"""``rasr verify`` of a log that was taken along, without a node. On a node: tests/node/people/test_log_processes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.core.log.made import KEY, OTHER, Log, made_log

from rasr.core.log import bundle, keys

Run = Callable[..., object]


@pytest.fixture
def log(tmp_path: Path) -> Log:
    return made_log(tmp_path / "witness.log", [3, 4])


def taken(folder: Path, log: Log) -> Path:
    path = folder / "log.zip"
    with path.open("wb") as out, (folder / "witness.log").open("rb") as held:
        bundle.write(out, held, [*log.kept(), *log.strays()], KEY.public)
    return path


def test_nothing_was_changed(rasr: Run, tmp_path: Path, log: Log) -> None:
    (tmp_path / "key.pub").write_text(keys.write_public(KEY.public) + "\n")
    ran = rasr("verify", "--bundle", taken(tmp_path, log), "--key", tmp_path / "key.pub")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == "7 leaves, signed until 2027-05-31T12:01:00+00:00: nothing was changed.\n"


def test_the_key_inside_is_shown(rasr: Run, tmp_path: Path, log: Log) -> None:
    ran = rasr("verify", "--bundle", taken(tmp_path, log))
    assert ran.code == 0
    assert f"\n{keys.write_public(KEY.public)}\n" in ran.out


def test_differences_are_shown_with_place_and_time(rasr: Run, tmp_path: Path, log: Log) -> None:
    log.rows["2"]["quantity"] = 99
    del log.rows["5"]
    path = taken(tmp_path, log)
    ran = rasr("verify", "--bundle", path)
    assert ran.code == 1
    assert "stock 2 is not what was recorded" in " ".join(ran.out.split())
    assert "people_entry: entries of the trail" in ran.out
    assert "2 differences." in ran.out
    said = rasr("verify", "--bundle", path, "--json")
    assert said.code == 1
    assert said.json["counts"] == {"log_deleted": 1, "log_edited": 1}
    assert said.json["ledger_lines"] is None, "a log that was taken along has no ledger to look at"
    edited = next(one for one in said.json["findings"] if one["code"] == "log_edited")
    assert {name: edited[name] for name in ("table", "row_id", "index", "since", "until")} == {
        **{"table": "stock", "row_id": "2", "index": 2, "since": "-"},
        "until": "2027-05-31T12:00:00+00:00",
    }


def test_many_differences_are_cut_short(rasr: Run, tmp_path: Path) -> None:
    log = made_log(tmp_path / "witness.log", [60])
    log.rows.clear()
    ran = rasr("verify", "--bundle", taken(tmp_path, log))
    assert "20 more; all of them with --json." in ran.out


def test_a_witness_held_elsewhere_counts_more_than_the_one_inside(rasr: Run, tmp_path: Path, log: Log) -> None:
    lied = tmp_path / "lied"
    lied.mkdir()
    path = taken(lied, made_log(lied / "witness.log", [3]))
    assert rasr("verify", "--bundle", path).code == 0
    ran = rasr("verify", "--bundle", path, "--witness", tmp_path / "witness.log", "--json")
    assert (ran.code, ran.json["counts"]) == (1, {"log_ends_early": 1})
    (end,) = ran.json["findings"]
    assert (end["index"], end["leaves"]) == (3, 4)
    assert (end["since"], end["until"]) == ("2027-05-31T12:00:00+00:00", "2027-05-31T12:01:00+00:00")
    assert log.rows


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "--witness: give a witness"),
        (["--bundle", "none.zip"], "none.zip is no log that was exported by RASR"),
        (["--bundle", "log.zip", "--key", "none.pub"], "none.pub holds no key that can be used here (No such file"),
        (["--bundle", "log.zip", "--key", "other.pub"], "another key"),
        (["--bundle", "log.zip", "--key", "key"], "the secret key, which belongs on the node alone"),
        (["--bundle", "log.zip", "--witness", "none.log"], "The witness none.log cannot be read"),
        (["--bundle", "witness.log"], "witness.log is no log that was exported by RASR"),
        (["--bundle", "log.zip", "--home", "."], "--home: a bundle is verified without its node"),
    ],
)
def test_bad_input_ends_with_one_line(
    rasr: Run, tmp_path: Path, log: Log, monkeypatch: pytest.MonkeyPatch, words: list[str], said: str
) -> None:
    taken(tmp_path, log)
    (tmp_path / "other.pub").write_text(keys.write_public(OTHER.public))
    (tmp_path / "key").write_text(keys.write_signing(KEY))
    monkeypatch.chdir(tmp_path)
    ran = rasr("verify", *words)
    assert ran.code == 2
    assert said in ran.err
    assert ran.err.count("\n") == 1
    assert rasr("verify", *words, "--json").code == 2
