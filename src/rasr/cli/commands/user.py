"""``rasr user``: who may sign in, at the command line; so that there is a first administrator."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from rasr.cli import nodes
from rasr.cli.say import Say
from rasr.core.basis.findings import Refused

OPTION = "--password-file"


def user(args: Namespace, say: Say) -> int:
    """Add a user, list them, or set another password."""
    if args.action != "list" and not args.name:
        raise Refused("bad_option", option="NAME", reason="give the name of the user")
    if args.action == "add" and not args.role:
        raise Refused("bad_option", option="--role", reason="give the role of the user")
    nodes.begin(args, there=args.action != "add")
    return {"add": _add, "list": _list, "password": _password}[args.action](args, say)


def _add(args: Namespace, say: Say) -> int:
    from rasr.node.people import services  # needs Django

    password = nodes.secret(args.password_file, f"Password of {args.name}", OPTION, twice=True)
    services.add_user(
        actor=None,
        username=args.name,
        password=password,
        role=args.role,
        organisation_id=args.organisation,
        site_id=args.site,
    )
    say.line(f"{args.name} may sign in.")
    say.result(name=args.name, role=args.role, organisation=args.organisation, site=args.site)
    return 0


def _list(_args: Namespace, say: Say) -> int:
    from rasr.node.people import queries  # needs Django

    found: list[dict[str, Any]] = [
        {
            "name": user.username,
            "active": user.is_active,
            "grants": [
                {"role": grant.role, "organisation": grant.organisation_id, "site": grant.site_id}
                for grant in user.grants.all()
            ],
        }
        for user in queries.users()
    ]
    rows = [
        (
            entry["name"],
            grant["role"],
            grant["site"] or grant["organisation"] or "the whole node",
            "" if entry["active"] else "no",
        )
        for entry in found
        for grant in entry["grants"] or [{"role": "none", "site": "", "organisation": "-"}]
    ]
    say.table("Users", ("name", "role", "where", "active"), rows, left=4)
    say.result(users=found)
    return 0


def _password(args: Namespace, say: Say) -> int:
    from rasr.node.people import services  # needs Django

    password = nodes.secret(args.password_file, f"New password of {args.name}", OPTION, twice=True)
    services.set_password(actor=None, username=args.name, password=password)
    say.line(f"{args.name} has a new password.")
    say.result(name=args.name)
    return 0
