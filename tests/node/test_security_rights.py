"""The page on rights says what the program gives."""

from __future__ import annotations

import re
from pathlib import Path

from rasr.node.people.choices import Role
from rasr.node.people.rights import ALL, OF_THE_NODE, RIGHTS

PAGE = (Path(__file__).parents[2] / "docs/security/rights.md").read_text(encoding="utf-8")


def rows() -> list[list[str]]:
    """The table of rights, its heads first."""
    table = PAGE.partition("## Rights of roles")[2].partition("## ")[0]
    lines = [line for line in table.splitlines() if line.startswith("|") and not line.startswith("|---")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_every_role_has_the_rights_that_the_page_says() -> None:
    heads, *lines = rows()
    named = {head: set() for head in heads[2:]}
    for right, _, *given in lines:
        for role, says in zip(heads[2:], given, strict=True):
            assert says in ("", "yes")
            if says:
                named[role].add(right.strip("`* "))
    assert {role: rights for role, rights in RIGHTS.items() if rights} == named
    assert len(named) + 4 == len(Role), "the others stand below the table"


def test_every_right_has_its_row_and_its_reach() -> None:
    said = {right.strip("`* "): right.endswith("*") for right, *_ in rows()[1:]}
    assert list(said) == list(ALL)
    assert {right for right, of_the_node in said.items() if of_the_node} == OF_THE_NODE
    assert re.search(r"holds only by a role on the whole node", PAGE)
