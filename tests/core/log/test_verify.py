"""What was changed behind the program's back is found, by its kind, at its place, with its time."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.core.log.made import KEY, OTHER, TABLE, Leaf, Log, made_log, time

from rasr.core.basis.findings import Finding
from rasr.core.log import checkpoint, tree, verify, witness
from rasr.core.reference import loader

COUNTS = (3, 4, 5)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "witness.log"


@pytest.fixture
def log(path: Path) -> Log:
    return made_log(path, COUNTS)


def found(path: Path, log: Log) -> list[Finding]:
    read = witness.read(path, KEY.public)
    return verify.verify(read, log.kept(), log.strays(), log.notes.items()).findings


def told(path: Path, log: Log) -> list[tuple[str, Any]]:
    return [(finding.code, finding.numbers["index"]) for finding in found(path, log)]


def rehash(log: Log, index: int) -> None:
    """The attacker makes the leaf fit the row; the seal is beyond reach."""
    leaf = next(leaf for leaf in log.leaves if leaf.index == index)
    leaf.hash, leaf.sealed = tree.leaf_hash(log.entry(leaf.row_id) or b""), False


def rewrite_checkpoints(log: Log) -> None:
    """The attacker signs checkpoints anew over what is there, with a key made up."""
    ordered = sorted((leaf for leaf in log.leaves if leaf.index is not None), key=lambda leaf: leaf.index or 0)
    for size in list(log.notes):
        if size > len(ordered):
            del log.notes[size]
            continue
        root = tree.root(leaf.hash for leaf in ordered[:size])
        log.notes[size] = checkpoint.sign(checkpoint.Checkpoint(KEY.name, size, root, time(0)), OTHER)


def test_what_nobody_touched_has_no_findings(path: Path, log: Log) -> None:
    read = witness.read(path, KEY.public)
    assert verify.verify(read, log.kept(), log.strays(), log.notes.items()) == verify.Verdict([], 12, 0)


def test_what_is_newer_than_the_witness_is_counted(path: Path, log: Log) -> None:
    log.add(3)
    log.stamp(7)
    log.add(2)
    log.leaves[-1].index = None
    verdict = verify.verify(witness.read(path, KEY.public), log.kept(), log.strays(), log.notes.items())
    assert verdict == verify.Verdict([], 12, 5)


def test_a_copy_held_for_long_still_serves(path: Path, log: Log) -> None:
    whole = path.read_bytes()
    path.write_bytes(whole[: whole.index(b"\n") + 1])
    assert told(path, log) == []
    log.rows["1"]["quantity"] = 99
    log.rows["9"]["quantity"] = 99
    assert told(path, log) == [("log_edited", 1), ("log_edited", 9)]


def test_a_finding_says_where_and_from_what_time(path: Path, log: Log) -> None:
    log.rows["5"]["quantity"] = 99
    (one,) = found(path, log)
    assert (one.table, one.value, one.severity) == (TABLE, "5", "error")
    assert one.numbers == {"index": 5, "since": time(0).isoformat(), "until": time(1).isoformat()}
    assert "stock 5 is not what was recorded" in loader.say_finding(one)


@pytest.mark.parametrize("leaf_too", [False, True])
def test_an_edit(path: Path, log: Log, leaf_too: bool) -> None:
    log.rows["5"]["lot"] = "other"
    if leaf_too:
        rehash(log, 5)
    assert told(path, log) == [("log_edited", 5)]


def test_an_edit_of_the_leaf_alone(path: Path, log: Log) -> None:
    log.leaves[5].hash = bytes(32)
    log.leaves[6].sealed = False
    log.leaves[7].index = None
    del log.leaves[8]
    assert told(path, log) == [("log_leaf_changed", index) for index in (5, 6, 7, 8)]


def test_a_deletion(path: Path, log: Log) -> None:
    del log.rows["5"], log.rows["2"], log.leaves[2]
    assert told(path, log) == [("log_deleted", 2), ("log_deleted", 5)]


def test_a_deletion_whose_gap_was_closed(path: Path, log: Log) -> None:
    del log.rows["4"], log.leaves[4]
    for leaf in log.leaves[4:]:
        assert leaf.index is not None
        leaf.index -= 1
    assert told(path, log) == [("log_deleted", 4), ("log_shifted", 5)]
    assert found(path, log)[1].numbers["leaves"] == 7
    assert found(path, log)[1].numbers["places"] == -1


def test_an_insertion(path: Path, log: Log) -> None:
    log.rows["new"] = {"quantity": 1, "lot": "x"}
    (one,) = found(path, log)
    assert (one.code, one.value, one.numbers["index"], one.numbers["since"]) == (
        *("log_inserted", "new", "-"),
        time(2).isoformat(),
    )
    log.leaves.append(Leaf(None, "new", b"", sealed=False))
    assert told(path, log) == [("log_inserted", "-")]


def test_an_insertion_among_the_leaves(path: Path, log: Log) -> None:
    log.rows["new"] = {"quantity": 1, "lot": "x"}
    for leaf in log.leaves[4:]:
        assert leaf.index is not None
        leaf.index += 1
    log.leaves.append(Leaf(4, "new", tree.leaf_hash(log.entry("new") or b""), sealed=None))
    assert sorted(told(path, log)) == [("log_inserted", 4), ("log_shifted", 4)]


@pytest.mark.parametrize("leaf_too", [False, True])
def test_contents_that_changed_places(path: Path, log: Log, leaf_too: bool) -> None:
    log.rows["2"], log.rows["9"] = log.rows["9"], log.rows["2"]
    if leaf_too:
        rehash(log, 2)
        rehash(log, 9)
    findings = found(path, log)
    assert [(one.code, one.value, one.numbers["other"]) for one in findings] == [
        ("log_swapped", "2", "9"),
        ("log_swapped", "9", "2"),
    ]


def test_leaves_that_changed_places(path: Path, log: Log) -> None:
    log.leaves[2].index, log.leaves[9].index, log.leaves[4].index = 9, 4, 2
    findings = found(path, log)
    assert [(one.code, one.value, one.numbers["other"]) for one in findings] == [
        ("log_swapped", "2", "9"),
        ("log_swapped", "4", "2"),
        ("log_swapped", "9", "4"),
    ]


def test_a_truncation(path: Path, log: Log) -> None:
    for row in ("9", "10", "11"):
        del log.rows[row]
    del log.leaves[9:]
    del log.rows["1"]
    rewrite_checkpoints(log)
    assert told(path, log) == [
        *[("log_deleted", 1), ("log_checkpoint_changed", 3), ("log_checkpoint_changed", 7)],
        *[("log_truncated", index) for index in (9, 10, 11)],
        ("log_checkpoint_missing", 12),
    ]


def test_a_row_under_another_id(path: Path, log: Log) -> None:
    log.rows["new"] = log.rows.pop("5")
    assert told(path, log) == [("log_deleted", 5), ("log_inserted", "-")]


def test_a_leaf_that_went_in_twice_hides_nothing(path: Path, log: Log) -> None:
    # its leaf was deleted and came again, so the sequencer gave it another index
    again = witness.Ref(log.leaves[5].hash, TABLE, "5")
    log.leaves.append(Leaf(12, "5", log.leaves[5].hash))
    log.stamp(3)
    witness.append(path, log.notes[13], [again])
    assert told(path, log) == []
    del log.leaves[5]
    assert told(path, log) == [("log_leaf_changed", 5)]
    log.rows["5"]["quantity"] = 99
    assert ("log_edited", 12) in told(path, log)


def test_changed_and_missing_checkpoints(path: Path, log: Log) -> None:
    log.notes[3] = log.notes[3].replace("12:00", "11:00")
    del log.notes[7]
    log.notes[5] = log.notes[12]
    assert told(path, log) == [
        *[("log_checkpoint_changed", 3), ("log_checkpoint_forged", 5), ("log_checkpoint_missing", 7)],
    ]


def test_a_newer_checkpoint_must_be_signed_and_fit_the_leaves(path: Path, log: Log) -> None:
    log.add(2)
    log.stamp(5)
    assert told(path, log) == []
    log.leaves[-1].hash = bytes(32)
    assert told(path, log) == [("log_edited", 13), ("log_checkpoint_forged", 14)]
    log.leaves.pop()
    assert told(path, log) == [("log_checkpoint_forged", 14), ("log_inserted", "-")]


def test_newer_leaves_must_agree_with_themselves(path: Path, log: Log) -> None:
    log.add(4)
    log.rows["12"]["quantity"] = 99
    del log.rows["13"]
    log.leaves[14].sealed = False
    log.leaves[15].sealed = None
    assert told(path, log) == [("log_edited", 12), ("log_deleted", 13), ("log_inserted", 14)]


def edit(log: Log, draw: random.Random) -> set[str]:
    row = draw.choice(sorted(log.rows))
    log.rows[row] = {**log.rows[row], "quantity": 1000}
    return {row}


def delete(log: Log, draw: random.Random) -> set[str]:
    row = draw.choice(sorted(log.rows))
    del log.rows[row]
    return {row}


def insert(log: Log, _draw: random.Random) -> set[str]:
    log.rows["new"] = {"quantity": 7}
    return {"new"}


def swap(log: Log, draw: random.Random) -> set[str]:
    one, other = draw.sample(sorted(log.rows), 2)
    log.rows[one], log.rows[other] = log.rows[other], log.rows[one]
    return {one, other}


def truncate(log: Log, draw: random.Random) -> set[str]:
    start = draw.randrange(len(log.leaves))
    gone = {leaf.row_id for leaf in log.leaves[start:]}
    for row in gone:
        del log.rows[row]
    return gone


@given(st.sampled_from([edit, delete, insert, swap, truncate]), st.integers(0, 2), st.randoms(use_true_random=False))
@settings(max_examples=200, deadline=None)
def test_five_kinds_by_three_strengths(tmp_path_factory: Any, attack: Any, strength: int, draw: random.Random) -> None:
    path = tmp_path_factory.mktemp("log") / "witness.log"
    log = made_log(path, COUNTS)
    touched = attack(log, draw)
    if strength:
        log.leaves = [leaf for leaf in log.leaves if leaf.row_id in log.rows]
        for number, leaf in enumerate(log.leaves):
            leaf.index = number
            hashed = tree.leaf_hash(log.entry(leaf.row_id) or b"")
            leaf.hash, leaf.sealed = hashed, None
        if "new" in touched:
            log.leaves.append(Leaf(12, "new", tree.leaf_hash(log.entry("new") or b""), sealed=False))
    if strength == 2:
        rewrite_checkpoints(log)
    findings = found(path, log)
    assert touched <= {one.value for one in findings}
    assert all(loader.say_finding(one) for one in findings)


def test_many_leaves_that_all_moved_are_told_at_once(path: Path) -> None:
    log = made_log(path, [3000])
    for leaf in log.leaves:
        assert leaf.index is not None
        leaf.index = leaf.index + 1
    findings = found(path, log)
    assert len(findings) == 1
    assert findings[0].numbers["leaves"] == 3000


def taken_along(path: Path, log: Log, lines: int) -> list[tuple[str, Any]]:
    """What is told of a log whose witness inside ends after so many checkpoints, by the whole witness."""
    inside = path.with_name("inside.log")
    inside.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:lines]))
    read = [witness.read(one, KEY.public) for one in (path, inside)]
    findings = verify.verify_taken(read[0], read[1], log.kept()).findings
    return [(finding.code, finding.numbers["index"]) for finding in findings]


def test_a_log_taken_along_before_the_end_of_the_witness_says_where_it_ends(path: Path, log: Log) -> None:
    assert taken_along(path, log, 3) == []
    for leaf in log.leaves[7:9]:
        leaf.index = None
    del log.leaves[9:]
    assert taken_along(path, log, 2) == [("log_ends_early", 7)]
    log.rows["1"]["quantity"] = log.rows["8"]["quantity"] = 99
    del log.leaves[5]
    assert taken_along(path, log, 2) == [
        *[("log_edited", 1), ("log_deleted", 5), ("log_edited", 8), ("log_ends_early", 7)],
    ]


def test_a_log_taken_along_of_which_more_is_gone_than_its_end(path: Path, log: Log) -> None:
    del log.leaves[6:]
    assert taken_along(path, log, 2) == [("log_truncated", 6), ("log_ends_early", 7)]
    assert taken_along(path, log, 3) == [("log_truncated", index) for index in range(6, 12)]


def test_a_log_taken_along_with_a_past_of_its_own(path: Path) -> None:
    made_log(path, COUNTS)
    other = made_log(path.with_name("other.log"), COUNTS[:2])
    other.rows["2"]["quantity"] = 99
    rehash(other, 2)
    other.notes.clear()
    other.stamp(0)
    refs = [witness.Ref(leaf.hash, TABLE, leaf.row_id) for leaf in other.leaves]
    lied = path.with_name("lied.log")
    witness.append(lied, other.notes[7], refs)
    read = [witness.read(one, KEY.public) for one in (path, lied)]
    findings = verify.verify_taken(read[0], read[1], other.kept()).findings
    assert [finding.code for finding in findings] == ["log_edited", *["log_truncated"] * 5]
