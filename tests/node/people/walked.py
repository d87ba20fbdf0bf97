"""The node that the walk goes through: the planted region with all worked out, everybody who looks, their things."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import uuid4

import polars as pl
from django.test import Client
from django.utils import timezone
from tests.node.assessment.licences import planted_licences
from tests.node.assessment.rules import planted_rules
from tests.node.assessment.surroundings import planted_surveys
from tests.node.conftest import keep_assessment, keep_plan, load
from tests.node.people import planted
from tests.node.people.planted import SITES, word
from tests.node.people.rules import MARKS, PLACE_OF, WHERE, Person
from tests.node.records.catalogue import planted_catalogue
from tests.node.records.counts import planted_counts
from tests.node.records.events import planted_events
from tests.node.records.lots import planted_lots
from tests.node.records.surplus import planted_surplus
from uuid6 import uuid7

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
from rasr.node.records.services import LineDraft, MovementDraft, Spot, post
from rasr.node.records.staging import LINES
from rasr.node.web.said import Said

OWNER = (Role.PLANNER, "node")
"""Whose upload and job the walk has beside somebody else's."""


@dataclass(frozen=True)
class Thing:
    """What stands in an address. seen: who may see it. mark: its class mark, where it has one of its own."""

    kwargs: Mapping[str, Any]
    seen: Callable[[Person], bool] = lambda _person: True
    mark: int | None = None


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
    for site, mark in MARKS.items():
        Site.objects.filter(pk=planted.site_id(site)).update(mark=mark)
    Client().get("/health/live")
    people = {person: _browser(person) for person in everybody()}
    owner = next(one.user for one in people if (one.role, one.where) == OWNER)
    assert owner is not None
    things = _places() | _work(owner) | _people(beside) | _entries() | _moved(owner)
    things |= {
        "assessment": [Thing({"run_id": run.pk}), Thing({"run_id": uuid4()}, nobody)],
        "assessment table": [Thing({"run_id": run.pk, "name": name}) for name in ("stores", "pools", "worst")],
        "plan": [Thing({"run_id": kept.pk}), Thing({"run_id": uuid4()}, nobody)],
        "plan table": [Thing({"run_id": kept.pk, "which": "joint", "name": "shipments"})],
        "no passkey": [Thing({"pk": 1}, nobody)],
        "table": [Thing({"table_name": name}) for name in reference.TABLES],
        "article": [Thing({"article_id": _article_in(store)}) for store in ("A1a", "B1a")],
    }
    things |= _lots()
    things |= _surplus()
    things |= _licences()
    things |= _rules()
    things |= _surveys(owner)
    things |= _counts()
    things |= _events()
    things |= _catalogue()
    sequence(timezone.now())
    return Node(people, things)


def _lots() -> dict[str, list[Thing]]:
    """A lot and items in a store of the people of the walk, and in one beside."""
    found: dict[str, list[Thing]] = {}
    for store in ("A1a", "B1a"):
        made = planted_lots.plant(planted.store_id(store), word(f"store {store}"))
        seen, judged, kept = (
            partial(_has_right, store, right) for right in ("view_register", "judge_stock", "keep_stock")
        )
        item, batch = {"item_id": made.item_id}, {"batch_id": made.pieces_id}
        component = {"lot_id": made.lot_id, "component_id": made.component_id}
        limit = {"constraint_id": made.constraint_id}
        for name, kwargs, who in (
            ("lot", {"lot_id": made.lot_id}, seen),
            ("judged lot", {"lot_id": made.lot_id}, judged),
            ("component", component, judged),
            ("constraint", limit, seen),
            ("judged constraint", limit, judged),
            ("named batch", batch, judged),
            ("pieces", {**batch, "store_id": planted.store_id(store)}, judged),
            ("item", item, seen),
            ("kept item", item, kept),
        ):
            found.setdefault(name, []).append(Thing(kwargs, who))
        if store == "A1a":
            found["item away"] = [Thing({"item_id": made.away_id}, kept)]
    found["banned article"] = [Thing({"article_id": _article_in("A1a")}, lambda person: person.where == "node")]
    return found


def _surveys(owner: User) -> dict[str, list[Thing]]:
    """A survey and an answer of the node; files of the owner, and of another planner, which nobody else may see."""
    made, another = planted_surveys.plant(owner, word("store B1a")), User.objects.get(username="another")
    files = [
        Thing({"file_id": planted_surveys.file(user, whose)}, partial(_owns, user))
        for user, whose in ((owner, "own"), (another, word("another planner")))
    ]
    survey, enquiry = {"survey_id": made.survey_id}, {"enquiry_id": made.enquiry_id}
    return {
        "survey": [Thing(survey), Thing({"survey_id": uuid4()}, nobody)],
        "site enquiry": [Thing(enquiry), Thing({"enquiry_id": uuid4()}, nobody)],
        "survey file": files,
    }


def _counts() -> dict[str, list[Thing]]:
    """Counts and labels in a store of the people of the walk, and in one beside."""
    found: dict[str, list[Thing]] = {"count": [], "kept count": [], "scanned": []}
    for store in ("A1a", "B1a"):
        count = planted_counts.plant(planted.store_id(store), word(f"store {store}"))
        ids, mark = {"count_id": count.pk}, MARKS[store[:2]]
        seen, kept = (partial(_has_right, store, right) for right in ("view_register", "keep_stock"))
        found["count"].append(Thing(ids, seen, mark))
        found["kept count"].append(Thing(ids, kept, mark))
        found["scanned"].append(Thing({"code": planted_counts.place_code(planted.store_id(store))}, seen))
    return found


def _events() -> dict[str, list[Thing]]:
    """What happened and is to be done in a store of the people of the walk, and in one beside."""
    found: dict[str, list[Thing]] = {}
    for store in ("A1a", "B1a"):
        made = planted_events.plant(planted.store_id(store), word(f"store {store}"))
        for start, right in (("", "view_register"), ("kept ", "keep_stock"), ("judged ", "judge_stock")):
            for key, value in vars(made).items():
                name = start + key.removesuffix("_id")
                found.setdefault(name, []).append(Thing({key: value}, partial(_has_right, store, right)))
    return found


def _surplus() -> dict[str, list[Thing]]:
    """A decision about the stock of the people's organisation, and one about another's."""
    found: dict[str, list[Thing]] = {}
    for store in ("A1a", "B1a"):
        made = planted_surplus.plant(planted.store_id(store), word(f"store {store}"))
        seen, judged = (partial(_has_right, store, right) for right in ("view_register", "judge_stock"))
        one = {"declaration_id": made["declaration_id"]}
        for name, kwargs, who in (
            ("decision", one, seen),
            ("judged decision", one, judged),
            ("to declare", made, judged),
        ):
            found.setdefault(name, []).append(Thing(kwargs, who))
    return found


def _licences() -> dict[str, list[Thing]]:
    """A signed licence and a card of a store of the people of the walk, and of one beside."""
    found: dict[str, list[Thing]] = {"no card": [Thing({"address": "wrong"})]}
    found["no approval"] = [Thing({"approval_id": uuid4()}, nobody)]
    for store in ("A1a", "B1a"):
        made = planted_licences.plant(planted.store_id(store), word(f"store {store}"))
        seen, judged = (partial(_has_right, store, right) for right in ("view_register", "judge_stock"))
        found.setdefault("licence", []).append(Thing({"form_id": made}, seen, MARKS[store[:2]]))
        found.setdefault("judged store", []).append(Thing({"store_id": planted.store_id(store)}, judged))
    return found


def _rules() -> dict[str, list[Thing]]:
    """A rule entered here, a distance function, a method: everybody who sees stock sees them."""
    return {
        "rule entry": [Thing({"entry_id": planted_rules.plant().pk}), Thing({"entry_id": uuid4()}, nobody)],
        "rule function": [Thing({"name": "BD30"}), Thing({"name": "BD99"}, nobody)],
        "rule method": [Thing({"name": "airblast"}), Thing({"name": "magic"}, nobody)],
    }


def _catalogue() -> dict[str, list[Thing]]:
    """Articles, and something unidentified in a store of the people of the walk and in one beside."""
    found: dict[str, list[Thing]] = {}
    for store in ("A1a", "B1a"):
        made = planted_catalogue.plant(planted.store_id(store), word(f"store {store}"))
        _say_everything(made)
        seen, judged = (partial(_has_right, store, right) for right in ("view_register", "judge_stock"))
        known, picture = {"article_id": made.known_id}, {"picture_id": made.picture_id}
        unknown = {"table": planted_catalogue.TABLE, "row_id": made.found_id}
        for name, kwargs, who in (
            ("edited article", known, _edits),
            ("article name", {**known, "what": "name", "row": made.name_id}, _edits),
            ("merged article", known, _merges),
            ("told apart", {"apart_id": made.apart_id}, _edits),
            ("gone article", {"article_id": made.gone_id}, _merges),
            ("found article", {"article_id": made.found_id}, judged),
            ("picture", picture, seen),
            ("kept picture", picture, partial(_pictures, store)),
            ("pictured", unknown, partial(_pictures, store)),
        ):
            found.setdefault(name, []).append(Thing(kwargs, who))
    return found


def _say_everything(made: planted_catalogue.Planted) -> None:
    """A word of the catalogue in every text of an article."""
    said = word("catalogue")
    records.ArticleName.objects.filter(pk=made.name_id).update(name=said, normalised=said)
    told = dict.fromkeys(("make", "model", "country_made"), said)
    records.ArticleDetail.objects.update_or_create(article_id=made.known_id, defaults=told)
    records.Package.objects.create(article_id=made.known_id, name=said, quantity=10)
    records.ArticlesApart.objects.filter(pk=made.apart_id).update(reason=said)


def _edits(person: Person) -> bool:
    return person.holds("edit_catalogue")


def _merges(person: Person) -> bool:
    return _edits(person) and person.holds("judge_stock")


def _pictures(store: str, person: Person) -> bool:
    return _has_right(store, "view_register", person) and (_edits(person) or _has_right(store, "keep_stock", person))


def _has_right(store: str, right: str, person: Person) -> bool:
    return store in person.stores(right)


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
            *(Thing(ids[each], partial(_has_site, each, "view_register"), MARKS[each]) for each in SITES),
            missing,
        ],
        "classified site": [*(Thing(ids[each], partial(_has_site, each, "classify")) for each in SITES), missing],
        "store": [
            *(
                Thing({"store_id": planted.store_id(each)}, partial(_has_store, each), MARKS[each[:2]])
                for each in stores
            ),
            Thing({"store_id": "AL-T-9999"}, nobody),
        ],
    }


def nobody(_person: Person) -> bool:
    """It is not there."""
    return False


def _has_site(site: str, right: str, person: Person) -> bool:
    return site in person.sites(right)


def _has_store(store: str, person: Person) -> bool:
    return store in person.stores()


def _work(owner: User) -> dict[str, list[Thing]]:
    """Uploads and jobs of the owner, and of another planner, which nobody else may see."""
    another = User.objects.create_user("another")
    Grant.objects.create(user=another, role=Role.PLANNER)
    found: dict[str, list[Thing]] = {"upload": [], "upload lines": [], "job": [], "own job": []}
    for user, whose in ((owner, "own"), (another, word("another planner"))):
        upload, job = _upload(user, whose), _job(user, whose)
        found["upload"].append(Thing({"upload_id": upload.pk}, partial(_owns, user)))
        found["upload lines"].append(Thing({"upload_id": upload.pk, "loading": "part"}, partial(_owns, user)))
        found["job"].append(Thing({"job_id": job.pk}, partial(_owns_or_runs, user)))
        found["own job"].append(Thing({"job_id": job.pk}, partial(_owns, user)))
    return found


def _moved(owner: User) -> dict[str, list[Thing]]:
    """Movements and cards: one of the first store of the people of the walk, one beside."""
    store_id = planted.store_id("A1a")
    batch = Batch.objects.filter(holdings__store=store_id, holdings__quantity__gt=0).earliest("pk")
    line = LineDraft(batch.pk, 1, "counted", Spot.store(store_id), Spot("lost"))
    lost = MovementDraft(uuid7(), "loss", timezone.now(), "because", (line,))
    post(actor=owner, movement=lost)
    beside = Movement.objects.get(reason=word("movement beside"))
    of_others = Batch.objects.filter(holdings__store=planted.store_id("B1a")).earliest("pk")
    here, there = partial(_has_store, "A1a"), partial(_has_store, "B1a")
    ids, others = {"movement_id": lost.movement_id}, {"movement_id": beside.pk}
    stores = {one: {"store_id": planted.store_id(one)} for one in ("A1a", "A1b", "A2a", "B1a")}
    kept = [(one, ids_of, partial(_keeps, one), MARKS[one[:2]]) for one, ids_of in stores.items()]
    return {
        "movement": [Thing(ids, here), Thing(others, there), Thing({"movement_id": uuid4()}, nobody)],
        "judged movement": [Thing(ids, partial(_has_site, "A1", "judge_stock")), Thing(others, nobody)],
        "kept store": [Thing(ids_of, seen, mark) for _one, ids_of, seen, mark in kept],
        "move": [Thing({"kind": "loss", **ids_of}, seen, mark) for _one, ids_of, seen, mark in kept],
        "card": [
            Thing({"what": "store", "key": store_id}, here),
            Thing({"what": "batch", "key": batch.pk}, here),
            Thing({"what": "batch", "key": of_others.pk}, there),
            Thing({"what": "store", "key": planted.store_id("B1a")}, there),
        ],
    }


def _keeps(store: str, person: Person) -> bool:
    return store in person.stores("keep_stock")


def _article_in(store: str) -> str:
    return Batch.objects.filter(holdings__store=planted.store_id(store)).earliest("pk").article_id


def _owns(user: User, person: Person) -> bool:
    return person.user == user


def _owns_or_runs(user: User, person: Person) -> bool:
    return _owns(user, person) or person.holds("manage_node")


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
