"""Kept runs: a result folder knows by a digest what it was made from, and answers again while that holds.

``run.json`` in the folder marks it as this program's own: no other folder is ever replaced.
"""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rasr import __version__
from rasr.cli import nodes
from rasr.core.basis.findings import Refused, has_errors
from rasr.core.basis.seal import digest_bytes
from rasr.core.hazard.mixing import Matrix
from rasr.core.records.files.atomic import write_folder
from rasr.core.records.region import Region
from rasr.core.reference import loader
from rasr.facade import day_of
from rasr.report.texts import Texts

MARKER = "run.json"


@dataclass(frozen=True)
class Run:
    """What is to be worked out: the region behind its door, the parameters, its class mark, and the digest of all."""

    command: str
    region: Region
    parameters: Mapping[str, Any]
    mark: str
    digest: str


def read_region(args: Namespace) -> tuple[Region, str]:
    """The region of a command's arguments, whatever its faults, and the word of its class mark: empty of files.

    Raises Refused where it cannot be read.
    """
    if str(args.region) != nodes.NODE_REGION:
        if args.user:
            raise Refused("bad_option", option="--as", reason=f"it goes with {nodes.NODE_REGION} only")
        return Region.read(args.region), ""
    return nodes.register(args)


def matrix_of(args: Namespace) -> Matrix | None:
    """Which groups may lie together, as the node has decided; of files None: as shipped. After ``read_region``."""
    return nodes.matrix() if str(args.region) == nodes.NODE_REGION else None


def open_region(args: Namespace) -> tuple[Region, str]:
    """The same. Raises Refused where it cannot be read or has errors."""
    region, mark = read_region(args)
    findings = region.check(as_of=args.as_of or day_of(region))
    if has_errors(findings):
        errors = sum(finding.severity == "error" for finding in findings)
        raise Refused("region_has_errors", errors=errors, path=str(args.region))
    return region, mark


def run_of(command: str, region: Region, mark: str, **parameters: Any) -> Run:
    """The run with its digest: over records, parameters, rule data, the version of the program and the class mark."""
    known = json.dumps(parameters, sort_keys=True, default=str)
    parts = (command, region.digest(), known, loader.edition(), __version__, *([mark] if mark else []))
    return Run(command, region, parameters, mark, digest_bytes(part.encode() for part in parts))


def marked(mark: str) -> dict[str, str]:
    """What ``run.json`` and ``--json`` say of a class mark; nothing without one."""
    return {"class_mark": mark} if mark else {}


def mark_of(out: Path) -> str:
    """The word of the class mark of a kept run; empty without one."""
    return str(_said(out).get("class_mark", ""))


def kept(out: Path, digest: str) -> dict[str, Any] | None:
    """What ``run.json`` of the folder says, if it was made from the same and every file is still as it was."""
    said = _said(out)
    return said if said.get("digest") == digest and unchanged(out, said) else None


def unchanged(out: Path, said: Mapping[str, Any]) -> bool:
    """Whether every file of a run is still as it was written. Whoever can write there can change ``run.json`` too."""
    try:
        return bool(said["files"]) and said["digests"] == _digests(out, said["files"])
    except (OSError, KeyError, TypeError):
        return False


def _digests(folder: Path, files: Iterable[str]) -> dict[str, str]:
    return {name: digest_bytes([(folder / name).read_bytes()]) for name in files}


def ready(out: Path, language: str) -> None:
    """Refuse before the work what could not be written after it.

    Raises Refused: unknown_rule for a language, output_exists where the folder holds what no run of ours wrote.
    """
    Texts(language)
    if not out.exists():
        return
    files = _said(out).get("files", [])
    if not files and (not out.is_dir() or any(out.iterdir())):
        raise Refused("output_exists", path=str(out))
    ours = {out / name for name in (MARKER, *files)}
    for path in sorted(out.rglob("*")):
        if path.is_file() and path not in ours:
            raise Refused("output_exists", path=str(path))


def _said(out: Path) -> dict[str, Any]:
    """What ``run.json`` of a folder says; nothing where there is none of ours."""
    said: Any
    try:
        said = json.loads((out / MARKER).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    files = said.get("files") if isinstance(said, dict) else None
    return said if isinstance(files, list) and all(isinstance(name, str) for name in files) else {}


def keep(run: Run, out: Path, found: Mapping[str, Any], write: Callable[[Path], None]) -> dict[str, Any]:
    """Write a result folder, whole or not at all; gives what ``run.json`` says."""
    said: dict[str, Any] = {
        "command": run.command,
        "version": __version__,
        "rule_edition": loader.edition(),
        "digest": run.digest,
        **marked(run.mark),
        "parameters": {name: str(value) for name, value in run.parameters.items()},
        **found,
    }

    def fill(folder: Path) -> None:
        write(folder)
        said["files"] = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
        said["digests"] = _digests(folder, said["files"])
        (folder / MARKER).write_text(json.dumps(said, indent=1, ensure_ascii=False), encoding="utf-8")

    write_folder(out, fill, MARKER)
    return said
