"""Every address that takes a form: what it does is on the trail, in the transaction that does it.

A new one must stand in ``POSTS`` with something for it to do, or in ``NOTHING_TO_DO`` with the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone
from tests.browser.walk import views
from tests.node.assessment.licences import planted_licences
from tests.node.assessment.rules import planted_rules
from tests.node.assessment.surroundings import planted_surveys, survey_files
from tests.node.conftest import Places, somebody
from tests.node.people.rules import RULES
from tests.node.people.written import Written, writing
from tests.node.records.catalogue import planted_catalogue
from tests.node.records.counts import planted_counts
from tests.node.records.events import planted_events
from tests.node.records.lots import planted_lots
from tests.node.records.surplus import planted_surplus
from uuid6 import uuid7

from rasr.core.records.region import Region
from rasr.node.jobs import running
from rasr.node.jobs.models import Job
from rasr.node.people import invitations, services, trail
from rasr.node.people.models import Approval, Entry, User
from rasr.node.people.place import NODE
from rasr.node.places.models import Site
from rasr.node.records import uploading
from rasr.node.records.models import Holding, Lot, Upload
from rasr.node.records.services import LineDraft, MovementDraft, Spot
from rasr.node.records.services import post as post_movement

Data = Mapping[str, Any]


@dataclass(frozen=True)
class Scene:
    """Who is there, and what they work on."""

    planner: User
    administrator: User
    places: Places
    workbook: Path

    def upload(self, *, checked: bool = False) -> Upload:
        """A workbook of the whole register with one store's stock left out, sent in."""
        content = SimpleUploadedFile("region.xlsx", self.workbook.read_bytes())
        sent = uploading.receive(actor=self.planner, file=content, name="region.xlsx")
        return uploading.check(actor=self.planner, upload_id=sent.pk) if checked else sent

    def job(self) -> Job:
        """A job that waits."""
        return Job.objects.create(kind="assess", actor=self.planner)


@dataclass(frozen=True)
class Post:
    """What is sent, by whom, and the acts it leaves. by: None is somebody not signed in."""

    by: User | None
    data: Data
    acts: frozenset[str]
    kwargs: Data


def _post(by: User | None, acts: str, data: Data | None = None, **kwargs: Any) -> Post:
    return Post(by, data or {}, frozenset(acts.split()), kwargs)


def _load(scene: Scene) -> Post:
    sent = scene.upload(checked=True)
    data = {"version": sent.register_version, "loading": "part", "understood": "on", "confirm": "on"}
    return _post(scene.planner, "job.ask", data, upload_id=sent.pk)


def _send(scene: Scene) -> Post:
    file = SimpleUploadedFile("region.xlsx", scene.workbook.read_bytes())
    return _post(scene.planner, "upload.send job.ask", {"file": file})


def _keeper(scene: Scene) -> User:
    """Somebody with a role whom the administrator manages."""
    return somebody("kept", "storekeeper", site_id=scene.places.site_id)


def _about(scene: Scene, acts: str, data: Data | None = None, *, closed: bool = False) -> Post:
    person = _keeper(scene)
    if closed:
        services.deactivate(actor=None, user_id=person.pk, reason="")
    return _post(scene.administrator, acts, {"reason": "So.", **(data or {})}, user_id=person.pk)


def _take(scene: Scene) -> Post:
    person = _keeper(scene)
    kwargs = {"user_id": person.pk, "grant_id": person.grants.get().pk}
    return _post(scene.administrator, "grant.take", {"reason": "So."}, **kwargs)


def _asked(scene: Scene) -> Approval:
    given = {"user_id": _keeper(scene).pk, "role": "planner", "place": NODE, "reason": "So."}
    return services.ask_grant(actor=scene.administrator, session="another", **given)


def _decide(scene: Scene) -> Post:
    asked = _asked(scene)
    data = {"decision": "approve", "digest": asked.digest, "reason": "So."}
    return _post(somebody("second", "approver"), "approval.decide grant.give", data, approval_id=asked.pk)


def _invited(scene: Scene) -> invitations.Made:
    return invitations.invite(actor=scene.administrator, name="Mira", language="en")


def _invitation(scene: Scene) -> Post:
    data = {"name": "Mira", "language": "en", "role": "planner", "place": "node"}
    return _post(scene.administrator, "invitation.make", data)


def _lost(scene: Scene) -> Post:
    post = _about(scene, "approval.ask")
    Authenticator.objects.create(user_id=post.kwargs["user_id"], type=Authenticator.Type.TOTP, data={"secret": "x"})
    return post


def _sign_in(_scene: Scene) -> Post:
    name = somebody("ana", "planner").username
    return _post(None, "user.sign_in", {"login": name, "password": name})


def _end_session(scene: Scene) -> Post:
    signed_in(Client(), scene.planner)
    return _post(scene.planner, "user.sessions")


def _classify(scene: Scene) -> Post:
    data = {"mark": 2, "reason": "So.", "reason_language": "en"}
    return _post(scene.planner, "site.classify", data, site_id=scene.places.site_id)


def _held(scene: Scene) -> Holding:
    """Something that lies in the site of the people."""
    held = Holding.objects.filter(store__site=scene.places.site_id, quantity__gt=0)
    return held.select_related("store").earliest("pk")


def _gone(scene: Scene) -> MovementDraft:
    """One of it, lost."""
    held = _held(scene)
    line = LineDraft(held.batch_id, 1, "counted", Spot.store(str(held.store_id)), Spot("lost"))
    lost = MovementDraft(uuid7(), "loss", timezone.now(), "because", (line,))
    post_movement(actor=scene.planner, movement=lost)
    return lost


def _move(scene: Scene) -> Post:
    held = _held(scene)
    said = {"movement_id": uuid7(), "reason": "So.", "reason_language": "en", "basis": "counted"}
    data = {**said, f"h{held.pk}": "1", "party_name": "Ana"}
    return _post(scene.planner, "party.make movement.post", data, kind="issue", store_id=held.store_id)


def _sign(scene: Scene) -> Post:
    return _post(scene.planner, "movement.sign", {"role": "gave"}, movement_id=_gone(scene).movement_id)


def _correct(scene: Scene) -> Post:
    data = {"reason": "So.", "reason_language": "en"}
    judge = somebody("judge", "technical_officer")
    return _post(judge, "approval.ask", data, movement_id=_gone(scene).movement_id)


def signed_in(client: Client, user: User) -> Client:
    """By the page: the password, which is the name, was just given."""
    name = user.get_username()
    assert client.post(reverse("people:sign-in"), {"login": name, "password": name}).status_code == 302
    return client


def _counts(name: str) -> Callable[[Scene], Post]:
    """A form of counts, sent by who keeps everything."""

    def post(scene: Scene) -> Post:
        acts, made, data = planted_counts.SENT[name]
        count = made(str(_held(scene).store_id))
        return _post(planted_counts.chief(), acts, data(count), count_id=count.pk)

    return post


def _open_count(scene: Scene) -> Post:
    data = {"store": str(_held(scene).store_id), "kind": "full", "due_on": timezone.localdate().isoformat()}
    return _post(planted_counts.chief(), "count.open", data)


def _lots(name: str) -> Callable[[Scene], Post]:
    """A form of lots and items, sent by who judges everything."""

    def post(scene: Scene) -> Post:
        store_id = (
            Holding.objects.filter(store__site=scene.places.site_id, quantity__gt=4, batch__article__unit="piece")
            .earliest("pk")
            .store_id
        )
        assert store_id is not None
        made = planted_lots.plant(store_id, "Zeta")
        article = {"article_id": Lot.objects.get(pk=made.lot_id).article_id}
        ids = {**vars(made), "batch_id": made.pieces_id, "store_id": store_id, **article}
        _right, acts, data, keys = planted_lots.sent(store_id)[name]
        return _post(planted_lots.chief(), acts, data, **{key.replace("away", "item"): ids[key] for key in keys})

    return post


def _events(name: str) -> Callable[[Scene], Post]:
    """A form of what happened and is due, sent by who judges everything."""

    def post(scene: Scene) -> Post:
        store_id = str(_held(scene).store_id)
        ids = {**vars(planted_events.plant(store_id, "Zeta")), "store_id": store_id}
        _right, act, data, keys = planted_events.SENT[name]
        return _post(planted_lots.chief(), act, data, **{key: ids[key] for key in keys})

    return post


def _new_event(name: str) -> Callable[[Scene], Post]:
    """Something new that happened or was looked at."""

    def post(scene: Scene) -> Post:
        act, data = planted_events.new(str(_held(scene).store_id))[name]
        return _post(planted_lots.chief(), act, data)

    return post


def _rules(name: str) -> Callable[[Scene], Post]:
    """A form of rules, sent by who may type them."""

    def post(_scene: Scene) -> Post:
        about = {"entry_id": planted_rules.plant().pk} if name == "withdraw" else {}
        return _post(planted_lots.chief(), "approval.ask", planted_rules.SENT[name], **about)

    return post


def _decide_surplus(scene: Scene) -> Post:
    data = planted_surplus.decision(scene.places.organisation_id)
    return _post(planted_lots.chief(), "surplus.decide", data)


def _declare(scene: Scene) -> Post:
    planted_lots.chief()
    made = planted_surplus.plant(str(_held(scene).store_id), "Zeta")
    return _post(planted_lots.chief(), "movement.post", planted_surplus.SENDS, **made)


def _licences(name: str) -> Callable[[Scene], Post]:
    """A form of licences and emergency cards, sent by who judges everything."""

    def post(scene: Scene) -> Post:
        act, data = planted_licences.SENT[name]
        return _post(planted_lots.chief(), act, data, store_id=str(_held(scene).store_id))

    return post


def _surveys(name: str) -> Callable[[Scene], Post]:
    """A form of surveys and safeguarding, sent by who plans the whole node."""

    def post(scene: Scene) -> Post:
        acts, data, key = planted_surveys.SENT[name]
        made = vars(planted_surveys.plant(scene.planner, "Zeta"))
        if key == "file_id":
            made["file_id"] = planted_surveys.file(scene.planner, "Zeta")
        return _post(scene.planner, acts, data, **({key: made[key]} if key else {}))

    return post


def _survey_file(scene: Scene) -> Post:
    file = SimpleUploadedFile("x.csv", survey_files.csv())
    return _post(scene.planner, "survey.send", {**planted_surveys.TAKES, "file": file})


def _articles(name: str) -> Callable[[Scene], Post]:
    """A form of the catalogue, sent by who may change all of it."""

    def post(scene: Scene) -> Post:
        made = vars(planted_catalogue.plant(str(_held(scene).store_id), "Zeta"))
        _right, acts, data, keys = planted_catalogue.SENT[name]
        return _post(planted_lots.chief(), acts, data, **{key: made[of] for key, of in keys.items()})

    return post


def _drop_name(scene: Scene) -> Post:
    made = planted_catalogue.plant(str(_held(scene).store_id), "Zeta")
    kwargs = {"what": "name", "row": made.name_id, "article_id": made.known_id}
    return _post(planted_lots.chief(), "article.name", **kwargs)


def _new_article(_scene: Scene) -> Post:
    data = {"article_id": "flare", **planted_catalogue.FACTS, **planted_catalogue.WHY_SENT}
    return _post(planted_lots.chief(), "article.add", data)


def _unidentified(scene: Scene) -> Post:
    data = {"name": "Tube", "family": "rocket", "store": _held(scene).store_id, "purpose": "awaiting_disposal"}
    return _post(
        planted_lots.chief(), "article.unidentified movement.post breach.raise", {**data, **planted_catalogue.ONCE}
    )


def _photograph(scene: Scene) -> Post:
    made = planted_catalogue.plant(str(_held(scene).store_id), "Zeta")
    file = SimpleUploadedFile("x.jpg", planted_catalogue.photograph().read())
    kwargs = {"table": planted_catalogue.TABLE, "row_id": made.known_id}
    return _post(planted_lots.chief(), "picture.add", {"file": file}, **kwargs)


POSTS: dict[str, Callable[[Scene], Post]] = {
    "assessment:survey-new": _survey_file,
    "assessment:start": lambda scene: _post(scene.planner, "job.ask"),
    "jobs:cancel": lambda scene: _post(scene.planner, "job.cancel", job_id=scene.job().pk),
    "people:change-email": lambda scene: _about(scene, "approval.ask", {"email": "kept@example.org"}),
    "people:change-facts": lambda scene: _about(scene, "user.change", {"sex": "female", "institution": "police"}),
    "people:close-account": lambda scene: _about(scene, "user.deactivate"),
    "people:decide": _decide,
    "people:end-sessions": lambda scene: _about(scene, "user.sessions"),
    "people:give-role": lambda scene: _about(scene, "approval.ask", {"role": "planner", "place": "node"}),
    "people:invitation-withdraw": lambda scene: _post(
        scene.administrator, "invitation.withdraw", invitation_id=_invited(scene).invitation.pk
    ),
    "people:invite": _invitation,
    "people:join": lambda scene: _post(None, "invitation.try", {"code": _invited(scene).code}),
    "people:open-account": lambda scene: _about(scene, "approval.ask", closed=True),
    "people:reset-second-factor": _lost,
    "people:take-role": _take,
    "people:withdraw": lambda scene: _post(scene.administrator, "approval.withdraw", approval_id=_asked(scene).pk),
    "people:classify": _classify,
    "people:end-session": _end_session,
    "people:erase": lambda scene: _about(scene, "user.erase", {"sure": "on", "reason_language": "en"}),
    "people:sign-in": _sign_in,
    "people:sign-out": lambda scene: _post(scene.planner, "user.sign_out"),
    "people:choose": lambda scene: _post(scene.planner, "user.choose", {"theme": "dark"}),
    "people:settings": lambda scene: _post(scene.planner, "user.choose", {"language": "mk", "theme": "light"}),
    "plan:start": lambda scene: _post(scene.planner, "job.ask", {"objective": "danger"}),
    "records:article-drop": _drop_name,
    "records:article-new": _new_article,
    "records:check": lambda scene: _post(scene.planner, "job.ask", upload_id=scene.upload().pk),
    "records:count-new": _open_count,
    "records:discard": lambda scene: _post(scene.planner, "upload.discard", upload_id=scene.upload().pk),
    "records:load": _load,
    "records:move": _move,
    "records:movement-correct": _correct,
    "records:movement-sign": _sign,
    "records:picture-add": _photograph,
    "records:surplus-declare": _declare,
    "records:surplus-new": _decide_surplus,
    "records:unidentified-new": _unidentified,
    "assessment:rules-form": lambda _scene: _post(
        planted_lots.chief(), "approval.ask", {**planted_rules.WHY, "sheet_id": uuid4(), "file": planted_rules.form()}
    ),
    "records:upload-new": _send,
}
"""Address to what there is for it to do."""
POSTS |= {f"records:{name}": _lots(name) for name in planted_lots.sent("")}
POSTS |= {f"assessment:rules-{name}": _rules(name) for name in planted_rules.SENT}
POSTS |= {f"assessment:survey-{name}": _surveys(name) for name in planted_surveys.SENT}
POSTS |= {f"assessment:licence-{name}": _licences(name) for name in planted_licences.SENT}
POSTS |= {f"records:{name}": _articles(name) for name in planted_catalogue.SENT}
POSTS |= {f"records:{name}": _events(name) for name in planted_events.SENT}
POSTS |= {f"records:{name}": _new_event(name) for name in planted_events.new("")}
POSTS |= {f"records:{name}": _counts(name) for name in planted_counts.SENT}
SIGN_OUT = "people:sign-out"
ASKED_AGAIN = ("people:end-session",)
"""Addresses for which the password must have been given once more."""
ELSEWHERE = {"api:post_movements", "api:list_movements"}
"""One address of two names, which takes JSON: tests/node/api holds that what it posts is on the trail."""
NOTHING_TO_DO: dict[str, str] = {}
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
    numbers = dict.fromkeys(("user_id", "grant_id", "holding_id", "component_id", "row", "apart_id"), 999_999)
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
