"""How many faults tests find: ``python -m tools.mutants``, a sample of mutants of the ledger, and one of the engine.

``ledger`` or ``engine`` after it: only that part. mutmut makes the mutants (what of: ``pyproject.toml``); here they are
run, each in a process of its own that is forked when the code is loaded and the database, if any, is made. First it is
seen which tests come to which function, and how long they take; a mutant meets only these, the shortest first, until
one fails. What runs while modules are loaded is tried in a process that begins anew. Exit 1 where fewer than ``WANTED``
are found. ``--again`` tries those that were not found last time with the tests as they are now; ``mutmut show NAME``
shows one.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from random import Random
from typing import Any

import pytest
from mutmut.state import state
from mutmut.utils.format_utils import mangled_name_from_mutant_name

SAMPLE, SEED = 300, 1
WANTED = 0.85
FOLDER = Path("mutants")
KEPT = "tried-{}.json"
"""In the folder, for each part: how each mutant of the sample ended."""
ENGINE = "rasr.core.assessment."
"""How the names of the engine's mutants begin; all others are the ledger's."""
TESTS = {
    "ledger": (
        *("src/rasr/core/records/ledger", "src/rasr/node/records/ledger", "tests/core/records/ledger"),
        *("tests/node/records/ledger", "tests/node/records/test_ledger.py"),
    ),
    "engine": ("src/rasr/core/assessment", "tests/core/assessment", "tests/published"),
}
WITHOUT = ("tests/node/records/ledger/test_killed.py",)
"""Its children load the code that is installed, not the mutants."""
SHORT = {"RASR_SOAK": "300"}
MUTANT = "MUTANT_UNDER_TEST"
"""What mutmut's functions look at to know which of them to be: a mutant, ``stats``, or nothing."""
LONGEST_CPU_S, TIMES_LONGER = 20, 10
"""What a mutant may take: so long, and so many times as long as its tests take."""
LONGEST_S = 600
ALL_PASSED, FAILED = 0, 1
GENERATE = """
from mutmut.__main__ import copy_also_copy_files, copy_src_dir, create_mutants, makedirs, setup_source_paths
from pathlib import Path
makedirs(Path("mutants"), exist_ok=True)
copy_src_dir(); copy_also_copy_files(); setup_source_paths(); create_mutants(1)
"""

Tried = dict[str, str]
"""Mutant to how it ended: found, never ended, not found, or no test comes there."""
FOUND = frozenset({"found", "never ended"})


class Forks:
    """Plugin of pytest: instead of the tests once, those that come to a mutant, for each of the mutants."""

    def __init__(self, part: str, mutants: Iterable[str]) -> None:
        self.part, self.mutants, self.tried = part, list(mutants), Tried()
        self.loading: set[str] = set()

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Make the database if any test wants one, see who comes where, try every mutant."""
        items, self.loading = session.items, set(state()._stats)
        state()._stats.clear()
        wanting = [item for item in items if "django_db_setup" in getattr(item, "fixturenames", ())]
        if wanting:
            make_database(wanting[0])
        seen = reported(lambda: come(items))
        items = [item for item, (_, passed, _) in zip(items, seen, strict=True) if passed]
        seen = [one for one in seen if one[1]]
        reached: dict[str, list[tuple[float, int]]] = {}
        for number, (took_s, _, functions) in enumerate(seen):
            for function in functions:
                reached.setdefault(function, []).append((took_s, number))
        shortest = sorted((took_s, number) for number, (took_s, _, _) in enumerate(seen))
        without = forked("", [items[number] for _, number in shortest], sum(took_s for took_s, _ in shortest))
        assert without == "not found", "the tests fail in this order without a mutant"
        for done, name in enumerate(self.mutants, 1):
            function = mangled_name_from_mutant_name(name)
            tests = sorted(reached.get(function, ()))
            if function in self.loading:
                self.tried[name] = anew(self.part, name)
            elif not tests:
                self.tried[name] = "no test comes there"
            else:
                self.tried[name] = forked(name, [items[number] for _, number in tests], sum(s for s, _ in tests))
            print(f"{done} {self.tried[name]}: {name}", file=sys.__stderr__, flush=True)
        return True


def make_database(first: Any) -> None:
    """Set up what lasts for the session and nothing else: of the first test that wants a database only that."""
    names, first.fixturenames = first.fixturenames, ["django_db_setup"]
    runs, first.runtest = first.runtest, lambda: None
    os.environ[MUTANT] = ""
    assert passes(first, first.session)  # nothing of a module stays set up, whichever test comes next
    first.fixturenames, first.runtest = names, runs


def passes(item: pytest.Item, after: Any) -> bool:
    """Run one test; after: the one that comes next, whose modules and packages stay set up."""
    from _pytest.runner import runtestprotocol

    failed = [report for report in runtestprotocol(item, log=False, nextitem=after) if report.failed]
    if failed and os.environ[MUTANT] in ("", "stats"):
        print(failed[0].longreprtext, file=sys.__stderr__, flush=True)
    return not failed


def come(items: list[pytest.Item]) -> list[tuple[float, bool, list[str]]]:
    """How long each test takes, in seconds, whether it passes, and to which functions it comes.

    One that fails without a mutant cannot tell anything: it is named, and left out.
    """
    os.environ[MUTANT] = "stats"
    found = []
    for item, after in zip(items, [*items[1:], None], strict=True):
        state()._stats.clear()
        begun = time.process_time()
        passed = passes(item, after)
        if not passed:
            print(f"fails without a mutant: {item.nodeid}", file=sys.__stderr__, flush=True)
        found.append((time.process_time() - begun, passed, sorted(state()._stats)))
    return found


def reported(work: Callable[[], Any]) -> Any:
    """What some work gives, done in a process of its own, so that nothing of it stays here."""
    place = Path("reported.json").absolute()
    place.unlink(missing_ok=True)
    child = os.fork()
    if child == 0:
        try:
            place.write_text(json.dumps(work()), encoding="utf-8")
        except BaseException as fault:
            print(fault, file=sys.__stderr__, flush=True)
            os._exit(FAILED)
        os._exit(ALL_PASSED)
    os.waitpid(child, 0)
    return json.loads(place.read_text(encoding="utf-8"))


def forked(name: str, items: list[pytest.Item], took_s: float) -> str:
    """How a mutant ends against these tests, in this order."""
    child = os.fork()
    if child == 0:
        resource.setrlimit(resource.RLIMIT_CPU, (int(LONGEST_CPU_S + TIMES_LONGER * took_s),) * 2)
        os.environ[MUTANT] = name
        try:
            held = all(passes(item, after) for item, after in zip(items, [*items[1:], None], strict=True))
        except BaseException as fault:  # whatever it is, it ends the tests
            print(repr(fault), file=sys.__stderr__, flush=True)
            held = False
        os._exit(ALL_PASSED if held else FAILED)
    until = time.monotonic() + LONGEST_S
    while True:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            break
        if time.monotonic() > until:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            return "never ended"
        time.sleep(0.02)
    if os.WIFSIGNALED(status):
        return "never ended" if os.WTERMSIG(status) in (signal.SIGXCPU, signal.SIGKILL) else "found"
    return "not found" if os.WEXITSTATUS(status) == ALL_PASSED else "found"


def anew(part: str, name: str) -> str:
    """How a mutant ends that does its harm while modules are loaded."""
    words = [sys.executable, "-m", "pytest", "-x", *given(part)]
    try:
        ran = subprocess.run(
            words, env={**os.environ, MUTANT: name}, capture_output=True, timeout=LONGEST_S, check=False
        )
    except subprocess.TimeoutExpired:
        return "never ended"
    return "found" if ran.returncode else "not found"


def given(part: str) -> list[str]:
    """What pytest is told: the same examples of a property each time, however long they take."""
    left_out = [f"--ignore={one}" for one in WITHOUT]
    return [
        "-q",
        "--rootdir=.",
        "--tb=line",
        "-p",
        "no:cacheprovider",
        "--hypothesis-profile=ci",
        *left_out,
        *TESTS[part],
    ]


def inside(part: str, names: list[str]) -> int:
    """In the folder of the mutants: try these, and keep how they ended."""
    os.environ[MUTANT] = "stats"
    plugin = Forks(part, names)
    code = pytest.main(given(part), plugins=[plugin])
    Path(KEPT.format(part)).write_text(json.dumps(plugin.tried), encoding="utf-8")
    return int(code)


def known(part: str) -> list[str]:
    """Every mutant that there is of a part."""
    metas = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.rglob("*.meta"))]
    names = sorted(name for meta in metas for name in meta["exit_code_by_key"])
    return [name for name in names if name.startswith(ENGINE) == (part == "engine")]


def measured(part: str, again: bool) -> bool:
    """Try the sample of a part and tell the score; whether as many are found as are wanted."""
    kept = FOLDER / KEPT.format(part)
    names = known(part)
    chosen = Random(SEED).sample(names, min(SAMPLE, len(names)))
    before: Tried = json.loads(kept.read_text(encoding="utf-8")) if again and kept.exists() else {}
    left = [name for name in chosen if before.get(name) not in FOUND]
    paths = os.pathsep.join(str((FOLDER / each).resolve()) for each in ("src", "."))
    subprocess.run(
        [sys.executable, "-m", "tools.mutants", "--inside", part],
        input=json.dumps(left),
        text=True,
        cwd=FOLDER,
        env={**os.environ, **SHORT, "PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1"},
        check=True,
    )
    tried: Tried = before | json.loads(kept.read_text(encoding="utf-8"))
    kept.write_text(json.dumps(tried), encoding="utf-8")
    for name in chosen:
        if tried[name] not in FOUND:
            print(f"{tried[name]}: {name}")
    found = sum(tried[name] in FOUND for name in chosen)
    endless = sum(tried[name] == "never ended" for name in chosen)
    score = f"{found / len(chosen):.1%}; {endless} of them never ended"
    print(f"{part}: {found} of {len(chosen)} mutants found ({score}), of {len(names)} in all, seed {SEED}", flush=True)
    return found >= WANTED * len(chosen)


def main(words: list[str]) -> int:
    """Make the mutants, try the sample of each part."""
    if words[:1] == ["--inside"]:
        return inside(words[1], json.loads(sys.stdin.read()))
    reader = argparse.ArgumentParser(prog="python -m tools.mutants", description=(__doc__ or "").partition("\n")[0])
    reader.add_argument("part", nargs="?", choices=list(TESTS), help="only this; otherwise both")
    reader.add_argument("--again", action="store_true", help="only those that were not found last time")
    asked = reader.parse_args(words)
    if asked.again:
        shutil.copytree("tests", FOLDER / "tests", dirs_exist_ok=True)
        shutil.copy2(__file__, FOLDER / "tools")
    else:
        shutil.rmtree(FOLDER, ignore_errors=True)
        subprocess.run([sys.executable, "-c", GENERATE], check=True, stdout=subprocess.DEVNULL)
    parts = [asked.part] if asked.part else list(TESTS)
    enough = [measured(part, asked.again) for part in parts]
    return 0 if all(enough) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
