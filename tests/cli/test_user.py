"""``rasr user``: what the owner of the machine does with accounts, in one line each."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import Ran, python

PASSWORD = "a long password of a first user 1"
COMMANDS = """
import contextlib, io, json, sys
from rasr.cli.main import main

ran = []
for words in json.loads(sys.argv[1]):
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = main(words)
        except SystemExit as left:
            code = left.code
    ran.append([code, out.getvalue(), err.getvalue()])
from rasr.node.people.models import Approval, Entry, Invitation, User
from allauth.mfa.models import Authenticator
left = {
    "entries": list(Entry.objects.order_by("at").values_list("act", "actor", "outcome")),
    "invitations": list(Invitation.objects.values("name", "role", "organisation_id", "email", "language", "code_hash")),
    "approvals": [[row.kind, row.asked_by_id, row.effective_at is not None] for row in Approval.objects.all()],
    "active": dict(User.objects.values_list("username", "is_active")),
}
print(json.dumps([ran, left]))
"""
FACTOR = """
import sys
from argparse import Namespace
from pathlib import Path
from rasr.cli import nodes

nodes.begin(Namespace(home=Path(sys.argv[1])), there=True)
from allauth.mfa.models import Authenticator
from rasr.node.people.models import User

Authenticator.objects.create(user=User.objects.get(username="ana"), type="totp", data={"secret": "x"})
"""


def users(home: Path, *commands: tuple[object, ...]) -> tuple[list[Ran], Any]:
    """Each of the commands, and what there is after them."""
    words = [["user", *map(str, command), "--home", str(home)] for command in commands]
    ran, left = json.loads(python(COMMANDS, json.dumps(words)))
    return [Ran(*one) for one in ran], left


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A node with its first administrator."""
    home = tmp_path_factory.mktemp("user") / "home"
    secret = home.with_suffix(".password")
    secret.write_text(PASSWORD + "\n")
    [added], left = users(home, ("add", "ana", "--role", "administrator", "--password-file", secret))
    assert (added.code, added.out) == (0, "ana may sign in.\n"), added.err
    assert left["entries"] == [["user.first", "console", "done"]]
    return home


def test_an_invitation_prints_its_code_and_keeps_its_hash(home: Path) -> None:
    (plain, with_role), left = users(
        home,
        ("invite", "Mira", "--language", "sq", "--email", "mira@mod.example"),
        ("invite", "Dan", "--role", "planner", "--json"),
    )
    assert (plain.code, with_role.code) == (0, 0), plain.err + with_role.err
    [code] = re.findall(r"Code for Mira: ((?:[2-9A-Z]{4}-){3}[2-9A-Z]{4})\n", plain.out)
    assert re.fullmatch(r"(?:[2-9A-Z]{4}-){3}[2-9A-Z]{4}", with_role.json["code"])
    told = {row["name"]: row for row in left["invitations"]}
    assert (told["Mira"]["language"], told["Mira"]["email"], told["Mira"]["role"]) == ("sq", "mira@mod.example", "")
    assert told["Dan"]["role"] == "planner"
    assert code.replace("-", "") not in json.dumps(left)
    assert left["entries"][-2:] == [["invitation.make", "console", "done"]] * 2


def test_what_cannot_be_done_is_one_line_and_leaves_nothing(home: Path) -> None:
    wrong = {
        ("invite", "X", "--role", "emperor"): "There is no role named emperor",
        ("invite", "X", "--role", "planner", "--site", "NOWHERE"): "There is no place named site:NOWHERE",
        ("invite", "X", "--language", "fr"): "There is no language named fr",
        ("invite",): "give the name",
        ("deactivate", "nobody"): "there is no user of this name",
        ("reset-second-factor", "nobody"): "there is no user of this name",
        ("reset-second-factor", "ana"): "no second factor",
        ("add", "ben"): "--role",
        ("erase", "ana"): "Say why",
    }
    each, left = users(home, *wrong)
    for ran, said in zip(each, wrong.values(), strict=True):
        assert (ran.code, ran.err.count("\n")) == (2, 1), ran
        assert said in ran.err
    assert "X" not in {row["name"] for row in left["invitations"]}
    assert set(left["active"]) == {"ana"}
    both, _ = users(home, ("invite", "X", "--site", "A", "--store", "B"), ("list",))[0]
    assert (both.code, "not allowed with" in both.err) == (2, True)


def test_a_lost_factor_waits_and_an_account_is_closed_at_once(home: Path) -> None:
    python(FACTOR, home)
    (reset, again, closed, twice, listed), left = users(
        home,
        ("reset-second-factor", "ana"),
        ("reset-second-factor", "ana"),
        ("deactivate", "ana"),
        ("deactivate", "ana"),
        ("list",),
    )
    assert (reset.code, "unless somebody refuses it before" in reset.out) == (0, True), reset.err
    assert (again.code, again.err.count("\n")) == (2, 1)
    assert left["approvals"] == [["reset_second_factor", None, True]]
    assert (closed.code, "is closed" in closed.out) == (0, True), closed.err
    assert (twice.code, twice.err.count("\n")) == (2, 1)
    assert left["active"] == {"ana": False}
    assert re.search(r"ana +administrator +the whole node +no", listed.out)
    done = [act for act, actor, outcome in left["entries"] if (actor, outcome) == ("console", "done")]
    assert {"approval.ask", "user.deactivate"} <= set(done)
