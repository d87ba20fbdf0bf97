"""The page of who may do what says what ``rights`` says."""

from __future__ import annotations

import re
from pathlib import Path

from rasr.node.people.rights import ALL, OF_THE_NODE, RIGHTS

PAGE = Path(__file__).parents[3] / "docs/rules/roles.md"


def test_the_page_is_current() -> None:
    rows = re.findall(r"^\| (\w+) \| (.+?) \|(?: (yes|no) \|)?$", PAGE.read_text(encoding="utf-8"), re.M)
    roles = {name: told for name, told, node in rows if not node and name not in ("Role", "Right")}
    assert roles == {role: ", ".join(sorted(given)) or "none yet" for role, given in RIGHTS.items()}
    rights = {name: node == "yes" for name, _told, node in rows if node}
    assert rights == {right: right in OF_THE_NODE for right in ALL}
