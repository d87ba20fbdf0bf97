"""The node of the demo: the sample region loaded, assessed and planned, with an account for each role that has pages.

Loaded only when Django and the node have been set up, see ``rasr.cli.nodes.begin``.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from pathlib import Path

from django.utils import timezone

from rasr.core.assessment.assess import Assessment
from rasr.core.plan.result import Plan
from rasr.core.records.region import Region
from rasr.node.assessment import services as assessments
from rasr.node.people import queries as people_known
from rasr.node.people import sequencer
from rasr.node.people import services as people
from rasr.node.people.choices import Role
from rasr.node.people.models import User
from rasr.node.plan import services as plans
from rasr.node.records import queries as records
from rasr.node.records import services as register
from rasr.node.web.private import write_private

ACCOUNTS_FILE = "demo-accounts.json"
ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"
"""Letters and digits that are not mistaken for one another."""
PASSWORD_LENGTH = 12
WHOLE_NODE = (Role.PLANNER, Role.TECHNICAL_OFFICER, Role.APPROVER, Role.AUDITOR, Role.ADMINISTRATOR)
ROLES = (*WHOLE_NODE, Role.STOREKEEPER)
"""The roles that have pages."""


def fill(
    home: Path,
    region: Region,
    assessment: Assessment,
    planned: Callable[[], Plan],
    progress: Callable[[str, float], None],
) -> dict[str, str]:
    """Fill the node in ``home``, unless it is; gives its accounts: name, which is also the role, to password.

    planned: gives the joint plan with the plans alone attached; asked only where the node does not know it yet. Where
    somebody has since loaded other records, those are left as they are.
    """
    accounts = _accounts(home)
    planner = _user(Role.PLANNER, accounts)
    if records.register().version == 0:
        source = "sample region"
        register.load_region(actor=planner, region=region, complete=True, source=source, progress=progress)
    worst = assessment.stores.sort("fatalities_per_year", descending=True)["site_id"][0]
    for role in WHOLE_NODE:
        _user(role, accounts)
    state = records.register()
    if state.digest != region.digest():
        return accounts
    _user(Role.STOREKEEPER, accounts, site_id=worst)
    version = state.version
    run = assessments.keep(actor=planner, assessment=assessment, register_version=version, duration_s=None)
    if plans.known(actor=planner, assessment_run=run) is None:
        plan = planned()
        plans.keep(actor=planner, plan=plan, assessment_run=run, register_version=version, duration_s=None)
    sequencer.sequence(timezone.now())
    return accounts


def _user(role: Role, accounts: dict[str, str], site_id: str | None = None) -> User:
    """The account of a role, made if it is not there."""
    known = {user.username: user for user in people_known.users()}
    if role.value in known:
        return known[role.value]
    return people.add_user(
        username=role.value, password=accounts[role.value], role=role.value, site_id=site_id, check_password=False
    )


def _accounts(home: Path) -> dict[str, str]:
    """The accounts of this demo; their one password is made once and kept beside it."""
    path = home / ACCOUNTS_FILE
    if not path.exists():
        password = "".join(secrets.choice(ALPHABET) for _ in range(PASSWORD_LENGTH))
        write_private(path, json.dumps(dict.fromkeys(ROLES, password), indent=1).encode())
    accounts: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return accounts
