"""``node:`` as a region: the node's own register, read as a named user with that user's rights, on the trail."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal
from tests.cli.conftest import STORY, Ran, python

RESTRICTED = 1
SET_UP = """
import sys
from argparse import Namespace
from pathlib import Path
from rasr.cli import nodes

nodes.begin(Namespace(home=Path(sys.argv[1])))
from rasr.core.records.region import Region
from rasr.node.assessment import services as assessments
from rasr.node.people.services import add_user
from rasr.node.records.services import load_region

region = Region.read(Path(sys.argv[2]))
made = {}
for name, role in (("planner", "planner"), ("auditor", "auditor"), ("admin", "administrator"), ("gone", "planner")):
    made[name] = add_user(username=name, password="x", role=role, check_password=False)
load_region(actor=made["planner"], region=region, complete=True, source="test")
organisation = region.table("organisations")["organisation_id"][0]
add_user(username="scoped", password="x", role="technical_officer", organisation_id=organisation, check_password=False)
made["gone"].is_active = False
made["gone"].save()
run = assessments.work_out(actor=made["planner"], as_of=assessments.today())
from rasr.node.assessment.bridge import load_table

load_table(run, "stores").write_parquet(sys.argv[3])
print(run.fatalities_per_year.hex(), run.inputs_digest)
"""
"""A node with the region loaded and assessed as its pages do it."""
TRAIL = """
import json, sys
from argparse import Namespace
from pathlib import Path
from rasr.cli import nodes

nodes.begin(Namespace(home=Path(sys.argv[1])), there=True)
from rasr.node.people.models import Entry, User

named = dict(User.objects.values_list("pseudonym", "username"))
rows = Entry.objects.filter(act__in=("cli.check", "cli.assess", "cli.plan", "export.make")).order_by("at")
print(json.dumps([[row.act, named.get(row.actor, row.actor), row.outcome, row.after] for row in rows]))
"""


COMMANDS = """
import contextlib, io, json, sys
from rasr.cli.main import main

ran = []
for words in json.loads(sys.argv[1]):
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(words)
    ran.append([code, out.getvalue(), err.getvalue()])
print(json.dumps(ran))
"""
"""Several commands in one process: starting it takes longest."""


def rasr_each(*commands: tuple[object, ...]) -> list[Ran]:
    """Each of the commands: exit code, what it said, what it complained of."""
    words = [[str(word) for word in command] for command in commands]
    return [Ran(*ran) for ran in json.loads(python(COMMANDS, json.dumps(words)))]


class Node:
    """A node with the sample region, and what its pages say of it."""

    def __init__(self, folder: Path, region: Path) -> None:
        self.home, self.stores = folder / "home", folder / "stores.parquet"
        fatalities, self.digest = python(SET_UP, self.home, region, self.stores).split()
        self.fatalities_per_year = float.fromhex(fatalities)

    def trail(self) -> list[Any]:
        """Entries of the command line: act, who, outcome, after."""
        told: list[Any] = json.loads(python(TRAIL, self.home))
        return told


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory, sample: Path) -> Node:
    """Made once; commands only read it and add to its trail."""
    return Node(tmp_path_factory.mktemp("node-region"), sample)


def test_who_may_gets_what_the_files_and_the_pages_give_digit_for_digit(
    node: Node, sample: Path, tmp_path: Path
) -> None:
    by_files, by_node = tmp_path / "files", tmp_path / "node"
    as_planner = ("--as", "planner", "--home", node.home)
    checked, files, assessed, planned = rasr_each(
        ("check", "node:", "--as", "auditor", "--home", node.home),
        ("assess", sample, "--out", by_files, "--exact", "--json"),
        ("assess", "node:", *as_planner, "--out", by_node, "--exact", "--json"),
        ("plan", "node:", *as_planner, "--out", tmp_path / "plan", "--json"),
    )
    assert [ran.code for ran in (checked, files, assessed, planned)] == [0, 0, 0, 0]
    assert "node::" in checked.out
    assert assessed.json["fatalities_per_year"] == files.json["fatalities_per_year"] == node.fatalities_per_year
    assert assessed.json["inputs_digest"] == node.digest
    names = {path.name for path in (by_files / "tables").glob("*.parquet")}
    for name in names:
        marked = name.replace(".parquet", "-restricted.parquet")
        assert (by_node / "tables" / marked).read_bytes() == (by_files / "tables" / name).read_bytes(), name
    assert_frame_equal(
        pl.read_parquet(by_node / "tables" / "stores-restricted.parquet"),
        pl.read_parquet(node.stores),
        rel_tol=0,
        abs_tol=0,
    )
    assert planned.json["plan"]["mass_destroyed_kg"] > 0
    trail = node.trail()
    assert [entry[:3] for entry in trail] == [
        ["cli.check", "auditor", "done"],
        ["cli.assess", "planner", "done"],
        ["export.make", "planner", "done"],
        ["cli.plan", "planner", "done"],
        ["export.make", "planner", "done"],
    ]
    assert trail[0][3] == {"by": "console", "version": 1, "mark": RESTRICTED}


MARK = """
import sys
from argparse import Namespace
from pathlib import Path
from rasr.cli import nodes

nodes.begin(Namespace(home=Path(sys.argv[1])), there=True)
from rasr.node.places.models import Site
from rasr.node.web.marks import Mark

Site.objects.filter(pk=Site.objects.first().pk).update(mark=Mark.CONFIDENTIAL)
"""


@pytest.fixture
def own_node(node: Node, tmp_path: Path) -> Path:
    """The home of a copy of the node, to be changed as a test likes."""
    return Path(shutil.copytree(node.home, tmp_path / "own"))


def told_marks(out: Path) -> set[str]:
    """What the names of the files of a result end with, but of ``run.json``."""
    return {path.stem.rpartition("-")[2] for path in out.rglob("*") if path.is_file() and path.name != "run.json"}


def test_all_that_is_made_of_the_register_carries_its_highest_mark(own_node: Path, tmp_path: Path) -> None:
    as_planner, out, plan = ("--as", "planner", "--home", own_node), tmp_path / "out", tmp_path / "plan"
    before, again, checked = rasr_each(
        ("assess", "node:", *as_planner, "--out", out),
        ("assess", "node:", *as_planner, "--out", out),
        ("check", "node:", *as_planner, "--json"),
    )
    assert (before.code, before.out.splitlines()[0]) == (0, "Class mark: restricted"), before.err
    assert again.out.splitlines()[:2] == [f"Kept run of the same records in {out}.", "Class mark: restricted"]
    assert told_marks(out) == {"restricted"}
    assert f"Report: {out / 'report-restricted.html'}" in before.out
    page = (out / "report-restricted.html").read_text(encoding="utf-8")
    assert page.count(">restricted</aside>") == 2
    assert json.loads((out / "run.json").read_text(encoding="utf-8"))["class_mark"] == "restricted"
    assert (checked.code, checked.json["class_mark"]) == (0, "restricted")

    python(MARK, own_node)
    told, assessed, planned = rasr_each(
        ("check", "node:", *as_planner),
        ("assess", "node:", *as_planner, "--out", out, "--json"),
        ("plan", "node:", *as_planner, "--out", plan, "--assessment", out, "--language", "sl"),
    )
    assert told.out.splitlines()[0] == "Class mark: confidential"
    assert (assessed.code, assessed.json["class_mark"]) == (0, "confidential"), "the kept run has another mark"
    assert told_marks(out) == {"confidential"}
    assert (planned.code, planned.out.splitlines()[0]) == (0, "Class mark: zaupno"), planned.err
    assert told_marks(plan) == {"zaupno"}
    assert (plan / "plan-zaupno.json").is_file()


def test_the_words_of_the_nation_stand_there_as_they_are(own_node: Path, tmp_path: Path) -> None:
    with (own_node / "node.toml").open("a", encoding="utf-8") as settings:
        settings.write('class_marks = "javno,za službenu upotrebu,tajno"\n')
    out = tmp_path / "out"
    (ran,) = rasr_each(("assess", "node:", "--as", "planner", "--home", own_node, "--out", out, "--language", "sq"))
    assert (ran.code, ran.out.splitlines()[0]) == (0, "Class mark: za službenu upotrebu"), ran.err
    assert (out / "report-za-službenu-upotrebu.html").is_file()


def test_a_region_from_files_has_no_mark_but_that_of_its_assessment(
    node: Node, sample: Path, tmp_path: Path, rasr: Callable[..., Ran]
) -> None:
    ran = rasr("assess", sample, "--out", tmp_path / "files", "--json")
    assert "class_mark" not in ran.json
    names = {path.name for path in (tmp_path / "files").iterdir()}
    assert names == {"report.html", "map.geojson", "run.json", "tables"}
    assert "class-mark" not in (tmp_path / "files" / "report.html").read_text(encoding="utf-8")
    assert "Class mark" not in rasr("check", sample).out
    marked = tmp_path / "marked"
    rasr_each(("assess", "node:", "--as", "planner", "--home", node.home, "--out", marked))
    planned = rasr("plan", sample, "--out", tmp_path / "plan", "--assessment", marked)
    assert planned.out.splitlines()[0] == "Class mark: restricted"
    assert told_marks(tmp_path / "plan") == {"restricted"}


def test_no_entry_is_left_where_the_language_is_none_of_ours(node: Node, tmp_path: Path) -> None:
    before = node.trail()
    words = ("assess", "node:", "--as", "planner", "--home", node.home, "--out", tmp_path / "out")
    (ran,) = rasr_each((*words, "--language", "../sl"))
    assert (ran.code, ran.err.count("\n")) == (2, 1), ran.err
    assert node.trail() == before


REFUSED = [
    ("assess", "nobody", "There is no user named nobody", "console"),
    ("assess", "gone", "The account gone is closed", "gone"),
    ("assess", "auditor", "does not have the right assess", "auditor"),
    ("plan", "auditor", "does not have the right plan", "auditor"),
    ("assess", "scoped", "may not see the whole register", "scoped"),
    ("check", "scoped", "may not see the whole register", "scoped"),
    ("check", "admin", "may not see the whole register", "admin"),
]


def test_who_may_not_is_told_in_one_line_and_leaves_an_entry(node: Node, tmp_path: Path) -> None:
    out = tmp_path / "out"
    each = rasr_each(
        *(
            (command, "node:", "--as", name, "--home", node.home, *(() if command == "check" else ("--out", out)))
            for command, name, _said, _actor in REFUSED
        )
    )
    for ran, (_command, _name, said, _actor) in zip(each, REFUSED, strict=True):
        assert (ran.code, ran.err.count("\n"), ran.out) == (2, 1, "")
        assert said in ran.err
    assert not out.exists()
    refused = [(act, actor) for act, actor, outcome, _after in node.trail() if outcome == "refused"]
    assert refused == [(f"cli.{command}", actor) for command, _name, _said, actor in REFUSED]


def test_without_a_name_or_a_node_there_is_one_line(tmp_path: Path) -> None:
    home = tmp_path / "none"
    nameless, nodeless = rasr_each(
        ("check", "node:", "--home", home), ("check", "node:", "--home", home, "--as", "ana")
    )
    for ran, said in ((nameless, "say as which user"), (nodeless, "There is no node in")):
        assert (ran.code, ran.err.count("\n")) == (2, 1)
        assert said in ran.err
    assert not home.exists()


def test_a_name_goes_with_the_node_only(rasr: Callable[..., Ran]) -> None:
    ran = rasr("check", STORY, "--as", "ana")
    assert (ran.code, "goes with node: only" in ran.err) == (2, True)
