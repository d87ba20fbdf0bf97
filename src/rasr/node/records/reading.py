"""The whole register for a program that acts as a named user: with that user's rights, and on the trail."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from rasr.core.basis.findings import Refused
from rasr.core.records.region import Region
from rasr.node.people import trail
from rasr.node.people.models import User
from rasr.node.people.rights import may
from rasr.node.people.scopes import scope_of
from rasr.node.records import bridge
from rasr.node.records.models import Register
from rasr.node.records.queries import register
from rasr.node.web import marks

TABLE = Register._meta.db_table


def read_as(
    *, username: str, act: str, rights: Sequence[str] = (), takes: bool = False
) -> tuple[Region, marks.Mark | None]:
    """The register, read at the command line as somebody who may see all of it and has these rights too; its mark.

    act: of the trail. takes: what is made of it leaves the node as files. Raises Refused: cli_unknown_user,
    cli_closed_account, cli_not_all, cli_no_right; that attempt is an entry too.
    """
    user = User.objects.filter(username=username).first()
    told: dict[str, Any] = {"by": trail.CONSOLE}
    if (refused := _refused(user, username, rights)) is not None:
        after = told | {"refused": refused.code}
        trail.record(actor=user, act=act, table=TABLE, after=after, outcome=trail.REFUSED)
        raise refused
    with transaction.atomic():
        mark = marks.highest([marks.highest_seen(user)])
        after = told | {"version": register().version, "mark": mark}
        trail.record(actor=user, act=act, table=TABLE, after=after)
        if takes:
            trail.record(actor=user, act="export.make", table=TABLE, after=after | {"name": act})
        return bridge.load_region(), mark


def _refused(user: User | None, username: str, rights: Sequence[str]) -> Refused | None:
    if user is None:
        return Refused("cli_unknown_user", name=username)
    if not user.is_active:
        return Refused("cli_closed_account", name=username)
    if not scope_of(user, "view_register").everything:
        return Refused("cli_not_all", name=username)
    lacking = [right for right in rights if not may(user, right)]
    return Refused("cli_no_right", name=username, right=lacking[0]) if lacking else None
