"""``rasr user``: who may sign in, at the command line; so that there is a first administrator."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from rasr.cli import nodes
from rasr.cli.say import Say
from rasr.core.basis.findings import Refused
from rasr.report.texts import Texts

OPTION = "--password-file"


def user(args: Namespace, say: Say) -> int:
    """Add or invite a user, list them, set another password, close an account, take off a lost second factor.

    What is done here needs no second person, but everybody who watches over accounts is told of it for a week.
    """
    if args.action != "list" and not args.name:
        raise Refused("bad_option", option="NAME", reason="give the name of the user")
    if args.action == "add" and not args.role:
        raise Refused("bad_option", option="--role", reason="give the role of the user")
    nodes.begin(args, there=args.action != "add")
    return ACTIONS[args.action](args, say)


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
        store_id=args.store,
    )
    say.line(f"{args.name} may sign in.")
    say.result(name=args.name, role=args.role, organisation=args.organisation, site=args.site, store=args.store)
    return 0


def _invite(args: Namespace, say: Say) -> int:
    from django.conf import settings  # needs Django, as what follows does
    from django.core.exceptions import ObjectDoesNotExist
    from django.utils import timezone

    from rasr.node.people import invitations
    from rasr.node.people.place import Place

    place = Place(args.organisation, args.site, args.store)
    language = Texts(args.language or settings.NODE.language).language
    try:
        made = invitations.invite(
            actor=None, name=args.name, language=language, email=args.email, role=args.role or "", place=place
        )
    except ObjectDoesNotExist as fault:
        raise Refused("unknown_rule", what="place", value=place.code, known="see the register") from fault
    until = f"{timezone.localtime(made.invitation.expires_at):%Y-%m-%d %H:%M}"
    say.line(f"Code for {args.name}: {made.code}")
    say.line(f"It can be used once, on the page /join/ of the node, until {until}. It is not shown again.")
    say.result(name=args.name, code=made.code, until=until)
    return 0


def _list(_args: Namespace, say: Say) -> int:
    from rasr.node.people import queries  # needs Django

    found: list[dict[str, Any]] = [
        {
            "name": user.username,
            "active": user.is_active,
            "grants": [
                {
                    "role": grant.role,
                    "organisation": grant.organisation_id,
                    "site": grant.site_id,
                    "store": grant.store_id,
                }
                for grant in user.grants.all()
            ],
        }
        for user in queries.users()
    ]
    rows = [
        (
            entry["name"],
            grant["role"],
            grant["store"] or grant["site"] or grant["organisation"] or "the whole node",
            "" if entry["active"] else "no",
        )
        for entry in found
        for grant in entry["grants"] or [{"role": "none", "store": "", "site": "", "organisation": "-"}]
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


def _deactivate(args: Namespace, say: Say) -> int:
    from rasr.node.people import queries, services  # needs Django

    services.deactivate(actor=None, user_id=queries.named(args.name).pk, reason=args.reason)
    say.line(f"The account {args.name} is closed, and all its sessions have ended.")
    say.result(name=args.name)
    return 0


def _erase(args: Namespace, say: Say) -> int:
    from rasr.node.people import erasure, queries  # needs Django

    erasure.erase(actor=None, user_id=queries.named(args.name).pk, reason=args.reason)
    say.line(f"{args.name} is erased, for good. What the account did stays on the trail under its pseudonym.")
    say.result(name=args.name)
    return 0


def _reset_second_factor(args: Namespace, say: Say) -> int:
    from django.utils import timezone  # needs Django, as what follows does

    from rasr.node.people import emergency

    approval = emergency.reset_at_console(username=args.name)
    assert approval.effective_at is not None
    when = f"{timezone.localtime(approval.effective_at):%Y-%m-%d %H:%M}"
    say.line(f"The second factor of {args.name} is taken off at {when}, unless somebody refuses it before.")
    say.result(name=args.name, effective_at=when)
    return 0


ACTIONS = {
    "add": _add,
    "list": _list,
    "password": _password,
    "invite": _invite,
    "deactivate": _deactivate,
    "erase": _erase,
    "reset-second-factor": _reset_second_factor,
}
