"""The node that the walk goes through: the planted region with all worked out, everybody who looks, their things."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from uuid import uuid4

import polars as pl
from django.test import Client
from django.utils import timezone
from tests.node.conftest import keep_assessment, keep_plan, load
from tests.node.execution import planted_campaigns
from tests.node.people import planted
from tests.node.people.planted import SITES, word
from tests.node.people.ruling import MARKS, PLACE_OF, WHERE, Person
from tests.node.people.things import Thing, has_site, has_store, nobody, owns
from tests.node.people.walked_assessment import of_assessment
from tests.node.people.walked_records import of_records
from tests.node.plan import planted_decisions
from tests.node.plan.studies import planted_studies

from rasr.core.plan.result import Plan
from rasr.core.reference import loader as reference
from rasr.node.jobs.models import Job
from rasr.node.people import invitations, trail
from rasr.node.people.approvals import services as approvals
from rasr.node.people.choices import Role
from rasr.node.people.models import Approval, Entry, Grant, User
from rasr.node.people.place import Place
from rasr.node.people.sequencer import sequence
from rasr.node.places.models import Site, Store
from rasr.node.records import models as records
from rasr.node.records import uploading
from rasr.node.records.models import (
    Batch,
    GivenCurve,
    GivenPool,
    Movement,
    MovementKind,
    MovementLine,
    PlaceKind,
    Upload,
)
from rasr.node.records.staging import LINES
from rasr.node.web.said import Said

OWNER = (Role.PLANNER, "node")
"""Whose upload and job the walk has beside somebody else's."""


@dataclass(frozen=True)
class Node:
    """Everybody with a browser, and what stands in addresses by kind."""

    people: dict[Person, Client]
    things: dict[str, list[Thing]]


def make(made: Plan) -> Node:
    """Load the region that the plan is of, keep what was worked out, and plant the rest. In a database of its own."""
    assert made.region is not None
    load(made.region)
    run = keep_assessment(made)
    kept = keep_plan(made, run)
    beside = _beside()
    decided = planted_decisions.plant(planted.site_id("A1"), word("site A1"))
    approved = planted_campaigns.another(kept)
    campaigns = planted_campaigns.plant(approved, word("site A1"))
    planted_campaigns.drop(campaigns[-1], word("site A1"))
    for site, mark in MARKS.items():
        Site.objects.filter(pk=planted.site_id(site)).update(mark=mark)
    Client().get("/health/live")
    people = {person: _browser(person) for person in everybody()}
    owner = next(one.user for one in people if (one.role, one.where) == OWNER)
    assert owner is not None
    things = _places() | _work(owner) | _people(beside) | _entries()
    things |= {
        "assessment": [Thing({"run_id": run.pk}), Thing({"run_id": uuid4()}, nobody)],
        "assessment table": [Thing({"run_id": run.pk, "name": name}) for name in ("stores", "pools", "worst")],
        "plan": [Thing({"run_id": kept.pk}), Thing({"run_id": uuid4()}, nobody)],
        "approved plan": [Thing({"run_id": approved.pk}), Thing({"run_id": uuid4()}, nobody)],
        "plan decision": [Thing({"decision_id": decided.pk}), Thing({"decision_id": uuid4()}, nobody)],
        "campaign": [Thing({"campaign_id": campaigns[0].pk}), Thing({"campaign_id": uuid4()}, nobody)],
        "plan table": [Thing({"run_id": kept.pk, "which": "joint", "name": "shipments"})],
        **_studies(),
        "no passkey": [Thing({"pk": 1}, nobody)],
        "table": [Thing({"table_name": name}) for name in reference.TABLES],
    }
    things |= of_assessment(owner)
    things |= of_records(owner)
    sequence(timezone.now())
    return Node(people, things)


def _studies() -> dict[str, list[Thing]]:
    chief = planted_decisions.chief()
    scenario = planted_studies.scenario(chief, word("site A1"))
    study = planted_studies.study(chief, scenario)
    held, gone = {"scenario_id": scenario.pk}, {"scenario_id": uuid4()}
    return {
        "study": [Thing({"run_id": study.pk}), Thing({"run_id": uuid4()}, nobody)],
        "study table": [Thing({"run_id": study.pk, "name": "scenarios"})],
        "kind of study": [Thing({"kind": "frontier"}), Thing({"kind": "explode"}, nobody)],
        "scenario": [Thing(held), Thing(gone, nobody)],
        "kind of change": [Thing({**held, "change": "budget"}), Thing({**gone, "change": "budget"}, nobody)],
        "change of scenario": [Thing({**held, "number": 1}), Thing({**gone, "number": 1}, nobody)],
    }


def everybody() -> Iterator[Person]:
    """Every role in every kind of place, somebody without a role, and somebody who has not signed in."""
    for role in Role.values:
        for where in WHERE:
            user = User.objects.create_user(f"{role}-{where}", password="a")
            Grant.objects.create(user=user, role=role, **PLACE_OF[where])
            yield Person(role, where, user)
    yield Person("", "", User.objects.create_user("nobody", password="a"))
    yield Person("", "")


def _browser(person: Person) -> Client:
    client = Client()
    if person.user:
        client.force_login(person.user)
    return client


def _places() -> dict[str, list[Thing]]:
    ids = {site: {"site_id": planted.site_id(site)} for site in SITES}
    stores = ("A1a", "A1b", "A2a", "B1a")
    missing = Thing({"site_id": "AL-S-9999"}, nobody)
    return {
        "site": [
            *(Thing(ids[each], partial(has_site, each, "view_register"), MARKS[each]) for each in SITES),
            missing,
        ],
        "classified site": [*(Thing(ids[each], partial(has_site, each, "classify")) for each in SITES), missing],
        "store": [
            *(
                Thing({"store_id": planted.store_id(each)}, partial(has_store, each), MARKS[each[:2]])
                for each in stores
            ),
            Thing({"store_id": "AL-T-9999"}, nobody),
        ],
    }


def _work(owner: User) -> dict[str, list[Thing]]:
    """Uploads and jobs of the owner, and of another planner, which nobody else may see."""
    another = User.objects.create_user("another")
    Grant.objects.create(user=another, role=Role.PLANNER)
    found: dict[str, list[Thing]] = {"upload": [], "upload lines": [], "job": [], "own job": []}
    for user, whose in ((owner, "own"), (another, word("another planner"))):
        upload, job = _upload(user, whose), _job(user, whose)
        found["upload"].append(Thing({"upload_id": upload.pk}, partial(owns, user)))
        found["upload lines"].append(Thing({"upload_id": upload.pk, "loading": "part"}, partial(owns, user)))
        found["job"].append(Thing({"job_id": job.pk}, partial(_owns_or_runs, user)))
        found["own job"].append(Thing({"job_id": job.pk}, partial(owns, user)))
    return found


def _owns_or_runs(user: User, person: Person) -> bool:
    return owns(user, person) or person.holds("manage_node")


def _upload(user: User, whose: str) -> Upload:
    """A workbook with a fault: its name, the finding, the marked copy and the lines it would post hold the word."""
    uploading.folder().mkdir(parents=True, exist_ok=True)
    name = f"{uuid4()}.xlsx"
    (uploading.folder() / name).write_bytes(whose.encode())
    finding = {"code": "unknown_table", "severity": "error", "table": "", "row": None, "column": "", "value": whose}
    facts = {"findings": [{**finding, "numbers": {}}], "counts": {"error": 1}, "differences": {"x": whose}}
    facts["refused_numbers"] = {"path": whose}
    kept = {"file": name, "annotated": name, "size_bytes": 9, "state": "checked"}
    upload = Upload.objects.create(actor=user, name=f"{whose}.xlsx", **kept, **facts)
    line = {"outcome": "created", "kind": "opening_balance", "stock_id": whose, "lot": whose}
    pl.DataFrame([line], schema=LINES).write_parquet(uploading.folder() / f"{upload.pk}-part.parquet")
    return upload


def _job(user: User, whose: str) -> Job:
    about = {"title": whose, "parameters": {"x": whose}, "result": {"url": f"/{whose}"}, "state": "failed"}
    refused = {"refused_code": "upload_closed", "refused_numbers": {"path": whose}}
    return Job.objects.create(kind="check_upload", actor=user, **about, **refused)


def _beside() -> User:
    """Texts that no workbook brings: of a person of the other ministry, and of what they did there."""
    name = word("person beside")
    user = User.objects.create_user(name, f"{name}@example.org", first_name=name, last_name=name)
    organisation_id, site_id = planted.organisation_id(planted.BESIDE), planted.site_id("B1")
    Grant.objects.create(user=user, role=Role.TECHNICAL_OFFICER, organisation_id=organisation_id)
    pool = word("pools")
    amounts = {"family": "mortar", "mass_kg": 1.0, "neq_kg": 1.0, "pieces": 1, "position": 0}
    GivenPool.objects.create(pool_id=pool, jurisdiction_id="AL", origin_id=pool, stability_band=pool, **amounts)
    GivenCurve.objects.create(origin_id=pool, neq_kg=1.0, fatalities_per_year=0.0, low=0.0, high=0.0, position=0)
    reason = word("movement beside")
    now = timezone.now()
    movement = Movement.objects.create(
        kind=MovementKind.COUNT_ADJUSTMENT, effective_at=now, recorded_at=now, actor=user, reason=reason
    )
    register = records.Register.objects.get()
    register.last_line += 1
    register.save()
    line = {
        "line_id": register.last_line,
        "position": 0,
        "quantity": 1,
        "quantity_basis": "counted",
        "effective_at": now,
    }
    store = planted.store_id("B1a")
    batch = Batch.objects.filter(holdings__store=store).earliest("pk")
    places = records.Place.objects
    here, away = places.get(store=store), places.get(kind=PlaceKind.ACQUIRED)
    MovementLine.objects.create(movement=movement, batch=batch, from_place=away, to_place=here, **line)
    records.Signature.objects.create(movement=movement, role="saw", name=reason, signed_at=now)
    party = word("store B1a")
    records.Party.objects.create(kind="unit", name=party, number=party, site_id=site_id)
    said = word("entry beside")
    where = {"organisation_id": organisation_id, "site_id": site_id}
    about = {"table": Site._meta.db_table, "row_id": site_id, "reason": said, **where}
    trail.record(actor=user, act="site.classify", before={"x": said}, after={"x": said}, **about)
    return user


def _people(beside: User) -> dict[str, list[Thing]]:
    """People by where they hold a role, and what was asked about them: whom an administrator may know of."""
    mate, of_store, new, closed = (User.objects.create_user(name) for name in ("mate", "of-store", "new", "closed"))
    Grant.objects.create(user=closed, role=Role.STOREKEEPER, site_id=planted.site_id("A1"))
    User.objects.filter(pk=closed.pk).update(is_active=False)
    another = User.objects.get(username="another")
    grants = {
        of_store: Grant.objects.create(user=of_store, role=Role.STOREKEEPER, store_id=planted.store_id("A1a")),
        mate: Grant.objects.create(user=mate, role=Role.STOREKEEPER, site_id=planted.site_id("A2")),
        beside: Grant.objects.get(user=beside),
        another: Grant.objects.get(user=another),
    }
    near = {of_store: WHERE, mate: ("node", "organisation"), beside: ("node",), another: ("node",), new: WHERE}
    found = {"closed person": [Thing({"user_id": closed.pk}, partial(_manages, WHERE[:3]))]}
    for user, where in near.items():
        ids = {"user_id": user.pk}
        found.setdefault("person", []).append(Thing(ids, partial(_knows, where)))
        found.setdefault("managed person", []).append(Thing(ids, partial(_manages, where)))
        whole = ("node",) if user == new else where
        found.setdefault("whole person", []).append(Thing(ids, partial(_manages, whole)))
        if user in grants:
            found.setdefault("person with a role", []).append(Thing(ids, partial(_manages, where)))
            about = {**ids, "grant_id": grants[user].pk}
            found.setdefault("managed role", []).append(Thing(about, partial(_manages, where)))
    return found | _asked(another, mate, of_store) | _invited(another)


def _manages(where: tuple[str, ...], person: Person) -> bool:
    return person.holds("manage_people") and person.where in where


def _knows(where: tuple[str, ...], person: Person) -> bool:
    return _manages(where, person) or person.holds("view_trail")


def _decides(where: tuple[str, ...], person: Person) -> bool:
    return _knows(where, person) or (person.holds("approve_grants") and person.where in where)


def _asked(asker: User, mate: User, of_store: User) -> dict[str, list[Thing]]:
    """Roles that were asked for: one beside, one at the site of the people of the walk."""
    said = Said(word("approval beside"), "en", word("approval beside"), "sl")
    place = {"organisation_id": planted.organisation_id(planted.BESIDE), "site_id": None, "store_id": None}
    here = {"organisation_id": None, "site_id": planted.site_id("A1"), "store_id": None}
    found = []
    for user, given, reason, where in (
        (mate, place, said, ("node",)),
        (of_store, here, Said("because", "en"), ("node", "organisation", "site")),
    ):
        payload = {"user_id": user.pk, "role": Role.DONOR, **given}
        made = approvals.ask(actor=asker_of(asker), session="a", kind="give_grant", payload=payload, reason=reason)
        found.append((made, where))
    told = {"decision_reason": said.text, "decision_reason_courtesy": said.courtesy}
    Approval.objects.filter(pk=found[0][0].pk).update(**told)
    return {
        "approval": [Thing({"approval_id": made.pk}, partial(_decides, where)) for made, where in found],
        "own approval": [Thing({"approval_id": made.pk}, nobody) for made, _where in found],
    }


def asker_of(asker: User) -> User:
    """With a role by which one may ask."""
    Grant.objects.get_or_create(user=asker, role=Role.ADMINISTRATOR)
    return User.objects.get(pk=asker.pk)


def _invited(by: User) -> dict[str, list[Thing]]:
    """Invitations: one beside, one into the site of the people of the walk."""
    name = word("invitation beside")
    email = f"{name}@example.org"
    beside = Place(organisation_id=planted.organisation_id(planted.BESIDE))
    here = Place(site_id=planted.site_id("A1"))
    found = [
        (invitations.invite(actor=by, name=name, email=email, language="en", role="donor", place=beside), ("node",)),
        (
            invitations.invite(actor=by, name="Ana", language="en", role="donor", place=here),
            ("node", "organisation", "site"),
        ),
    ]
    return {
        "invitation": [Thing({"invitation_id": made.invitation.pk}, partial(_manages, where)) for made, where in found]
    }


def _entries() -> dict[str, list[Thing]]:
    """Entries of the trail, and records with a history."""
    sites, stores = Site._meta.db_table, Store._meta.db_table
    return {
        "entry": [Thing({"entry_id": Entry.objects.get(reason=word("entry beside")).pk}, _reads)],
        "record": [
            *(
                Thing({"table": sites, "row_id": planted.site_id(each)}, partial(_has_history, each))
                for each in ("A1", "B1")
            ),
            *(
                Thing({"table": stores, "row_id": planted.store_id(each)}, partial(_has_history, each))
                for each in ("A1b", "B1a")
            ),
        ],
    }


def _reads(person: Person) -> bool:
    return person.holds("view_trail")


def _has_history(place: str, person: Person) -> bool:
    return person.holds("view_trail") or place in (*person.sites(), *person.stores())
