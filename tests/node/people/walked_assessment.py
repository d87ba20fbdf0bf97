"""What the walk finds in the rooms of the assessment: licences, rules, surveys, movements that are asked for."""

from __future__ import annotations

from functools import partial
from uuid import uuid4

from tests.node.assessment.candidates import planted_candidates
from tests.node.assessment.hotspots import planted_hotspots
from tests.node.assessment.leaks import planted_works
from tests.node.assessment.licences import planted_licences
from tests.node.assessment.rules import planted_rules
from tests.node.assessment.security import planted_visits
from tests.node.assessment.stores import planted_movements
from tests.node.assessment.surroundings import planted_surveys
from tests.node.assessment.upgrades import planted_upgrades
from tests.node.people import planted
from tests.node.people.planted import OWN, SITES, word
from tests.node.people.ruling import MARKS, Person
from tests.node.people.things import Thing, has_right, has_site, nobody, owns
from tests.node.records.lots.planted_lots import chief as chief_of_all

from rasr.node.people.models import User

STORES = ("A1a", "B1a")
"""A store of the people of the walk, and one beside."""


def of_assessment(owner: User) -> dict[str, list[Thing]]:
    """Plant it all."""
    of_stores = _candidates() | _licences() | _movements() | _upgrades()
    return of_stores | _rules() | _surveys(owner) | _security() | _hotspots()


def _licences() -> dict[str, list[Thing]]:
    """A signed licence and a card of a store of the people of the walk, and of one beside."""
    found: dict[str, list[Thing]] = {"no card": [Thing({"address": "wrong"})]}
    for store in STORES:
        made = planted_licences.plant(planted.store_id(store), word(f"store {store}"))
        seen, judged = (partial(has_right, store, right) for right in ("view_register", "judge_stock"))
        found.setdefault("licence", []).append(Thing({"form_id": made}, seen, MARKS[store[:2]]))
        found.setdefault("judged store", []).append(Thing({"store_id": planted.store_id(store)}, judged))
    return found


def _candidates() -> dict[str, list[Thing]]:
    """A candidate site of the people's organisation, and one of another's: seen by who has the organisation whole."""
    found: dict[str, list[Thing]] = {}
    for organisation in (OWN, planted.BESIDE):
        made = planted_candidates.plant(planted.organisation_id(organisation), word(f"organisation {organisation}"))
        for name, right in (("candidate", "view_register"), ("judged candidate", "judge_stock")):
            seen = partial(_has_organisation, organisation, right)
            found.setdefault(name, []).append(Thing({"candidate_id": made.pk}, seen))
    return found


def _hotspots() -> dict[str, list[Thing]]:
    """Areas of a site of the people of the walk, and of one beside: worked on, completed, ready; and the tables."""
    found: dict[str, list[Thing]] = {}
    for site in ("A1", "B1"):
        site_id, says = planted.site_id(site), word(f"site {site}")
        made = planted_hotspots.plant(site_id, says)
        seen, managed = (partial(has_site, site, right) for right in ("view_register", "judge_stock"))
        _found, done = planted_hotspots.completed(site_id, says)
        ready = planted_hotspots.ready(site_id, says)
        for about, keys, who in (
            ("hotspot", {"hotspot_id": made.hotspot_id}, seen),
            ("managed hotspot", {"hotspot_id": made.hotspot_id}, managed),
            ("item of hotspot", {"hotspot_item_id": made.hotspot_item_id}, managed),
            ("task under way", {"task_id": made.task_id}, managed),
            ("task completed", {"task_id": done.pk}, managed),
            ("hotspot ready", {"hotspot_id": ready.pk}, managed),
        ):
            found.setdefault(about, []).append(Thing(keys, who, MARKS[site]))
    found["table of hotspots"] = [Thing({"subject": "areas"}), Thing({"subject": "all"}, nobody)]
    return found


def _upgrades() -> dict[str, list[Thing]]:
    """A project with a photograph in a store of the people of the walk, and in one beside."""
    found: dict[str, list[Thing]] = {}
    for store in STORES:
        of_organisation = word(f"organisation {SITES[store[:2]]}")
        made = planted_upgrades.plant(planted.store_id(store), word(f"store {store}"), of_organisation)
        one = {"upgrade_id": made.upgrade_id}
        for name, right in (("upgrade", "view_upgrades"), ("managed upgrade", "manage_upgrades")):
            seen = partial(has_right, store, right)
            found.setdefault(name, []).append(Thing(one, seen))
            found.setdefault(f"photo of {name}", []).append(Thing({"upgrade_photo_id": made.upgrade_photo_id}, seen))
        found.setdefault("step of upgrade", []).append(Thing({**one, "step": "abandon"}, seen))
        begun = planted_upgrades.under_way(planted.store_id(store), word(f"store {store}"))
        found.setdefault("upgrade under way", []).append(Thing({"upgrade_id": begun.pk}, seen))
    return found


def _has_organisation(organisation: str, right: str, person: Person) -> bool:
    """Whether somebody has all of an organisation by a right."""
    return person.holds(right) and person.where in ("node", *(["organisation"] if organisation == OWN else []))


def _security() -> dict[str, list[Thing]]:
    """Visits to a site of the people of the walk, and to one beside; a phone of one of them, and one of another."""
    found: dict[str, list[Thing]] = {}
    chief, mate = chief_of_all(), User.objects.get(username="technical_officer-organisation")
    for site in ("A1", "B1"):
        made = planted_visits.plant(chief, planted.site_id(site), word(f"site {site}"))
        seen, works = (partial(has_site, site, right) for right in ("view_security", "assess_security"))
        offered = planted_works.enter(chief, planted.site_id(site), source=word(f"site {site}")).pk
        holder = mate if site == "A1" else chief
        phone = {"phone_id": planted_visits.phone(holder, made.visit).pk}
        held = partial(owns, holder)
        for name, kwargs, who in (
            ("security site", {"site_id": planted.site_id(site)}, seen),
            ("assessed site", {"site_id": planted.site_id(site)}, works),
            ("security visit", {"visit_id": made.visit.pk}, seen),
            ("assessed visit", {"visit_id": made.visit.pk}, works),
            ("asked visit", {"visit_id": made.visit.pk, "question_id": "KEY-01"}, works),
            ("security work", {"work_id": offered}, works),
            ("finished visit", {"visit_id": made.finished.pk}, works),
            ("security photograph", {"photo_id": made.photograph.pk}, seen),
            ("security phone", phone, held),
            ("assessed phone", phone, works),
            ("photograph of a phone", {**phone, "photo_id": made.photograph.pk}, held),
        ):
            found.setdefault(name, []).append(Thing(kwargs, who))
    return found


def _rules() -> dict[str, list[Thing]]:
    """A rule entered here, a distance function, a method: everybody who sees stock sees them."""
    return {
        "rule entry": [Thing({"entry_id": planted_rules.plant().pk}), Thing({"entry_id": uuid4()}, nobody)],
        "rule function": [Thing({"name": "BD30"}), Thing({"name": "BD99"}, nobody)],
        "rule method": [Thing({"name": "airblast"}), Thing({"name": "magic"}, nobody)],
    }


def _surveys(owner: User) -> dict[str, list[Thing]]:
    """A survey and an answer of the node; files of the owner, and of another planner, which nobody else may see."""
    made, another = planted_surveys.plant(owner, word("store B1a")), User.objects.get(username="another")
    files = [
        Thing({"file_id": planted_surveys.file(user, whose)}, partial(owns, user))
        for user, whose in ((owner, "own"), (another, word("another planner")))
    ]
    survey, enquiry = {"survey_id": made.survey_id}, {"enquiry_id": made.enquiry_id}
    return {
        "survey": [Thing(survey), Thing({"survey_id": uuid4()}, nobody)],
        "site enquiry": [Thing(enquiry), Thing({"enquiry_id": uuid4()}, nobody)],
        "survey file": files,
    }


def _movements() -> dict[str, list[Thing]]:
    """Movements that wait for a second person."""
    asked = {store: planted_movements.plant(planted.store_id(store), word(f"store {store}")) for store in STORES}
    found = [Thing({"approval_id": made}, partial(_sees_request, store)) for store, made in asked.items()]
    return {"movement asked for": [*found, Thing({"approval_id": uuid4()}, nobody)]}


def _sees_request(store: str, person: Person) -> bool:
    """Who could ask for it or decide it, and who reads the whole trail."""
    here = has_right(store, "keep_stock", person) or has_right(store, "approve_stock", person)
    return here or person.holds("view_trail")
