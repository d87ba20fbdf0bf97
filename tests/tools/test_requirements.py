"""What is installed is locked: one version, with hashes, from wherever the machine is told, never from a named host."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("uv", "build", "base", "dev")
PINNED = re.compile(r"^(?P<name>[a-z0-9][a-z0-9.-]*)==(?P<version>[^ ]+)( ; [^\\]+)? \\$")


def locked(name: str) -> dict[str, str]:
    """Versions by package of one lock file; every entry must be pinned and hashed."""
    entries = re.split(r"\n(?=[a-z])", (ROOT / f"requirements/{name}.txt").read_text().strip())
    versions: dict[str, str] = {}
    for entry in entries:
        first, *rest = entry.splitlines()
        found = PINNED.match(first)
        assert found, first
        assert rest
        assert rest[0].strip().startswith("--hash=sha256:"), first
        versions[found["name"]] = found["version"]
    return versions


@pytest.mark.parametrize("name", LOCKS)
def test_every_requirement_is_pinned_with_hashes(name: str) -> None:
    assert locked(name)


@pytest.mark.parametrize("name", LOCKS)
def test_no_lock_names_a_host_or_a_place(name: str) -> None:
    text = (ROOT / f"requirements/{name}.txt").read_text()
    assert not re.search(r"://|--(extra-)?index|--find-links|file:|@ ", text)


def test_the_tests_run_on_the_versions_that_users_run() -> None:
    base, dev = locked("base"), locked("dev")
    assert base.items() <= dev.items()


def test_every_dependency_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    names = {re.split(r"[\[<>=~! ]", given)[0].lower() for given in project["project"]["dependencies"]}
    assert names <= locked("base").keys()
    names = {re.split(r"[\[<>=~! ]", given)[0].lower() for given in project["dependency-groups"]["dev"]}
    assert names <= locked("dev").keys()
