"""Tidy finds each kind of fault in a small tree, and none in this project."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import pytest

from tools import tidy

PAGE_FINDINGS = "docs/rules/findings.md"
Write = Callable[[str, str], None]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A small project without a fault."""
    for path, text in {
        "tools/tidy.toml": (tidy.ROOT / "tools/tidy.toml").read_text(),
        "src/rasr/__init__.py": "LAZY = {'read': 'rasr.core.read'}\n",
        "src/rasr/core/__init__.py": "",
        "src/rasr/core/read.py": "from rasr.core import columns\n",
        "src/rasr/core/columns.py": "def far(distance_m: float, *, label: str) -> float:\n    return distance_m\n",
        f"{tidy.docs.FINDINGS}": "code,severity,sentence\nmissing,error,It is missing.\n",
        f"{tidy.docs.SETTINGS}": "key,dtype,default,meaning\nseed,whole,1,Seed\n",
        f"{tidy.docs.COLUMNS}/stock.csv": "column,dtype\nstock_id,text\nmass_kg,real\n",
        PAGE_FINDINGS: "`missing`\n",
        "docs/rules/settings.md": "`seed`\n",
        "docs/rules/columns.md": "# Columns\n\n## `stock`\n\n`stock_id` `mass_kg`\n",
        "docs/MAP.md": "`rasr/` the package, `rasr/core/` the core\n",
    }.items():
        write(tmp_path, path, text)
    return tmp_path


def write(root: Path, path: str, text: str) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text)


def said(root: Path) -> list[str]:
    return [str(fault) for fault in tidy.faults(root)]


def test_a_tidy_tree_has_no_fault(tree: Path) -> None:
    assert said(tree) == []


def test_this_project_has_no_fault() -> None:
    assert said(tidy.ROOT) == []


@pytest.mark.parametrize(("lines", "faults"), [(500, 0), (501, 1)])
def test_a_module_of_501_lines(tree: Path, lines: int, faults: int) -> None:
    write(tree, "tests/test_long.py", "x = 1\n" * lines)
    assert len(said(tree)) == faults


@pytest.mark.parametrize(("lines", "faults"), [(60, 0), (61, 1)])
def test_a_function_of_61_lines(tree: Path, lines: int, faults: int) -> None:
    write(tree, "tools/long.py", "def outer():\n" + "    x = 1\n" * (lines - 1))
    assert len(said(tree)) == faults


def test_a_nested_function_counts_in_its_outer_one(tree: Path) -> None:
    write(tree, "tools/long.py", "def outer():\n    def inner():\n" + "        x = 1\n" * 59)
    assert said(tree) == ["tools/long.py:1: outer has 61 lines; a function at most 60"]


@pytest.mark.parametrize(
    "code",
    [
        "def far(mass: float) -> None: ...",
        "def far(x_m, *, neq_total: 'NDArray[np.float64]'): ...",
        "def far(distance): ...",
        "class Store:\n    height: float | None = None",
        "def far(limit_of_store: int) -> None: ...",
    ],
)
def test_a_physical_name_without_its_unit(tree: Path, code: str) -> None:
    write(tree, "src/rasr/core/columns.py", code)
    assert len(said(tree)) == 1
    assert "does not end with its unit" in said(tree)[0]


@pytest.mark.parametrize(
    "code",
    [
        "def far(mass_kg: float, neq_kg_each: float, cost_eur_by_line: dict[str, float]) -> None: ...",
        "def far(mass_column: str, cost_unknown: bool) -> None: ...",
        "class Store:\n    blind_mass_share: float = 0.0",
        "def far(masses: float, amount: float) -> None: ...",
    ],
)
def test_a_name_with_its_unit_or_without_physics(tree: Path, code: str) -> None:
    write(tree, "src/rasr/core/columns.py", code)
    assert said(tree) == []


def test_a_column_without_its_unit(tree: Path) -> None:
    write(tree, f"{tidy.docs.COLUMNS}/stock.csv", "column,dtype\nstock_id,text\nmass_kg,real\nlength,real\n")
    assert f"{tidy.docs.COLUMNS}/stock.csv:4: length does not end with its unit" in said(tree)


def test_dead_modules_also_if_they_hold_each_other(tree: Path) -> None:
    write(tree, "src/rasr/core/left.py", "from rasr.core import right\n")
    write(tree, "src/rasr/core/right.py", "from . import left\n")
    write(tree, "tests/test_left.py", "from rasr.core import left\n")
    assert [fault.split(":")[0] for fault in said(tree)] == ["src/rasr/core/left.py", "src/rasr/core/right.py"]


def test_an_empty_room_is_not_dead(tree: Path) -> None:
    write(tree, "src/rasr/core/log/__init__.py", "")
    write(tree, "docs/MAP.md", "`rasr/` `rasr/core/` `rasr/core/log/`\n")
    assert said(tree) == []


def test_a_folder_that_the_map_does_not_name(tree: Path) -> None:
    write(tree, "src/rasr/core/log/__init__.py", "")
    assert said(tree) == ["src/rasr/core/log: docs/MAP.md does not say what `rasr/core/log/` is"]


def test_an_undocumented_finding_setting_and_column(tree: Path) -> None:
    write(tree, tidy.docs.FINDINGS, "code,severity,sentence\nmissing,error,It is missing.\nlost,error,It is lost.\n")
    write(tree, tidy.docs.SETTINGS, "key,dtype,default,meaning\nseed,whole,1,Seed\ngrid,real,1,Grid\n")
    write(tree, f"{tidy.docs.COLUMNS}/stock.csv", "column,dtype\nstock_id,text\nmass_kg,real\nlot,text\n")
    assert said(tree) == [
        f"{tidy.docs.COLUMNS}/stock.csv:4: stock.lot is not in docs/rules/columns.md",
        f"{tidy.docs.FINDINGS}:3: lost is not in docs/rules/findings.md",
        f"{tidy.docs.SETTINGS}:3: grid is not in docs/rules/settings.md",
    ]


def test_a_column_named_only_under_another_table(tree: Path) -> None:
    write(tree, f"{tidy.docs.COLUMNS}/sites.csv", "column,dtype\nstock_id,text\n")
    assert said(tree) == [f"{tidy.docs.COLUMNS}/sites.csv:2: sites.stock_id is not in docs/rules/columns.md"]


def test_an_undocumented_command() -> None:
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers()
    commands.add_parser("check")
    commands.add_parser("assess")
    page = "## rasr check\n\nsee also rasr assess\n"
    assert [fault.says for fault in tidy.undocumented_commands(parser, page)] == ["the command assess is not in it"]


# The words are put together, so that this file does not hold them either.
@pytest.mark.parametrize(
    "word", ["/" + "work/main", "'/" + "root/x'", "see /" + "home/me", "https://py" + "pi.org/simple"]
)
def test_a_forbidden_word(tree: Path, word: str) -> None:
    write(tree, "docs/guide/start.md", f"# Start\n\n{word}\n")
    assert len(said(tree)) == 1
    assert said(tree)[0].startswith("docs/guide/start.md:3: ")


def test_words_that_only_look_forbidden(tree: Path) -> None:
    write(tree, "docs/guide/start.md", "the frame/wo" + "rk/flow and example.org/home/page\n")
    assert said(tree) == []


def test_every_fault_comes_at_once(tree: Path) -> None:
    write(tree, PAGE_FINDINGS, "")
    write(tree, "src/rasr/core/columns.py", "def far(mass: float): ...")
    write(tree, "src/rasr/core/dead.py", "x = 1\n")
    assert len(said(tree)) == 3
