"""Every address that takes a form: what it does is on the trail, in the transaction that does it.

A new one must stand in ``posts.POSTS`` with something for it to do, or in ``NOTHING_TO_DO`` with the reason.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client, override_settings
from django.urls import reverse
from tests.browser.walk import views
from tests.node.conftest import Places
from tests.node.people.posts import POSTS, Data, Scene, signed_in
from tests.node.people.rules import RULES
from tests.node.people.written import Written, writing

from rasr.core.records.region import Region
from rasr.node.jobs import running
from rasr.node.jobs.models import Job
from rasr.node.people import trail
from rasr.node.people.models import Entry, User
from rasr.node.places.models import Site

SIGN_OUT = "people:sign-out"
ASKED_AGAIN = ("people:end-session",)
"""Addresses for which the password must have been given once more."""
ELSEWHERE = {"api:post_movements", "api:list_movements"}
"""One address of two names, which takes JSON: tests/node/api holds that what it posts is on the trail."""
NOTHING_TO_DO = {"assessment:store-draft": "what a movement would change is worked out, and nothing of it kept"}
"""Addresses that take a form and write nothing of their own, with the reason."""


@pytest.fixture(scope="module")
def workbook(small_region: Region, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small region as a file, its first record of stock left out."""
    path = tmp_path_factory.mktemp("posted") / "region.xlsx"
    tables = {**small_region.tables, "stock": small_region.table("stock").slice(1)}
    Region.from_frames(tables).write(path)
    return path


@pytest.fixture
def scene(planner: User, administrator: User, places: Places, workbook: Path) -> Scene:
    """The small region, loaded, and two people."""
    return Scene(planner, administrator, places, workbook)


def example(view: str, names: list[str]) -> str:
    """An address of a view, of nothing that is there."""
    numbers = dict.fromkeys(("number", "user_id", "grant_id", "holding_id", "component_id", "row", "apart_id"), 999_999)
    texts = dict.fromkeys(
        ("site_id", "store_id", "article_id", "table_name", "name", "which", "table", "row_id", "kind", "what", "key"),
        "x",
    )
    return reverse(view, kwargs={name: numbers.get(name) or texts.get(name) or uuid4() for name in names})


def takes_forms(client: Client) -> list[str]:
    """Every address of ours that does not answer 405 to what is sent to it."""
    client.raise_request_exception = False
    ours = [(view, names) for view, names in views().items() if ":" in view and view != SIGN_OUT]
    answers = {view: client.post(example(view, names)).status_code for view, names in ours}
    return [SIGN_OUT, *(view for view, status in answers.items() if status != 405)]


def test_every_address_that_takes_a_form_stands_here(scene: Scene, client_of: Callable[[User], Client]) -> None:
    endless = replace(settings.NODE, writes_per_minute=10**9)
    with override_settings(NODE=endless):
        answered = set(takes_forms(client_of(scene.planner)))
    # the walk of all addresses holds that what takes no form by its rule answers 405 to who may open it
    found = {view for view in answered if view not in RULES or RULES[view].posts}
    assert found - POSTS.keys() - NOTHING_TO_DO.keys() - ELSEWHERE == set()
    assert POSTS.keys() | NOTHING_TO_DO.keys() <= found


@pytest.mark.parametrize("view", POSTS)
def test_what_is_done_is_on_the_trail_in_its_own_transaction(scene: Scene, view: str) -> None:
    post = POSTS[view](scene)
    client = signed_in(Client(), post.by) if post.by else Client()
    if view in ASKED_AGAIN and post.by:
        client.post(reverse("account_reauthenticate"), {"password": post.by.get_username()})
    known = set(Entry.objects.values_list("pk", flat=True))
    with writing() as seen:
        answer = client.post(reverse(view, kwargs=post.kwargs), post.data)
    made = Entry.objects.exclude(pk__in=known)
    assert answer.status_code in (201, 302), answer.content.decode()
    assert set(made.values_list("act", flat=True)) == post.acts
    assert seen.without == []
    assert seen.entries


def work(scene: Scene, kind: str, parameters: Data) -> tuple[Written, set[str]]:
    """Do a job as the worker does; what it wrote, and the acts it left."""
    job = Job.objects.create(kind=kind, actor=scene.planner, parameters=parameters)
    known = set(Entry.objects.values_list("pk", flat=True))
    with writing() as seen, pytest.MonkeyPatch.context() as patched:
        patched.setattr(running, "Watch", _Nobody)
        running.run(job.pk)
    job.refresh_from_db()
    assert job.state == "done", (job.refused_code, job.refused_numbers)
    made = Entry.objects.exclude(pk__in=known)
    assert set(made.values_list("request_id", flat=True)) == {job.pk.hex}
    return seen, set(made.values_list("act", flat=True))


class _Nobody:
    """Watches nothing: a watch has a connection of its own, which sees nothing of a test's transaction."""

    def __init__(self, *_given: Any) -> None: ...

    def __enter__(self) -> _Nobody:
        return self

    def __exit__(self, *_given: Any) -> None: ...

    def tell(self, _stage: str, _share: float) -> None: ...


def test_what_jobs_do_is_on_the_trail(scene: Scene) -> None:
    sent = scene.upload()
    checked, acts = work(scene, "check_upload", {"upload_id": str(sent.pk)})
    assert (checked.without, acts) == ([], {"upload.check", "job.end"})
    loaded, acts = work(scene, "load_upload", {"upload_id": str(sent.pk), "loading": "part"})
    assert loaded.without == []
    assert acts == {"register.load", "upload.load", "job.end"}
    loaded, acts = work(scene, "assess", {"as_of": "2026-01-01", "register_version": 1})
    assert (loaded.without, acts) == ([], {"assessment.keep", "job.end"})


def test_a_write_without_an_entry_is_found(scene: Scene) -> None:
    """The test of this test."""
    site = scene.places.site_id
    with writing() as seen:
        Site.objects.filter(pk=site).update(mark=2)
        with transaction.atomic():
            scene.planner.save(update_fields=["theme"])
        with transaction.atomic():
            scene.planner.save(update_fields=["theme"])
            trail.record(actor=scene.planner, act="user.choose")
        with transaction.atomic():
            scene.planner.save(update_fields=["theme"])
            transaction.set_rollback(True)
    assert seen.without == [{"places_site"}, {"people_user"}]
    assert seen.entries == 1
