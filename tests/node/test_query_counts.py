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
from tests.browser.walk import BY_POST, views
from tests.node.conftest import keep_assessment, keep_plan, load, loader, rolled_back_afterwards

from rasr.core.records.region import Region
from rasr.facade import plan
from rasr.node.jobs.models import Job
from rasr.node.people.models import User
from rasr.node.records.models import Upload
from rasr.sample import make_sample

SCALES = (0.1, 0.2)
COUNTS = {
    "assessment:run": 9,
    "assessment:runs": 6,
    "assessment:table": 5,
    "desk:home": 18,
    "desk:map-data": 6,
    "desk:site": 18,
    "desk:site-surroundings": 8,
    "desk:sites": 10,
    "desk:store": 22,
    "desk:store-surroundings": 12,
    "desk:stores": 10,
    "host:live": 0,
    "host:ready": 4,
    "host:trust": 0,
    "people:settings": 3,
    "people:sign-in": 0,
    "plan:run": 10,
    "plan:runs": 9,
    "plan:table": 6,
    "records:article": 7,
    "records:catalogue": 5,
    "records:register": 23,
    "records:stock": 6,
    "records:table": 5,
    "records:template": 2,
    "records:upload": 5,
    "records:upload-new": 3,
    "records:uploads": 5,
    "records:whole-register": 24,
    "jobs:job": 5,
    "jobs:job-progress": 5,
    "jobs:jobs": 5,
}
"""Queries of each page for a planner who is signed in; three of them find the session, the user and the roles."""
VALUES = {
    "assessment:table": {"name": "stores"},
    "plan:table": {"which": "joint", "name": "shipments"},
    "records:table": {"table_name": "stock"},
}
NOT_COUNTED = {
    "host:certificate": "a file; there is none without TLS",
    "records:annotated": "a file; this upload has none",
}
NOT_SIGNED_IN = ("people:sign-in", "host:live", "host:ready", "host:trust")


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
    parameters: Callable[[str, str], str], client_of: Callable[[User], Client]
) -> None:
    signed_in = client_of(loader())
    found = {
        view: asked(
            Client() if view in NOT_SIGNED_IN else signed_in,
            reverse(view, kwargs={name: parameters(view, name) for name in names}),
        )
        for view, names in views().items()
        if view not in (*BY_POST, *NOT_COUNTED)
    }
    wrong = {view: (COUNTS.get(view), number) for view, number in found.items() if COUNTS.get(view) != number}
    assert not wrong, f"page: (its line, queries): {wrong}"
    assert not set(COUNTS) - set(found)
