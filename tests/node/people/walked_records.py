"""What the walk finds in the rooms of the register: lots, items, movements, counts, events, decisions, articles."""

from __future__ import annotations

from functools import partial
from uuid import uuid4

from django.utils import timezone
from tests.node.people import planted
from tests.node.people.planted import word
from tests.node.people.ruling import MARKS, Person
from tests.node.people.things import Thing, has_right, has_site, has_store, nobody
from tests.node.records.catalogue import planted_catalogue
from tests.node.records.counts import planted_counts
from tests.node.records.events import planted_events
from tests.node.records.lots import planted_lots
from tests.node.records.surplus import planted_surplus
from uuid6 import uuid7

from rasr.node.people.models import User
from rasr.node.records import models as records
from rasr.node.records.models import Batch, Movement
from rasr.node.records.services import LineDraft, MovementDraft, Spot, post

STORES = ("A1a", "B1a")
"""A store of the people of the walk, and one beside."""


def of_records(owner: User) -> dict[str, list[Thing]]:
    """Plant it all."""
    found = _moved(owner) | _lots() | _surplus() | _counts() | _events() | _catalogue()
    return found | {"article": [Thing({"article_id": _article_in(store)}) for store in STORES]}


def _moved(owner: User) -> dict[str, list[Thing]]:
    """Movements and cards: one of the first store of the people of the walk, one beside."""
    store_id = planted.store_id("A1a")
    batch = Batch.objects.filter(holdings__store=store_id, holdings__quantity__gt=0).earliest("pk")
    line = LineDraft(batch.pk, 1, "counted", Spot.store(store_id), Spot("lost"))
    lost = MovementDraft(uuid7(), "loss", timezone.now(), "because", (line,))
    post(actor=owner, movement=lost)
    beside = Movement.objects.get(reason=word("movement beside"))
    of_others = Batch.objects.filter(holdings__store=planted.store_id("B1a")).earliest("pk")
    here, there = partial(has_store, "A1a"), partial(has_store, "B1a")
    ids, others = {"movement_id": lost.movement_id}, {"movement_id": beside.pk}
    stores = {one: {"store_id": planted.store_id(one)} for one in ("A1a", "A1b", "A2a", "B1a")}
    kept = [(one, ids_of, partial(_keeps, one), MARKS[one[:2]]) for one, ids_of in stores.items()]
    return {
        "movement": [Thing(ids, here), Thing(others, there), Thing({"movement_id": uuid4()}, nobody)],
        "judged movement": [Thing(ids, partial(has_site, "A1", "judge_stock")), Thing(others, nobody)],
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


def _lots() -> dict[str, list[Thing]]:
    """A lot and items in a store of the people of the walk, and in one beside."""
    found: dict[str, list[Thing]] = {}
    for store in STORES:
        made = planted_lots.plant(planted.store_id(store), word(f"store {store}"))
        seen, judged, kept = (
            partial(has_right, store, right) for right in ("view_register", "judge_stock", "keep_stock")
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


def _surplus() -> dict[str, list[Thing]]:
    """A decision about the stock of the people's organisation, and one about another's."""
    found: dict[str, list[Thing]] = {}
    for store in STORES:
        made = planted_surplus.plant(planted.store_id(store), word(f"store {store}"))
        seen, judged = (partial(has_right, store, right) for right in ("view_register", "judge_stock"))
        one = {"declaration_id": made["declaration_id"]}
        for name, kwargs, who in (
            ("decision", one, seen),
            ("judged decision", one, judged),
            ("to declare", made, judged),
        ):
            found.setdefault(name, []).append(Thing(kwargs, who))
    return found


def _counts() -> dict[str, list[Thing]]:
    """Counts and labels in a store of the people of the walk, and in one beside."""
    found: dict[str, list[Thing]] = {"count": [], "kept count": [], "scanned": []}
    for store in STORES:
        count = planted_counts.plant(planted.store_id(store), word(f"store {store}"))
        ids, mark = {"count_id": count.pk}, MARKS[store[:2]]
        seen, kept = (partial(has_right, store, right) for right in ("view_register", "keep_stock"))
        found["count"].append(Thing(ids, seen, mark))
        found["kept count"].append(Thing(ids, kept, mark))
        found["scanned"].append(Thing({"code": planted_counts.place_code(planted.store_id(store))}, seen))
    return found


def _events() -> dict[str, list[Thing]]:
    """What happened and is to be done in a store of the people of the walk, and in one beside."""
    found: dict[str, list[Thing]] = {}
    for store in STORES:
        made = planted_events.plant(planted.store_id(store), word(f"store {store}"))
        for start, right in (("", "view_register"), ("kept ", "keep_stock"), ("judged ", "judge_stock")):
            for key, value in vars(made).items():
                name = start + key.removesuffix("_id")
                found.setdefault(name, []).append(Thing({key: value}, partial(has_right, store, right)))
    return found


def _catalogue() -> dict[str, list[Thing]]:
    """Articles, and something unidentified in a store of the people of the walk and in one beside."""
    found: dict[str, list[Thing]] = {}
    for store in STORES:
        made = planted_catalogue.plant(planted.store_id(store), word(f"store {store}"))
        _say_everything(made)
        seen, judged = (partial(has_right, store, right) for right in ("view_register", "judge_stock"))
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
    return has_right(store, "view_register", person) and (_edits(person) or has_right(store, "keep_stock", person))


def _article_in(store: str) -> str:
    return Batch.objects.filter(holdings__store=planted.store_id(store)).earliest("pk").article_id
