"""Fills one site of a node with what a register holds after some months of work, by the services, as its people would.

One of everything that has a page: lots tested and banned, weapons of which one is evidence and has a photograph, an
issue, a despatch under way, counts of every state, what happened, what was inspected, surplus, an article to be judged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from io import BytesIO
from typing import Any

from django.utils import timezone
from PIL import Image, ImageDraw
from tests.node.assessment.hotspots import planted_hotspots
from tests.node.assessment.leaks import planted_works
from tests.node.assessment.security import planted_visits
from tests.node.assessment.surroundings import planted_surveys
from uuid6 import uuid7

from rasr.node.assessment.candidates import services as candidates
from rasr.node.assessment.licences import cards, giving
from rasr.node.assessment.models import SecurityVisit
from rasr.node.assessment.surroundings import services as surroundings
from rasr.node.assessment.upgrades import agreeing, photographs
from rasr.node.assessment.upgrades import services as upgrades
from rasr.node.assessment.upgrades.costs import Costs, Money, Work
from rasr.node.people.approvals import services as approvals
from rasr.node.people.models import Approval, User
from rasr.node.people.place import Place
from rasr.node.places.models import Licence, Store
from rasr.node.records.catalogue import apart, merging, pictures, unidentified
from rasr.node.records.catalogue import services as catalogue
from rasr.node.records.catalogue.unidentified import Unknown
from rasr.node.records.counts import adjusting
from rasr.node.records.counts import services as counts
from rasr.node.records.counts.services import Found
from rasr.node.records.events import services as events
from rasr.node.records.events.services import Hurt, Report
from rasr.node.records.items import custody
from rasr.node.records.items import services as items
from rasr.node.records.items.custody import Legal
from rasr.node.records.ledger.declaring import Chosen, declare_surplus, record_decision
from rasr.node.records.lots import limiting
from rasr.node.records.lots import services as lots
from rasr.node.records.lots.limiting import Limit
from rasr.node.records.lots.services import LotFacts, LotResult
from rasr.node.records.lots.told import Why
from rasr.node.records.models import Article, Batch, CountLine, Holding, Incident, Inspection, Item, Lot, Movement
from rasr.node.records.movements import queries
from rasr.node.records.movements import services as movements
from rasr.node.records.movements.forms import NewParty, NewThing
from rasr.node.records.movements.services import Wish
from rasr.node.records.movements.shapes import SHAPES
from rasr.node.records.services import Spot
from rasr.node.web.said import Said

RIFLE = "RIFLE-M70"
WORD = "Order 12 of the commander"
SESSION = "0" * 16
"""Stands for the session in which something is signed."""


@dataclass(frozen=True)
class Crew:
    """Who works at the site, and its stores that hold most records, the fullest first."""

    officer: User
    keeper: User
    stores: Sequence[Store]


def fill(*, officer: User, keeper: User, site_id: str) -> None:
    """Do some months of work at a site. officer: judges everything; keeper: keeps the site."""
    known = Store.objects.filter(site=site_id, closed=False).select_related("site")
    stores = sorted(known, key=lambda store: (-rounds(store).count(), store.pk))
    crew = Crew(officer, keeper, stores)
    _catalogue(crew)
    _lots(crew)
    _weapons(crew)
    _movements(crew)
    _surplus(crew)
    _candidates(crew)
    _security(crew)
    _upgrades(crew)
    planted_hotspots.plant(crew.stores[0].site_id, WORD)
    planted_hotspots.completed(crew.stores[0].site_id, "A field")
    _licences(crew)
    _surveys(crew)
    _events(crew)
    _counts(crew)


def rounds(store: Store) -> Any:
    """Holdings of a store that are counted, not told apart, and may be used."""
    held = Holding.objects.filter(store=store.pk, quantity__gt=100, batch__itemised=False)
    return held.select_related("batch__article", "place").order_by("batch__stock_id")


def _why(text: str = WORD) -> Why:
    return Why(text, "en")


def _ago(days: int) -> date:
    return timezone.localdate() - timedelta(days)


def photograph(text: str) -> BytesIO:
    """A picture that a telephone might have taken."""
    image, written = Image.new("RGB", (1200, 800), "#7a6a58"), BytesIO()
    drawn = ImageDraw.Draw(image)
    drawn.rectangle((150, 340, 1050, 440), fill="#2d2a26")
    drawn.text((200, 380), text, fill="white", font_size=40)
    image.save(written, "JPEG")
    written.seek(0)
    return written


def _catalogue(crew: Crew) -> None:
    actor = crew.officer
    facts = {
        "name": "Assault rifle M70",
        "family": "small_arms",
        "unit": "piece",
        "calibre": "7.62x39",
        "mass_kg_each": 3.7,
    }
    facts |= {"hazard_division": "not_applicable", "compatibility_group": "not_applicable"}
    more = {"itemised": True, "make": "Zastava", "model": "M70", "country_made": "Yugoslavia"}
    catalogue.add(actor=actor, article_id=RIFLE, facts=facts, details=more, why=_why())
    for number in (2, 3, 4):
        catalogue.add(actor=actor, article_id=f"{RIFLE}-{number}", facts=facts, details={}, why=_why())
    merging.merge(
        actor=actor, article_id=f"{RIFLE}-3", into_id=RIFLE, movement_id=uuid7(), why=_why("One and the same")
    )
    apart.tell_apart(actor=actor, article_id=RIFLE, other_id=f"{RIFLE}-4", why=_why("A copy made elsewhere"))
    catalogue.add_name(actor=actor, article_id=RIFLE, naming="yugoslav", name="Аутоматска пушка М70", why=_why())
    article = rounds(crew.stores[0])[0].batch.article
    catalogue.add_name(actor=actor, article_id=article.pk, naming="warsaw_pact", name="Патрон обр. 43", why=_why())
    catalogue.add_package(
        actor=actor, article_id=article.pk, name="Wooden box", quantity=1_260, gross_mass_kg=29.5, neq_kg=2.0
    )
    part = Article.objects.exclude(pk=article.pk).earliest("pk")
    catalogue.add_component(actor=actor, article_id=article.pk, component_id=part.pk, quantity=1)
    pictures.add(
        actor=actor, table="records_article", row_id=article.pk, file=photograph("Box"), caption="Marks of the box"
    )
    found = Unknown("Grey tube with two fins", "rocket", crew.stores[-1].pk, 1, "awaiting_disposal", "No marks.")
    unidentified.take_down(actor=crew.keeper, found=found, movement_id=uuid7(), why=_why("Dug up behind the fence"))


def _lots(crew: Crew) -> None:
    actor = crew.officer
    one, two, three = rounds(crew.stores[0])[:3]
    facts = LotFacts("SK-77/3", maker="Sloboda", country_made="Yugoslavia", year_made=1977, shelf_life_until=_ago(-400))
    lot = _named(actor, one, facts)
    lots.add_component(actor=actor, lot_id=lot.pk, part="Propellant", number="NC-12")
    for years, percent, verdict in ((12, 0.92, "passed"), (8, 0.71, "passed"), (4, 0.52, "watch"), (1, 0.38, "watch")):
        result = LotResult(
            *(_ago(365 * years), "Stabiliser content, HPLC", verdict, percent, "%", "Central laboratory", f"L-{years}"),
            next_on=_ago(365 * years - 700),
        )
        lots.record_test(actor=actor, lot_id=lot.pk, facts=result)
    limit = Limit("constraint", "Not above 30 °C.", "Stabiliser falls", "TO 14", _ago(90))
    limiting.impose(actor=actor, lot_id=lot.pk, limit=limit)
    banned = _named(actor, two, LotFacts("SK-81/9", maker="Sloboda", year_made=1981))
    limiting.impose(actor=actor, lot_id=banned.pk, limit=Limit("ban", "Not to be fired.", "Burst barrel", "TO 15"))
    lost = _named(actor, three, LotFacts("lost-1", identity="lost"))
    assert lost.identity == "lost"


def _named(actor: User, held: Holding, facts: LotFacts) -> Lot:
    lot = lots.name_lot(actor=actor, batch_id=held.batch_id, facts=facts, why=_why(), movement_id=uuid7())
    assert lot is not None
    return lot


def _record(actor: User, kind: str, store: Store, **more: Any) -> Movement:
    reason = more.pop("reason", WORD)
    wish = Wish(uuid7(), SHAPES[kind], store, Said(reason, "en"), "counted", **more)
    done = movements.record(actor=actor, session=SESSION, wish=wish)
    return Movement.objects.get(pk=done.movement_id)


def _weapons(crew: Crew) -> None:
    store = crew.stores[-1]
    mine = NewThing(
        RIFLE, 4, purpose="operational", year_made=1974, stack="rack 2", serials=["12345", "12346", "", "98-1"]
    )
    _record(crew.keeper, "receipt", store, things=[mine])
    seized = NewThing(RIFLE, 2, purpose="evidence", serials=["C-0O17", "C-0018"])
    _record(crew.keeper, "find", store, things=[seized], reason="Seized, order 88")
    owned = Legal("to_owner", owner="Petar Petrović", release_ref="Decision 3")
    custody.set_legal(
        actor=crew.officer, item_id=Item.objects.get(serial="98-1").pk, legal=owned, why=_why("Taken in by mistake")
    )
    one, two = Item.objects.filter(serial__startswith="C-").order_by("serial")
    for item, case in ((one, "K 12/2026"), (two, "K 13/2026")):
        legal = Legal("evidence", case, legal_hold=True)
        custody.set_legal(actor=crew.officer, item_id=item.pk, legal=legal, why=_why())
    custody.hand_over(
        actor=crew.keeper, item_id=two.pk, custody="court", to="High court", movement_id=uuid7(), why=_why()
    )
    items.change(actor=crew.keeper, item_id=one.pk, facts={"marks": "Star above the breech"}, why=_why())
    for text in ("Left side", "Serial number"):
        pictures.add(actor=crew.keeper, table="records_item", row_id=str(one.pk), file=photograph(text), caption=text)


def _movements(crew: Crew) -> None:
    store, other = crew.stores[:2]
    offer = [row for row in queries.in_store(store.pk).rows if row.quantity and row.batch.lot not in ("SK-81/9",)]
    row = next(row for row in offer if row.batch.condition == "A" and row.batch.purpose == "operational")
    party = NewParty("person", "Ana Marić", "4417")
    issue = _record(crew.keeper, "issue", store, chosen=[(row, 40)], party=party, reason="Training, range 3")
    movements.sign(actor=crew.keeper, session=SESSION, movement_id=issue.pk, role="gave")
    row = next(one for one in queries.in_store(store.pk).rows if one.batch.pk == row.batch.pk)
    _record(crew.keeper, "despatch", store, chosen=[(row, 200)], to_store=other.pk, reason="To be nearer the range")
    row = next(one for one in queries.in_store(store.pk).rows if one.batch.pk == row.batch.pk)
    _record(crew.keeper, "loss", store, chosen=[(row, 3)], reason="Not brought back from range 3")
    row = next(one for one in queries.in_store(store.pk).rows if one.batch.pk == row.batch.pk)
    # a write-off waits for a second person: there is no movement yet
    wish = Wish(*(uuid7(), SHAPES["write_off"], store, Said("Cannot be found", "en"), "counted"), chosen=[(row, 2)])
    movements.record(actor=crew.keeper, session=SESSION, wish=wish)


def _surplus(crew: Crew) -> None:
    store = crew.stores[0]
    made = record_decision(
        actor=crew.officer,
        reference="2026-114",
        decided_on=_ago(30),
        authority="Government",
        organisation_id=store.site.organisation_id,
        text="What the army does not need any more.",
    )
    held = rounds(store).filter(batch__condition="D", batch__purpose="awaiting_disposal")[0]
    stock = [Chosen(held.batch_id, Spot(held.place.kind, held.place.store_id, held.place.ref), 1_000)]
    declare_surplus(
        actor=crew.officer,
        movement_id=uuid7(),
        reference=made.reference,
        stock=stock,
        reason=WORD,
        reason_language="en",
    )


def _licences(crew: Crew) -> None:
    """A signed licence, and an emergency card that opens without signing in."""
    store_id = crew.stores[0].pk
    limits = dict(Licence.objects.filter(store=store_id).values_list("hazard_division", "neq_limit_kg"))
    draft = giving.Draft(store_id, limits, date(2099, 1, 1), WORD, WORD, WORD, "en")
    asked = giving.propose(actor=crew.officer, session=SESSION, draft=draft, reason=WORD)
    _decided(asked)
    cards.write_contacts(actor=crew.keeper, store_id=store_id, contacts=f"{WORD}: 112", as_of=_ago(3))
    cards.renew_address(actor=crew.officer, store_id=store_id)


def _security(crew: Crew) -> None:
    """A visit that is finished, one under way with a conflict and a photograph, and a phone that has it."""
    actor, site = crew.officer, crew.stores[0].site
    made = planted_visits.plant(actor, site.pk, WORD, usual=True)
    planted_visits.phone(actor, made.visit)
    for kind, cost_eur in (("locks", 900.0), ("lighting", 4000.0), ("doors", None)):
        planted_works.enter(actor, site.pk, kind, cost_eur, source=WORD)


def _upgrades(crew: Crew) -> None:
    """A project under way in a programme, between two assessments, with a photograph; and one that waits for works."""
    actor, store = crew.officer, crew.stores[0]
    stated = {"police_storage": 7, "evidence_room": 15}
    about = {"name": "Safer storages", "source": WORD, "organisation_id": store.site.organisation_id}
    programme = upgrades.found_programme(actor=actor, stated=stated, why=_why(), **about)
    facts: dict[str, Any] = {"programme_id": programme.pk, "contractor": "Builder", "handover_planned_on": _ago(-10)}
    works = (Work("fence", WORD, None, ""), Work("locks", "Doors", 1_250_050, "EUR", "IATG 09.10"))
    money = (Money("EU", 1_000_000, "EUR"), Money("US", 200_000, "USD"))
    for name, costs in (("Fence and locks", Costs(works, money)), ("Lamps at the gate", Costs(works[:1]))):
        place = Place(store_id=store.pk)
        made = upgrades.propose(actor=actor, place=place, facts={**facts, "name": name}, why=_why())
        made = upgrades.price(actor=actor, upgrade_id=made.pk, costs=costs, why=_why())
        if not costs.money:
            continue
        visited = SecurityVisit.objects.filter(site=store.site, finished_at__isnull=False)[0].pk
        upgrades.change(actor=actor, upgrade_id=made.pk, facts={"visit_before_id": visited}, why=_why())
        _decided(agreeing.ask(actor=actor, session=SESSION, upgrade_id=made.pk, reason=WORD))
        upgrades.step(actor=actor, upgrade_id=made.pk, name="begin", on=_ago(20), why=_why())
        photographs.add(actor=actor, upgrade_id=made.pk, file=photograph("North side"), caption=WORD)


def _decided(asked: Approval) -> None:
    """Let the approver agree."""
    agreed: dict[str, Any] = {"session": "another", "approve": True, "reason": WORD, "digest": asked.digest}
    approvals.decide(actor=User.objects.get(username="approver"), approval_id=asked.pk, **agreed)


def _candidates(crew: Crew) -> None:
    """A candidate site that is offered, and one that waits."""
    organisation_id = crew.stores[0].site.organisation_id
    for name in ("Quarry", "Old yard"):
        draft = candidates.Draft(organisation_id, name, 42.0, 20.0, "earth_covered_magazine", True, WORD, "en")
        asked = candidates.propose(actor=crew.officer, session=SESSION, draft=draft, reason=WORD)
    first = Approval.objects.exclude(pk=asked.pk).get(kind=candidates.KIND)
    _decided(first)


def _surveys(crew: Crew) -> None:
    """A survey, an answer on building near a store, and a file with a fault."""
    planted_surveys.plant(crew.officer, WORD)
    near = crew.stores[0]
    here = {"latitude_deg": near.latitude_deg + 0.001, "longitude_deg": near.longitude_deg}
    surroundings.ask(actor=crew.officer, about=WORD, kind="inhabited_building", **here)
    planted_surveys.file(crew.officer, WORD)


def _events(crew: Crew) -> None:
    actor, store = crew.keeper, crew.stores[0]
    here: dict[str, Any] = {"site_id": store.site_id, "store_id": store.pk}
    known = Report(
        "accident",
        "A crate fell from the fork-lift and burned.",
        timezone.now() - timedelta(days=3),
        "Ramp of the store",
        "handling",
        cause_reported="Broken pallet",
        immediate_action="Store closed, fire put out",
        ban_proposed="The lot of the crate",
    )
    figures = (Hurt("injured", "male", "military", 2, "Duty officer", _ago(3)),)
    accident = events.report(actor=actor, incident_id=uuid7(), known=known, hurt=figures, **here)
    later = [Hurt("injured", "male", "military", 3, "Hospital", _ago(1))]
    events.state_figures(actor=actor, incident_id=accident.pk, hurt=later)
    found = {"cause_found": "The pallet was overloaded."}
    events.complete(actor=crew.officer, incident_id=accident.pk, facts=found, why=_why())
    events.report(actor=actor, incident_id=uuid7(), known=Report("near_miss", "A door stood open."), **here)
    facts: dict[str, Any] = {"kind": "internal", "done_on": _ago(20), "done_by": "Ana Marić", "result": "findings"}
    facts |= {"text": "Roof leaks above stack 3.", "next_on": _ago(-160)}
    inspection = events.inspect(actor=actor, inspection_id=uuid7(), facts=facts, **here)
    facts = {"kind": "lightning", "done_on": _ago(400), "done_by": "Institute", "result": "passed", "text": "2.1 ohm"}
    events.inspect(actor=actor, inspection_id=uuid7(), facts={**facts, "next_on": _ago(35)}, **here)
    _planned(actor, accident, "Buy new pallets", 5)
    _planned(actor, inspection, "Mend the roof", -2)
    for day in range(14, 0, -1):
        at = timezone.now() - timedelta(days=day)
        warm, damp = 14.0 + day % 5, 52.0 + 2 * (day % 4)
        events.measure(actor=actor, store_id=store.pk, measured_at=at, temperature_c=warm, humidity_pct=damp)


def _planned(actor: User, of: Incident | Inspection, text: str, due_in_days: int) -> None:
    due_on = _ago(-due_in_days)
    events.plan_action(actor=actor, action_id=uuid7(), of=of, text=text, responsible="Ana Marić", due_on=due_on)


def _counts(crew: Crew) -> None:
    """One closed, one under investigation, one to be counted again, one under way, as far as the stores go."""
    actor, due_on = crew.keeper, _ago(-3)
    short = (0, 5, 2)
    for store, missing in zip(crew.stores[1:], short, strict=False):
        count = counts.open_count(actor=actor, store_id=store.pk, kind="full", due_on=due_on, blind=False)
        rows = list(CountLine.objects.filter(count=count))
        found = {row.position: Found(row.expected or 0) for row in rows}
        if missing:
            number = next(row for row in rows if (row.expected or 0) > missing)
            found[number.position] = Found((number.expected or 0) - missing, "Box opened")
        counts.enter(actor=actor, count_id=count.pk, found=found)
        counts.finish(actor=actor, count_id=count.pk)
        if missing == max(short):
            counts.enter(actor=actor, count_id=count.pk, found=found)
            counts.finish(actor=actor, count_id=count.pk)
            counts.report(actor=actor, count_id=count.pk, due_on=due_on)
            counts.investigate(actor=actor, count_id=count.pk, findings="Five were fired and not written down.")
            adjusting.settle(actor=actor, session=SESSION, count_id=count.pk, reason=Said("As found", "en"))
    article = Batch.objects.filter(holdings__store=crew.stores[0].pk).values_list("article_id", flat=True)[0]
    counts.open_count(
        actor=actor, store_id=crew.stores[0].pk, kind="spot", due_on=due_on, article_id=article, blind=False
    )
