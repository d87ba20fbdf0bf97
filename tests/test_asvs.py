"""The page on OWASP ASVS: every required id stands in it once, and what it names exists."""

from __future__ import annotations

import ast
import csv
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SECURITY = ROOT / "docs/security"
PAGE = (SECURITY / "asvs.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (\d+\.\d+\.\d+) \| (.+?) \| (.+?) \| (.+) \|$", PAGE, re.MULTILINE)
STATES = {"held", "in part", "deviates", "none here"}
FROM_ROOT = ("tests/", "docs/", "tools/", "requirements/")
WHOLE_CHAPTERS = {6, 7, 8, 16}
"""Of level 2: authentication, sessions, authorization, logging and errors."""
NAMED = re.compile(r"`((?:core|node|cli|tests|docs|tools|requirements)/[\w./#-]+?(?:::\w+)?)`")


def required() -> dict[str, str]:
    """Id to level of what the node is held to."""
    with (SECURITY / "asvs-ids.csv").open(encoding="utf-8") as file:
        return {row["id"]: row["level"] for row in csv.DictReader(file)}


@cache
def functions_of(path: Path) -> frozenset[str]:
    """Names of the functions of a file, tests among them."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def missing(named: str) -> str:
    """What of a path, or of a path and a test, does not exist; empty if all of it does."""
    place, _, test = named.partition("::")
    path = ROOT / place.partition("#")[0] if place.startswith(FROM_ROOT) else ROOT / "src/rasr" / place
    if not path.exists():
        return place
    return "" if not test or test in functions_of(path) else named


def test_every_required_id_has_its_row_and_no_other() -> None:
    assert [row[0] for row in ROWS] == list(required())


def test_the_ids_are_those_of_the_levels_that_the_page_says() -> None:
    """70 of level 1, 53 of level 2 in four chapters, one of level 3: the counts of release 5.0.0."""
    levels = required()
    assert [list(levels.values()).count(level) for level in "123"] == [70, 53, 1]
    assert {int(number.split(".")[0]) for number, level in levels.items() if level == "2"} == WHOLE_CHAPTERS
    assert levels["2.3.5"] == "3"


@pytest.mark.parametrize(("number", "short", "state", "where"), ROWS, ids=[row[0] for row in ROWS])
def test_a_row_says_how_and_where(number: str, short: str, state: str, where: str) -> None:
    assert state in STATES, number
    assert 5 <= len(short) <= 80
    named = NAMED.findall(where)
    assert [missing(name) for name in named if missing(name)] == []
    if state in ("in part", "deviates"):
        assert len(re.sub(r"`[^`]*`", "", where)) > 40, "a deviation has its reason"
    assert named or len(where) > 4


def test_what_is_missing_is_found() -> None:
    assert missing("node/no_such_module.py") == "node/no_such_module.py"
    assert missing("tests/test_asvs.py::test_no_such") == "tests/test_asvs.py::test_no_such"
    assert missing("tests/test_asvs.py::test_what_is_missing_is_found") == ""
