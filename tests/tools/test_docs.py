"""The pages made from data are current, and the built documentation needs nothing from outside."""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tools import docs

OUTSIDE = re.compile(
    r"""(?:<(?:script|img|iframe)[^>]+src|<link[^>]+href)=["']?(?:https?:)?//|url\(["']?(?:https?:)?//"""
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The documentation, built strictly."""
    made = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(made)]
    done = subprocess.run(command, cwd=docs.ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return made


def test_every_made_page_is_current() -> None:
    assert docs.stale(docs.ROOT) == []


def test_a_page_goes_stale_with_its_data(tmp_path: Path) -> None:
    (tmp_path / docs.FINDINGS).parent.mkdir(parents=True)
    (tmp_path / docs.FINDINGS).write_text((docs.ROOT / docs.FINDINGS).read_text())
    before = docs.findings_page(tmp_path)
    with (tmp_path / docs.FINDINGS).open("a") as handle:
        handle.write("lost,error,It is lost.\n")
    assert docs.findings_page(tmp_path) == before.replace(
        "\n\n## Warnings", "\n| `lost` | It is lost. |\n\n## Warnings"
    )
    assert docs.findings_page(tmp_path) != before


def test_a_command_is_described_from_its_parser() -> None:
    parser = argparse.ArgumentParser()
    command = parser.add_subparsers().add_parser("check", help="every finding at once")
    command.add_argument("region")
    command.add_argument("--seed", type=int, default=1, help="seed")
    command.add_argument("--json", action="store_true", help="100 %% machine")
    ((name, (summary, found)),) = docs.commands(parser)
    assert (name, summary) == ("check", "every finding at once")
    words = [docs.usage_word(action) for action in found._actions]
    assert words == ["", "region", "[--seed SEED]", "[--json]"]
    lines = [line for action in found._actions for line in docs.option_line(action)]
    assert lines == [("`region`", ""), ("`--seed SEED`", "seed"), ("`--json`", "100 % machine")]


def test_values_of_a_column() -> None:
    row = {"unit": "kg", "allowed": "", "minimum": "0", "maximum": "", "references": ""}
    assert docs.values(row) == "kg; at least 0"


def test_the_site_refers_to_nothing_outside(site: Path) -> None:
    pages = [path for path in site.rglob("*") if path.suffix in (".html", ".css")]
    assert len(pages) > 20
    assert [f"{path.name}: {found.group()}" for path in pages for found in OUTSIDE.finditer(path.read_text())] == []


def test_the_outside_pattern_bites() -> None:
    for text in ('<script src="https://x.y/a.js">', '<link rel="a" href="//x.y/a.css">', "url(http://x.y/f.woff)"):
        assert OUTSIDE.search(text)
    assert not OUTSIDE.search('<a href="https://x.y/">')
