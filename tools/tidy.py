"""Holds the project to its own rules: sizes, units in names, no dead module, nothing undocumented, no forbidden word.

Every fault is listed at once; the exit code is 1 if there is any. The rules and their exceptions stand in tidy.toml.

>>> unit_is_named("distance_m", Units(("distance",), ("m",), (), {}))
True
>>> unit_is_named("distance", Units(("distance",), ("m",), (), {}))
False
"""

from __future__ import annotations

import argparse
import ast
import csv
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools import docs

ROOT = Path(__file__).resolve().parent.parent
CODE_FOLDERS = ("src", "tools", "tests")
ROOT_MODULES = ("rasr", "rasr.__main__", "rasr.cli.main")
NUMERIC = re.compile(r"\b(int|float\w*|ndarray|\w*Array\w*|Floats|Series|Expr)\b")
SKIPPED_FOLDERS = {".git", ".venv", ".tools", "site", "demo", "node_modules", "__pycache__"}


@dataclass(frozen=True, order=True)
class Fault:
    """One fault: where it stands and what is wrong. line is 0 where the whole file is meant."""

    path: str
    line: int
    says: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.says}" if self.line else f"{self.path}: {self.says}"


@dataclass(frozen=True)
class Units:
    """Which words make a name physical, which units it may end with, what may follow them, and what is excepted."""

    words: tuple[str, ...]
    suffixes: tuple[str, ...]
    tails: tuple[str, ...]
    exceptions: Mapping[str, str]


def rules(root: Path) -> dict[str, Any]:
    """The rules of this tree: tools/tidy.toml."""
    return tomllib.loads((root / "tools/tidy.toml").read_text())


def modules(root: Path, *folders: str) -> Iterator[tuple[str, str]]:
    """Path (from the root) and text of every Python file in the folders."""
    for folder in folders:
        for path in sorted((root / folder).rglob("*.py")):
            yield str(path.relative_to(root)), path.read_text()


# Sizes.


def too_long(root: Path) -> Iterator[Fault]:
    """Modules and functions that are longer than the rules allow; a nested function counts in its outer one too."""
    most: dict[str, int] = rules(root)["size"]
    for path, text in modules(root, *CODE_FOLDERS):
        lines = text.count("\n")
        if "/migrations/" in path:
            continue  # made by Django
        if lines > most["module_lines"]:
            yield Fault(path, 0, f"{lines} lines; a module has at most {most['module_lines']}")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > most["function_lines"]:
                    yield Fault(
                        path, node.lineno, f"{node.name} has {lines} lines; a function at most {most['function_lines']}"
                    )


# Units.


def unit_is_named(name: str, units: Units) -> bool:
    """Whether a numeric name is not physical, ends with its unit, or is excepted."""
    if name in units.exceptions or not set(units.words) & set(name.split("_")):
        return True
    tails = "|".join(units.tails) or "(?!)"
    return re.search(rf"(^|_)({'|'.join(units.suffixes)})(_({tails}))*$", name) is not None


def without_unit(root: Path) -> Iterator[Fault]:
    """Parameters, fields and columns that are physical by their name but do not end with a unit."""
    raw = rules(root)["units"]
    units = Units(tuple(raw["words"]), tuple(raw["suffixes"]), tuple(raw["tails"]), raw["exceptions"])
    for path, text in modules(root, "src"):
        for name, line in numeric_names(ast.parse(text)):
            if not unit_is_named(name, units) and f"{path}:{name}" not in units.exceptions:
                yield Fault(path, line, f"{name} does not end with its unit")
    for file in sorted((root / docs.COLUMNS).glob("*.csv")):
        for line, row in enumerate(read_csv(file), start=2):
            if row["dtype"] in ("whole", "real") and not unit_is_named(row["column"], units):
                yield Fault(str(file.relative_to(root)), line, f"{row['column']} does not end with its unit")


def numeric_names(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Name and line of every parameter and class field that holds numbers, or whose type is not written."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            given = node.args
            for argument in (*given.posonlyargs, *given.args, *given.kwonlyargs):
                if not isinstance(node, ast.Lambda) and is_numeric(argument.annotation):
                    yield argument.arg, argument.lineno
        elif isinstance(node, ast.ClassDef):
            for field in node.body:
                if (
                    isinstance(field, ast.AnnAssign)
                    and isinstance(field.target, ast.Name)
                    and is_numeric(field.annotation)
                ):
                    yield field.target.id, field.lineno


def is_numeric(annotation: ast.expr | None) -> bool:
    """Whether the annotation speaks of numbers; a missing one is taken to."""
    return annotation is None or NUMERIC.search(ast.unparse(annotation)) is not None


# Dead modules.


def dead(root: Path) -> Iterator[Fault]:
    """Modules under src that nothing reaches: no command, no facade, no tool, and Django does not load them by name."""
    by_name = re.compile("|".join(rules(root)["loaded_by_name"]["modules"]))
    known = {module_name(path): (path, ast.parse(text)) for path, text in modules(root, "src")}
    waiting = [name for name in known if name in ROOT_MODULES or by_name.fullmatch(name)]
    for _, text in modules(root, "tools"):
        waiting.extend(imported("", ast.parse(text), known))
    reached: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in reached:
            continue
        reached.add(name)
        path, tree = known[name]
        waiting.extend(imported(name if path.endswith("__init__.py") else name.rpartition(".")[0], tree, known))
    for name, (path, tree) in sorted(known.items()):
        if tree.body and name not in reached:
            yield Fault(path, 0, "dead: nothing imports it but, perhaps, its tests")


def module_name(path: str) -> str:
    """Dotted name of a file under src."""
    return ".".join(Path(path).with_suffix("").parts[1:]).removesuffix(".__init__")


def imported(package: str, tree: ast.Module, known: Mapping[str, object]) -> set[str]:
    """Known modules that the tree imports, or names in a string, as lazy loading does; and the packages they are in."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parents = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            base = ".".join([*parents, node.module] if node.module else parents)
            names.update((base, *(f"{base}.{alias.name}" for alias in node.names)))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            names.add(node.value)
    whole = {".".join(name.split(".")[:count]) for name in names for count in range(1, name.count(".") + 2)}
    return whole & known.keys()


# Documentation.


def undocumented(root: Path) -> Iterator[Fault]:
    """Findings, settings, columns and package folders that their page does not name."""
    for data, key, page in (
        (docs.FINDINGS, "code", "docs/rules/findings.md"),
        (docs.SETTINGS, "key", "docs/rules/settings.md"),
    ):
        text = read(root / page)
        for line, row in enumerate(read_csv(root / data), start=2):
            if f"`{row[key]}`" not in text:
                yield Fault(data, line, f"{row[key]} is not in {page}")
    yield from undocumented_columns(root)
    where = read(root / "docs/MAP.md")
    for path in sorted((root / "src/rasr").rglob("__init__.py")):
        folder = str(path.parent.relative_to(root / "src"))
        if folder.startswith("rasr/node/") and {"migrations", "formats", "templatetags"} & set(path.parts):
            continue  # what these hold is Django's own order
        if f"`{folder}/`" not in where:
            yield Fault(f"src/{folder}", 0, f"docs/MAP.md does not say what `{folder}/` is")


def undocumented_columns(root: Path) -> Iterator[Fault]:
    """Columns that do not stand under their table's heading in docs/rules/columns.md."""
    sections = re.split(r"^## ", read(root / "docs/rules/columns.md"), flags=re.MULTILINE)
    by_table = {section.partition("\n")[0].strip("` "): section for section in sections}
    for file in sorted((root / docs.COLUMNS).glob("*.csv")):
        for line, row in enumerate(read_csv(file), start=2):
            if f"`{row['column']}`" not in by_table.get(file.stem, ""):
                says = f"{file.stem}.{row['column']} is not in docs/rules/columns.md"
                yield Fault(str(file.relative_to(root)), line, says)


def undocumented_commands(parser: argparse.ArgumentParser, page: str) -> Iterator[Fault]:
    """Commands of the parser that the text of docs/guide/commands.md has no heading for."""
    for name, _ in docs.commands(parser):
        if f"## rasr {name}\n" not in page:
            yield Fault("docs/guide/commands.md", 0, f"the command {name} is not in it")


def commands_of_root(root: Path) -> Iterator[Fault]:
    """Undocumented commands of the tree this tool stands in; another tree's command cannot be imported."""
    if root == ROOT:
        yield from undocumented_commands(docs.parser(), read(root / "docs/guide/commands.md"))


def stale_pages(root: Path) -> Iterator[Fault]:
    """Generated pages that differ from what their data would give now."""
    for page in docs.stale(root) if root == ROOT else ():
        yield Fault(page, 0, "is not current: run `make docs`")


# Words.


def forbidden_words(root: Path) -> Iterator[Fault]:
    """Absolute paths of one machine, and hosts that a closed room cannot reach, in any text of the project."""
    # The words are put together here, so that this file does not hold them.
    folders = "|".join(("work", "root", "home"))
    hosts = "|".join(
        re.escape(".".join(parts))
        for parts in (
            ("py" + "pi", "org"), ("python" + "hosted", "org"), ("npm" + "js", "org"), ("npm" + "js", "com"),
            ("crates", "io"), ("jsdelivr", "net"), ("unpkg", "com"), ("cdnjs", "cloudflare", "com"),
            ("fonts", "googleapis", "com"), ("fonts", "gstatic", "com"),
        )
    )  # fmt: skip
    pattern = re.compile(rf"(?<![\w.~*-])/({folders})/|{hosts}")
    for path in texts(root):
        text = read(root / path)
        for line, content in enumerate(text.splitlines(), start=1) if pattern.search(text) else ():
            if found := pattern.search(content):
                yield Fault(path, line, f"{found.group()} must not be named")


def texts(root: Path) -> list[str]:
    """Every text file that git tracks or would track; without git, every one outside the folders that are made."""
    listed = subprocess.run(
        ["git", "-C", str(root), "ls-files", "-co", "--exclude-standard", "-z"],
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode == 0 and (root / ".git").exists():
        paths = [path for path in listed.stdout.split("\0") if path]
    else:
        everything = (path.relative_to(root) for path in root.rglob("*"))
        paths = [str(path) for path in everything if not SKIPPED_FOLDERS & set(path.parts)]
    return sorted(path for path in set(paths) if (root / path).is_file() and b"\0" not in start_of(root / path))


def start_of(path: Path) -> bytes:
    """The first bytes of a file: a zero byte among them means that it is no text."""
    with path.open("rb") as handle:
        return handle.read(4096)


def read(path: Path) -> str:
    """The text of a file; empty if there is none."""
    return path.read_text(errors="replace") if path.is_file() else ""


def read_csv(path: Path) -> Iterable[dict[str, str]]:
    """The rows of a CSV file; none if there is no such file."""
    return list(csv.DictReader(read(path).splitlines())) if path.is_file() else []


CHECKS: tuple[Callable[[Path], Iterator[Fault]], ...] = (
    too_long,
    without_unit,
    dead,
    undocumented,
    commands_of_root,
    stale_pages,
    forbidden_words,
)


def faults(root: Path) -> list[Fault]:
    """Every fault of the tree, sorted."""
    return sorted(fault for check in CHECKS for fault in check(root))


def main() -> int:
    """Lists every fault of this tree; 1 if there is any."""
    found = faults(ROOT)
    for fault in found:
        print(fault)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
