"""How often each page asks the database: pinned here, and the same whatever the number of rows.

A page that asks more often than its line says fails, and so does one that asks less: lower the line then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.browser.walk import views
from tests.node.conftest import keep_assessment, keep_plan, load, loader, rolled_back_afterwards, somebody
from tests.node.people.rules import RULES

from rasr.core.records.region import Region
from rasr.facade import plan
from rasr.node.jobs.models import Job
from rasr.node.people import idle
from rasr.node.people.models import Entry, Grant, User
from rasr.node.records.models import Upload
from rasr.sample import make_sample

SCALES = (0.1, 0.2)
COUNTS = {
    "assessment:run": 13,
    "assessment:runs": 10,
    "assessment:table": 9,
    "desk:home": 29,
    "desk:map-data": 7,
    "desk:site": 22,
    "desk:site-surroundings": 8,
    "desk:sites": 14,
    "desk:store": 26,
    "desk:store-surroundings": 12,
    "desk:stores": 14,
    "host:live": 0,
    "host:ready": 4,
    "host:trust": 0,
    "jobs:job": 9,
    "jobs:job-progress": 6,
    "jobs:jobs": 9,
    "people:account": 10,
    "people:activity": 9,
    "people:approvals": 8,
    "people:change-email": 10,
    "people:change-facts": 9,
    "people:close-account": 9,
    "people:entry": 12,
    "people:erase": 7,
    "people:figures": 8,
    "people:give-role": 14,
    "people:history": 14,
    "people:invitations": 7,
    "people:invite": 9,
    "people:join": 0,
    "people:my-data": 19,
    "people:my-data-file": 19,
    "people:people": 11,
    "people:person": 13,
    "people:privacy": 0,
    "people:reset-second-factor": 9,
    "people:sessions": 7,
    "people:settings": 6,
    "people:sign-in": 0,
    "people:take-role": 10,
    "people:trail": 12,
    "plan:run": 14,
    "plan:runs": 13,
    "plan:table": 10,
    "records:article": 11,
    "records:catalogue": 9,
    "records:register": 27,
    "records:stock": 10,
    "records:table": 9,
    "records:template": 3,
    "records:upload": 9,
    "records:upload-new": 6,
    "records:uploads": 10,
    "records:whole-register": 29,
}
"""Queries of each page for somebody with the rights of a planner and an administrator, who is signed in.

Four of them find the session, the user, the roles and what is to be told above every page.
"""
VALUES = {
    "assessment:table": {"name": "stores"},
    "plan:table": {"which": "joint", "name": "shipments"},
    "records:table": {"table_name": "stock"},
}
NOT_COUNTED = {
    "host:certificate": "a file; there is none without TLS",
    "records:annotated": "a file; this upload has none",
    "people:trail-bundle": "a file of all there is",
    "people:approval": "there is none",
    "people:invitation": "there is none",
    "people:open-account": "no account is closed",
}
FORMS = ("account_", "mfa_", "usersessions_")
"""Addresses of django-allauth: forms of one's own account, which draw on no list."""
OF_AUDITORS = ("people:trail",)
NOT_SIGNED_IN = ("people:sign-in", "people:join", "people:privacy", "host:live", "host:ready", "host:trust")


@pytest.fixture(scope="module", params=SCALES)
def parameters(request: pytest.FixtureRequest, django_db_blocker: Any) -> Iterator[Callable[[str, str], str]]:
    """A node with the sample at two sizes, assessed and planned; gives the value of a parameter of a named address."""
    request.getfixturevalue("django_db_setup")
    region = Region.from_frames(make_sample(1, request.param))
    worked_out = plan(region)
    with rolled_back_afterwards(django_db_blocker):
        with django_db_blocker.unblock():
            load(region)
            run = keep_assessment(worked_out)
            planned = keep_plan(worked_out, run)
            job = Job.objects.create(kind="assess", actor=loader(), state="done")
            upload = Upload.objects.create(actor=loader(), name="region.xlsx", size_bytes=1000)
            Grant.objects.create(user=loader(), role="administrator")
            somebody("auditor", "auditor")
            other = somebody("other", "storekeeper", site_id=region.table("sites")["site_id"][0])
            grant, entry = other.grants.get(), Entry.objects.earliest("at")
        held = (
            region.table("stock").group_by("store_id", "article_id").len().sort("len", "store_id").row(-1, named=True)
        )
        known = {
            "site_id": region.table("lines")["site_id"][0],
            "store_id": held["store_id"],
            "article_id": held["article_id"],
            "assessment:run_id": run.pk,
            "plan:run_id": planned.pk,
            "job_id": job.pk,
            "upload_id": upload.pk,
            "user_id": other.pk,
            "grant_id": grant.pk,
            "entry_id": entry.pk,
            "table": "places_site",
            "row_id": region.table("sites")["site_id"][0],
        }

        def value(view: str, name: str) -> str:
            own = VALUES.get(view, {})
            return str(own.get(name) or known.get(f"{view.split(':')[0]}:{name}") or known[name])

        yield value


def asked(client: Client, path: str) -> int:
    """How many queries a page takes once it is warm."""
    client.get(path).close()
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(path)
        if answer.streaming:
            list(answer)
        answer.close()
    assert answer.status_code == 200 or path == reverse("host:ready"), f"{path}: {answer.status_code}"
    return len(queries)


@pytest.mark.django_db
def test_each_page_asks_as_often_as_its_line_says(
    parameters: Callable[[str, str], str], client_of: Callable[[User], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    # a session notes twice a minute that somebody is there, which is none of the page's own questions
    monkeypatch.setattr(idle, "STEP_S", 10**9)
    nobody, auditor, signed_in = Client(), client_of(User.objects.get(username="auditor")), client_of(loader())
    found = {
        view: asked(
            nobody if view in NOT_SIGNED_IN else auditor if view in OF_AUDITORS else signed_in,
            reverse(view, kwargs={name: parameters(view, name) for name in names}),
        )
        for view, names in views().items()
        if 200 in (RULES[view].door or RULES[view].gets) and view not in NOT_COUNTED and not view.startswith(FORMS)
    }
    wrong = {view: (COUNTS.get(view), number) for view, number in found.items() if COUNTS.get(view) != number}
    assert not wrong, f"page: (its line, queries): {wrong}"
    assert not set(COUNTS) - set(found)
