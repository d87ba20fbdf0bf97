"""What axe says of a page that is open."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

AXE = Path(__file__).resolve().parents[2] / "node_modules/axe-core/axe.min.js"
GRAVE = ("serious", "critical")


def grave(page: Page, *, colours_only: bool = False) -> list[str]:
    """What axe finds serious or critical on the page that is open, one line each."""
    if not AXE.exists():
        pytest.fail("axe-core is missing: npm ci", pytrace=False)
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    only = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}} if colours_only else {}
    found: list[dict[str, Any]] = page.evaluate(
        "async asked => (await axe.run(document, asked)).violations", {"resultTypes": ["violations"], **only}
    )
    return [
        f"{page.url}: {each['id']}: {node['target']} {node['html'][:120]}"
        for each in found
        if each["impact"] in GRAVE
        for node in each["nodes"][:3]
    ]
