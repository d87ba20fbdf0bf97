"""What the owner of a node may set and type stands in the documentation."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from rasr.cli.main import ROOMS
from rasr.node.config import NodeConfig

OPERATE = Path(__file__).parents[3] / "docs" / "operate"
PAGES = {path.name: path.read_text(encoding="utf-8") for path in OPERATE.glob("*.md")}


@pytest.mark.parametrize(
    "setting", [item for item in fields(NodeConfig) if item.name != "home"], ids=lambda item: item.name
)
def test_every_setting_has_its_line_with_its_default(setting: object) -> None:
    name, default = setting.name, setting.default
    [line] = [line for line in PAGES["node.md"].splitlines() if re.match(rf"\| (`\w+`, )*`{name}`", line)]
    shown = "empty" if default == "" else f"`{str(default).lower() if isinstance(default, bool) else default}`"
    assert line.split(" | ")[1] == shown


def test_every_documented_setting_exists() -> None:
    table = PAGES["node.md"].partition("## Settings")[2].partition("An example")[0]
    named = {
        name
        for line in table.splitlines()
        if line.startswith("| `")
        for name in re.findall(r"`(\w+)`", line.split(" | ")[0])
    }
    assert named == {item.name for item in fields(NodeConfig)} - {"home"}


def test_every_command_named_there_exists() -> None:
    named = {word for page in PAGES.values() for word in re.findall(r"`rasr (\w+)", page)}
    assert named
    assert named <= set(ROOMS)
