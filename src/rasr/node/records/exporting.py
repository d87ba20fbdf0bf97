"""The whole register, and the blank workbook, as files to take along."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path
from typing import BinaryIO

from django.core.exceptions import PermissionDenied

from rasr.core.records.files.template import write_template
from rasr.node.people.choices import Role
from rasr.node.people.models import User
from rasr.node.people.rights import grants_of, may, of_the_node
from rasr.node.records import bridge

WORKBOOK = "region.xlsx"


def may_take_all(actor: User) -> bool:
    """Whether somebody may take the whole register along: who may load it, and the auditor of the whole node."""
    audits = any(grant.role == Role.AUDITOR and of_the_node(grant) for grant in grants_of(actor))
    return audits or may(actor, "load_register")


def whole_register(*, actor: User, printed: str = "") -> BinaryIO:
    """The whole register as a workbook that can be loaded again, at its beginning; it is gone when closed.

    printed: words over and under every printed sheet.
    Raises PermissionDenied, and Refused("cannot_write") for what no workbook can hold.
    """
    if not may_take_all(actor):
        raise PermissionDenied("take_register")
    with tempfile.TemporaryDirectory(prefix="rasr-") as place:
        path = Path(place) / WORKBOOK
        bridge.load_region().write(path, printed=printed)
        return path.open("rb")  # open, it outlives its folder


@cache
def blank_workbook() -> bytes:
    """The workbook with every table and no row."""
    with tempfile.TemporaryDirectory(prefix="rasr-") as place:
        path = Path(place) / WORKBOOK
        write_template(path)
        return path.read_bytes()
