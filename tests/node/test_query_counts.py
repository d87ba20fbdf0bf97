"""How often each page asks the database: pinned here, and the same whatever the number of rows.

A page that asks more often than its line says fails, and so does one that asks less: lower the line then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import polars as pl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.browser.walk import views
from tests.node.assessment.hotspots import planted_hotspots
from tests.node.assessment.rules import planted_rules
from tests.node.conftest import keep_assessment, keep_plan, load, loader, rolled_back_afterwards, somebody
from tests.node.people.rules import RULES
from tests.node.planted_pages import full_store, planted
from tests.node.records.catalogue import planted_catalogue
from tests.node.records.lots import planted_lots

from rasr.core.records.region import Region
from rasr.facade import plan
from rasr.node.jobs.models import Job
from rasr.node.people import idle
from rasr.node.people.models import Entry, Grant, User
from rasr.node.records.models import Upload
from rasr.sample import make_sample

SCALES = (pytest.param(0.1, marks=pytest.mark.one_database), 0.2)
"""Of the sample. That the counts do not grow with it is the same whatever the database."""
COUNTS = {
    "api:list_articles": 6,
    "api:list_counts": 6,
    "api:list_items": 7,
    "api:list_lots": 6,
    "api:list_movements": 6,
    "api:list_stock": 6,
    "api:movement_lines": 7,
    "api:one_article": 5,
    "api:post_movements": 6,
    "assessment:candidate": 8,
    "assessment:candidate-list": 10,
    "assessment:candidate-propose": 9,
    "assessment:candidate-withdraw": 7,
    "assessment:hotspot": 12,
    "assessment:hotspot-change": 7,
    "assessment:hotspot-check": 7,
    "assessment:hotspot-data": 11,
    "assessment:hotspot-enter": 9,
    "assessment:hotspot-hand-over": 7,
    "assessment:hotspot-item": 7,
    "assessment:hotspot-item-settle": 7,
    "assessment:hotspot-list": 9,
    "assessment:hotspot-release": 7,
    "assessment:hotspot-task": 7,
    "assessment:licence-card": 11,
    "assessment:licence-card-contacts": 9,
    "assessment:licence-card-distances": 8,
    "assessment:licence-card-pdf": 11,
    "assessment:licence-form": 9,
    "assessment:licence-list": 9,
    "assessment:licence-pdf": 9,
    "assessment:licence-propose": 13,
    "assessment:licence-store": 14,
    "assessment:programme-list": 13,
    "assessment:programme-new": 14,
    "assessment:rules": 7,
    "assessment:rules-beside": 7,
    "assessment:rules-blank": 3,
    "assessment:rules-entered": 7,
    "assessment:rules-entry": 9,
    "assessment:rules-form": 5,
    "assessment:rules-function": 7,
    "assessment:rules-functions": 7,
    "assessment:rules-method": 6,
    "assessment:rules-methods": 6,
    "assessment:rules-mixing": 7,
    "assessment:rules-new-cell": 7,
    "assessment:rules-new-function": 6,
    "assessment:rules-new-mixing": 6,
    "assessment:rules-withdraw": 7,
    "assessment:run": 14,
    "assessment:runs": 11,
    "assessment:security-away": 11,
    "assessment:security-begin": 12,
    "assessment:security-list": 13,
    "assessment:security-open": 12,
    "assessment:security-photograph": 8,
    "assessment:security-photograph-add": 11,
    "assessment:security-sheet": 9,
    "assessment:security-site": 15,
    "assessment:security-visit": 16,
    "assessment:security-result": 24,
    "assessment:security-report": 19,
    "assessment:security-both": 24,
    "assessment:security-works": 24,
    "assessment:security-sets": 22,
    "assessment:security-work-enter": 13,
    "assessment:security-work-withdraw": 12,
    "assessment:security-withdraw": 12,
    "assessment:security-worker": 3,
    "assessment:store-danger": 24,
    "assessment:store-map": 25,
    "assessment:store-pairs": 24,
    "assessment:store-what-if": 11,
    "assessment:survey": 9,
    "assessment:survey-answer": 9,
    "assessment:survey-answer-map": 13,
    "assessment:survey-answers": 9,
    "assessment:survey-around": 11,
    "assessment:survey-ask": 7,
    "assessment:survey-bound": 16,
    "assessment:survey-compare": 14,
    "assessment:survey-cut": 8,
    "assessment:survey-distances": 14,
    "assessment:survey-draw": 11,
    "assessment:survey-enforce": 27,
    "assessment:survey-exposures": 8,
    "assessment:survey-faults": 9,
    "assessment:survey-file": 9,
    "assessment:survey-map": 19,
    "assessment:survey-maps": 7,
    "assessment:survey-new": 7,
    "assessment:survey-rows": 8,
    "assessment:survey-stores": 10,
    "assessment:survey-take": 26,
    "assessment:surveys": 10,
    "assessment:table": 10,
    "assessment:upgrade": 17,
    "assessment:upgrade-ask": 12,
    "assessment:upgrade-change": 24,
    "assessment:upgrade-costs": 12,
    "assessment:upgrade-hand-over": 12,
    "assessment:upgrade-list": 13,
    "assessment:upgrade-photo": 9,
    "assessment:upgrade-photo-add": 11,
    "assessment:upgrade-photo-drop": 13,
    "assessment:upgrade-propose": 16,
    "assessment:upgrade-step": 12,
    "desk:home": 43,
    "desk:map-data": 8,
    "desk:site": 25,
    "desk:site-surroundings": 9,
    "desk:sites": 16,
    "desk:store": 25,
    "desk:stores": 16,
    "host:live": 0,
    "host:ready": 4,
    "host:trust": 0,
    "jobs:job": 9,
    "jobs:job-progress": 6,
    "jobs:jobs": 9,
    "people:account": 10,
    "people:activity": 9,
    "people:approvals": 8,
    "people:change-email": 12,
    "people:change-facts": 9,
    "people:close-account": 9,
    "people:entry": 12,
    "people:erase": 7,
    "people:figures": 8,
    "people:give-role": 16,
    "people:history": 14,
    "people:invitations": 7,
    "people:invite": 9,
    "people:join": 0,
    "people:my-data": 55,
    "people:my-data-file": 55,
    "people:people": 11,
    "people:person": 13,
    "people:privacy": 0,
    "people:reset-second-factor": 11,
    "people:sessions": 7,
    "people:settings": 6,
    "people:sign-in": 0,
    "people:take-role": 10,
    "people:trail": 12,
    "plan:approve": 10,
    "plan:decide": 13,
    "execution:campaign": 13,
    "execution:campaigns": 9,
    "execution:drop": 8,
    "execution:find": 8,
    "execution:hand-over": 11,
    "plan:decisions": 9,
    "plan:hold-fast": 10,
    "plan:run": 17,
    "plan:runs": 15,
    "plan:scenario": 13,
    "plan:scenario-add": 14,
    "plan:scenario-drop": 13,
    "plan:scenario-new": 8,
    "plan:scenario-remove": 8,
    "plan:scenarios": 9,
    "plan:studies": 15,
    "plan:study": 15,
    "plan:study-ask": 13,
    "plan:study-table": 11,
    "plan:table": 11,
    "plan:take-back": 8,
    "records:action": 9,
    "records:action-done": 8,
    "records:actions": 9,
    "records:article": 20,
    "records:article-alike": 7,
    "records:article-amounts": 8,
    "records:article-apart": 7,
    "records:article-change": 8,
    "records:article-classify": 8,
    "records:article-component": 7,
    "records:article-constraint": 7,
    "records:article-identify": 7,
    "records:article-merge": 10,
    "records:article-name": 7,
    "records:article-new": 7,
    "records:article-package": 7,
    "records:article-undo": 7,
    "records:card": 11,
    "records:catalogue": 9,
    "records:climate": 10,
    "records:climate-new": 8,
    "records:climates": 9,
    "records:constraint": 8,
    "records:constraint-lift": 7,
    "records:constraints": 9,
    "records:count": 10,
    "records:count-form": 9,
    "records:count-new": 9,
    "records:count-offline": 10,
    "records:count-worker": 3,
    "records:counts": 11,
    "records:decision": 9,
    "records:due": 15,
    "records:duplicates": 11,
    "records:incident": 15,
    "records:incident-action": 8,
    "records:incident-close": 7,
    "records:incident-figures": 8,
    "records:incident-found": 7,
    "records:incident-new": 10,
    "records:incidents": 9,
    "records:inspection": 10,
    "records:inspection-action": 8,
    "records:inspection-new": 9,
    "records:inspections": 9,
    "records:item": 14,
    "records:item-change": 7,
    "records:item-hand-over": 7,
    "records:item-legal": 7,
    "records:item-return": 7,
    "records:item-take-back": 8,
    "records:itemise": 7,
    "records:items": 10,
    "records:labels": 8,
    "records:lot": 14,
    "records:lot-change": 7,
    "records:lot-component": 7,
    "records:lot-constraint": 9,
    "records:lot-identity": 7,
    "records:lot-name": 9,
    "records:lot-test": 7,
    "records:lots": 9,
    "records:lots-unnamed": 8,
    "records:move": 10,
    "records:move-in": 8,
    "records:move-start": 8,
    "records:movement": 14,
    "records:movements": 10,
    "records:picture": 10,
    "records:picture-add": 11,
    "records:picture-drop": 13,
    "records:pieces": 8,
    "records:register": 27,
    "records:scan": 6,
    "records:stock": 10,
    "records:surplus": 9,
    "records:surplus-declare": 8,
    "records:surplus-new": 9,
    "records:surplus-stock": 9,
    "records:table": 9,
    "records:template": 3,
    "records:unidentified": 8,
    "records:unidentified-new": 8,
    "records:upload": 9,
    "records:upload-new": 6,
    "records:uploads": 10,
    "records:voucher": 13,
    "records:whole-register": 29,
}
"""Queries of each page for somebody with the rights of a planner and an administrator, who is signed in.

Four of them find the session, the user, the roles and what is to be told above every page.
"""
VALUES = {
    "assessment:rules-function": {"name": "BD30"},
    "assessment:rules-method": {"name": "airblast"},
    "assessment:table": {"name": "stores"},
    "plan:scenario-add": {"change": "border_shuts"},
    "plan:scenario-drop": {"number": 1},
    "plan:study-ask": {"kind": "scenarios"},
    "plan:study-table": {"name": "scenarios"},
    "plan:table": {"which": "joint", "name": "shipments"},
    "records:card": {"what": "article"},
    "records:move": {"kind": "issue"},
    "records:table": {"table_name": "stock"},
}
NOT_COUNTED = {
    "host:certificate": "a file; there is none without TLS",
    "records:annotated": "a file; this upload has none",
    "records:upload-lines": "this upload has none; counted in test_post_workbook",
    "people:trail-bundle": "a file of all there is",
    "assessment:store-movement": "there is none; counted in assessment/stores/test_movement",
    "assessment:licence-after": "there is none",
    "people:approval": "there is none",
    "people:invitation": "there is none",
    "people:open-account": "no account is closed",
    "records:movement-correct": "a load is put right by loading",
    "api:openapi-json": "it says what the program can, and asks nothing",
}
FORMS = ("account_", "mfa_", "usersessions_")
"""Addresses of django-allauth: forms of one's own account, which draw on no list."""
OF_AUDITORS = ("people:trail",)
OF_OFFICERS = tuple(f"records:{name}" for name in (*planted_lots.sent(""), "lots-unnamed", "pieces"))
OF_OFFICERS += ("records:incident-close", "records:incident-found")
OF_OFFICERS += ("records:surplus-declare", "records:surplus-new", "records:surplus-stock")
OF_OFFICERS += ("records:unidentified", *(f"records:{name}" for name in planted_catalogue.SENT))
OF_OFFICERS += ("assessment:candidate-propose", "assessment:candidate-withdraw")
OF_OFFICERS += ("assessment:licence-propose", "assessment:licence-card-distances")
OF_OFFICERS += tuple(f"assessment:rules-{name}" for name in (*planted_rules.SENT, "form"))
OF_OFFICERS += ("assessment:hotspot-enter", "assessment:hotspot-check", "assessment:hotspot-hand-over")
OF_OFFICERS += tuple(f"assessment:{name}" for name in planted_hotspots.SENT)
"""Pages for who judges stock."""
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
        # whose card is counted, not folded: that asks once more
        counted = region.table("stock").filter(pl.col("quantity").is_not_null().all().over("article_id"))
        with django_db_blocker.unblock():
            known = planted(full_store(), run)
        known |= {
            "site_id": region.table("lines")["site_id"][0],
            "store_id": held["store_id"],
            "article_id": held["article_id"],
            "assessment:run_id": run.pk,
            "plan:run_id": planned.pk,
            "execution:run_id": planned.pk,
            "job_id": job.pk,
            "upload_id": upload.pk,
            "user_id": other.pk,
            "grant_id": grant.pk,
            "entry_id": entry.pk,
            "key": counted["article_id"].sort()[0],
            "table": "places_site",
            "row_id": region.table("sites")["site_id"][0],
        }
        articles = known.pop("articles")

        def value(view: str, name: str) -> str:
            if view == "assessment:security-open":
                name = "finished_id"
            if view in ("plan:study", "plan:study-table") and name == "run_id":
                name = "study"
            own = VALUES.get(view, {})
            if name == "article_id" and (article_id := articles.get(view.removeprefix("records:"))):
                return article_id
            return str(own.get(name) or known.get(f"{view.split(':')[0]}:{name}") or known[name])

        yield value


def asked(client: Client, path: str) -> int:
    """How many queries a page takes once it is warm; PostgreSQL is sent an entry of the trail and its leaf at once."""
    client.get(path).close()
    entries = Entry.objects.count()
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(path)
        if answer.streaming:
            list(answer)
        answer.close()
    assert answer.status_code == 200 or path == reverse("host:ready"), f"{path}: {answer.status_code}"
    at_once = connection.vendor == "postgresql" and Entry.objects.count() > entries
    return len(queries) + at_once


@pytest.mark.django_db
def test_each_page_asks_as_often_as_its_line_says(
    parameters: Callable[[str, str], str], client_of: Callable[[User], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    # a session notes twice a minute that somebody is there, which is none of the page's own questions
    monkeypatch.setattr(idle, "STEP_S", 10**9)
    officer = client_of(planted_lots.chief())
    nobody, auditor, signed_in = Client(), client_of(User.objects.get(username="auditor")), client_of(loader())
    found = {
        view: asked(
            nobody
            if view in NOT_SIGNED_IN
            else auditor
            if view in OF_AUDITORS
            else officer
            if view in OF_OFFICERS
            else signed_in,
            reverse(view, kwargs={name: parameters(view, name) for name in names}),
        )
        for view, names in views().items()
        if 200 in (RULES[view].door or RULES[view].gets) and view not in NOT_COUNTED and not view.startswith(FORMS)
    }
    wrong = {view: (COUNTS.get(view), number) for view, number in found.items() if COUNTS.get(view) != number}
    assert not wrong, f"page: (its line, queries): {wrong}"
    assert not set(COUNTS) - set(found)
