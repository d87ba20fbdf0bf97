"""The walk: every address of the node, as page, part, file and form, for every role in every kind of place.

Who may open what stands in ``rules.RULES``; what was planted where, in ``planted`` and ``walked``. An answer that is
not what the rule says, or that holds a text of a place out of scope, is a fault.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import unquote

import pytest
from django.apps import apps
from django.conf import settings
from django.db import transaction
from django.db.models import CharField, FileField, JSONField, Model, TextField
from django.db.models.functions import Cast
from django.http import HttpResponse
from django.template.base import Template
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, include, path, reverse
from tests.node.conftest import rolled_back_afterwards
from tests.node.people import planted
from tests.node.people.rules import RULES, opened
from tests.node.people.ruling import PUBLIC, Person, Rule
from tests.node.people.things import Thing
from tests.node.people.walked import OWNER, Node, make

from rasr.core.plan.result import Plan
from rasr.facade import plan
from rasr.node.people.models import Entry
from rasr.node.web.marks import LEAST_UNKNOWN, Mark

# the rules of rights are the same on every database; that every page works on each, test_query_counts shows
pytestmark = pytest.mark.one_database

MOST_SAID = 30
OURS = ("places", "people", "jobs", "records", "assessment", "plan", "execution", "host")
NO_WORDS = {
    "codes and units": "kind family unit hazard_division compatibility_group un_number construction activity condition "
    "purpose quantity_basis relation building_type technique status currency stage act table plan state refused_code "
    "nsn content_type Breach.code Breach.subject Action.code RuleEntry.kind RuleEntry.key Survey.way SurveyFile.form "
    "SecurityVisit.set_id Scenario.changes Consignment.stability_band",
    "digests, keys and random names": "digest inputs_digest code_hash password pseudonym session request_id worker "
    "sha256 Hotspot.perimeter SecurityVisit.body SecurityWork.body SecurityPhotograph.digest "
    "CountFile.signature Place.ref Action.row_id Picture.row_id EmergencyCard.address "
    "asked_session decided_session actor given note",
    "languages": "language reason_language reason_courtesy_language decision_reason_language "
    "decision_reason_courtesy_language LicenceForm.written_in "
    "CandidateSite.written_in CandidateSite.withdrawn_why_language Upgrade.why_language "
    "PlanDecision.taken_back_why_language Campaign.dropped_why_language",
    "of the program": "SecurityPhone.device rule_edition version options key value RuleEntry.rules RuleEntry.rows",
    "counts and sums": "blind counts Breach.numbers Action.numbers summary alone_summary LicenceForm.limits "
    "EmergencyCard.distances SiteEnquiry.answer Survey.sums Programme.stated Study.verdicts",
    "names of files and tables, made by the program": "file annotated RunTable.name PlanTable.name StudyTable.name "
    "Leaf.row_id"
    " Leaf.more",
    "sealed": "Upgrade.works UpgradePhoto.caption",
    "of everybody": "jurisdiction_id",
}
"""Columns of text in which nobody's words can stand, by why not; of one table where the name stands before it."""
NO_THING = Thing({})
ASKED = {
    "htmx": {"sort": "-site,-store"},
    "csv": {"export": "csv"},
    "xlsx": {"export": "xlsx"},
    "looked": {"q": "Zwq", "per_page": "100"},
    "foreign": {
        "organisation": planted.organisation_id(planted.BESIDE),
        "site": planted.site_id("B1"),
        "store": planted.store_id("B1a"),
        "jurisdiction": "BA",
    },
}
"""How a list is asked besides, and for what."""


def names(found: URLResolver | None = None, space: str = "") -> Iterator[str]:
    """The name of every address of the router."""
    for each in (found or get_resolver()).url_patterns:
        if isinstance(each, URLResolver):
            yield from names(each, f"{each.namespace}:" if each.namespace else space)
        elif isinstance(each, URLPattern):
            yield f"{space}{each.name}"


@pytest.fixture(scope="module")
def worked_out_of_planted() -> Plan:
    """What the core makes of the planted region."""
    return plan(planted.planted_region())


@pytest.fixture(scope="module")
def node(request: pytest.FixtureRequest, worked_out_of_planted: Plan, django_db_blocker: Any) -> Iterator[Node]:
    """The node of the walk, for all tests of the module: with a folder of its own, and no limit of so much a minute."""
    request.getfixturevalue("django_db_setup")
    home = request.getfixturevalue("tmp_path_factory").mktemp("home")
    endless = replace(settings.NODE, home=home, writes_per_minute=10**9, files_per_minute=10**9, idle_minutes=10**6)
    with pytest.MonkeyPatch.context() as patched, rolled_back_afterwards(django_db_blocker):
        patched.setattr(settings, "NODE", endless)
        # as outside of tests: nobody here asks which templates made an answer
        patched.setattr(Template, "_render", lambda self, context: self.nodelist.render(context))
        with django_db_blocker.unblock():
            made = make(worked_out_of_planted)
        yield made


@dataclass(frozen=True)
class Asked:
    """An answer, and whether the trail has the attempt as refused."""

    answer: Any
    refused: bool


def asked(person: Person, client: Client, address: str, how: str, sent: Mapping[str, Any] | None = None) -> Asked:
    """The answer to one way of asking, or to a form that is sent; what it changes is undone."""
    cookies = deepcopy(client.cookies)
    with transaction.atomic():
        if sent is not None:
            answer: Any = client.post(address, sent)
        else:
            headers = {"HX-Request": "true"} if how == "htmx" else {}
            answer = client.get(address, ASKED.get(how, {}), headers=headers)
        refused = False
        if person.user and answer.status_code in (403, 404):
            refused = Entry.objects.filter(actor=person.user.pseudonym, act="request.refuse").exists()
        transaction.set_rollback(True)
    client.cookies = cookies
    return Asked(answer, refused)


def to_get(person: Person, rule: Rule, thing: Thing) -> tuple[int, ...]:
    """The answers that are right when somebody asks for an address."""
    if person.user is None:
        return rule.outside if rule.opens != PUBLIC else rule.door or rule.gets or (405,)
    if not rule.gets:
        return (405,)
    if not opened(person, rule):
        return (rule.closed,)
    return rule.gets if thing.seen(person) else (404,)


def to_post(person: Person, rule: Rule, thing: Thing, *, valid: bool) -> tuple[int, ...]:
    """The answers that are right when somebody sends a form. valid: with what it wants."""
    if person.user is None:
        return rule.outside if rule.opens != PUBLIC else rule.door or rule.posts or (405,)
    if not rule.posts:
        return (405,) if opened(person, rule) else (405, rule.closed)
    if not opened(person, rule):
        return (rule.closed,)
    if not thing.seen(person):
        return (404,)
    return rule.posts if valid else (*rule.posts, 200, 400)


def things_of(node: Node, rule: Rule) -> list[Thing]:
    """What stands in the addresses of a rule."""
    return node.things[rule.about] if rule.about else [NO_THING]


def mark_of(person: Person, rule: Rule, thing: Thing) -> int | None:
    """The class mark an answer must carry."""
    if rule.mark == "own":
        return thing.mark
    if rule.mark == "sent":
        return max(LEAST_UNKNOWN, person.mark() or 0)
    if rule.mark == "confidential":
        return Mark.CONFIDENTIAL
    if rule.mark == "restricted":
        return Mark.RESTRICTED
    return person.mark() if rule.mark == "seen" else None


def ways(rule: Rule, right: tuple[int, ...], *, known: bool, part: bool) -> list[str]:
    """How an address is asked for. known: who may do the same has asked in every way. part: whether by htmx too."""
    if not rule.lists or known:
        return ["page"]
    if right != (200,):
        return ["page", "csv"]
    return ["page", *(ASKED if rule.by_place else ("csv", *(["htmx"] if part else [])))]


def walk(node: Node, rule: Rule, *, taken: bool) -> Iterator[tuple[Person, Client, Thing, bool]]:
    """Everybody at the things of a rule. True: who may do the same was there already. taken: whether it is asked so."""
    known = set()
    things = things_of(node, rule)
    for person, client in node.people.items():
        again = person.like() in known
        for thing in some(things, may=opened(person, rule), again=again) if taken else things[:1]:
            yield person, client, thing, again
        known.add(person.like())


def some(things: list[Thing], *, may: bool, again: bool) -> list[Thing]:
    """Which things somebody goes to: all, or the ends, or where nobody of their like may go the first."""
    if again and not may:
        return things[:1]
    return things[:: max(1, len(things) - 1)] if again or not may else things


def faults_of_get(node: Node, name: str) -> Iterator[str]:
    """What is wrong with the answers of an address to everybody, however it is asked."""
    rule = RULES[name]
    for person, client, thing, again in walk(node, rule, taken=bool(rule.gets)):
        address = reverse(name, kwargs=dict(thing.kwargs))
        right = to_get(person, rule, thing)
        for how in ways(rule, right, known=again, part=thing is things_of(node, rule)[0]):
            if how == "foreign" and person.where != "node":
                right = (404,)  # of what is out of scope nobody was offered the choice
            found = asked(person, client, address, how)
            at = f"{person}: {address} ({how})"
            if how != "page" and found.answer.status_code == 302 and person.user:
                continue  # to the list as it was asked for last
            yield from _of_answer(at, found, right, person)
            yield from _of_mark(at, found.answer, mark_of(person, rule, thing) if rule.mark else None)
            yield from _of_words(at, found.answer, person, how)


def faults_of_post(node: Node, name: str) -> Iterator[str]:
    """What is wrong with the answers to forms, those that want what was sent and those that do not."""
    rule = RULES[name]
    right_once = taken = False
    first = things_of(node, rule)[0]
    for person, client, thing, again in walk(node, rule, taken=bool(rule.posts)):
        address = reverse(name, kwargs=dict(thing.kwargs))
        empty = bool(rule.sends) and not again and (thing is first or opened(person, rule))
        for sent in [rule.sends, {}] if empty else [rule.sends]:
            right = to_post(person, rule, thing, valid=sent == rule.sends)
            found = asked(person, client, address, "post", sent)
            at = f"{person}: {address} (post of {sorted(sent)})"
            if person.user and right == rule.posts:
                right_once, taken = True, taken or found.answer.status_code == rule.posts[0]
            yield from _of_answer(at, found, right, person)
            yield from _of_words(at, found.answer, person, "post")
    if right_once and not taken:
        yield f"{name}: nobody was answered {rule.posts[0]}"


def _of_answer(at: str, found: Asked, right: tuple[int, ...], person: Person) -> Iterator[str]:
    """Whether an answer is one of the right ones, and a refusal stands on the trail."""
    status = found.answer.status_code
    if status not in right:
        yield f"{at}: {status}, not {right}"
    if person.user and status in (403, 404) and not found.refused:
        yield f"{at}: {status}, and no entry on the trail"


def _of_mark(at: str, answer: Any, wanted: int | None) -> Iterator[str]:
    """Whether an answer carries its class mark, and a whole page shows it at both ends."""
    if answer.status_code != 200:
        return
    found = getattr(answer, "rasr_mark", None)
    if wanted != found:
        yield f"{at}: class mark {found}, not {wanted}"
    if answer.headers["Content-Type"].startswith("text/html") and b"<html" in answer.content:
        banners = answer.content.decode().count('<aside class="class-mark')
        if banners != (0 if wanted is None else 2):
            yield f"{at}: {banners} class marks on the page"


def _of_words(at: str, answer: Any, person: Person, how: str) -> Iterator[str]:
    """Whether an answer tells of what is not for this person."""
    told = planted.found_in(answer) - person.words()
    if (person.role, person.where) == OWNER:
        told -= {"own"}
    if how == "foreign":  # what was asked for may stand in the form that asks
        told -= planted.words_in(unquote(str(ASKED[how])))
    if answer.status_code == 302:  # it stands in the address that is asked for again after signing in
        told -= planted.words_in(unquote(at))
    if told:
        yield f"{at}: tells of {sorted(told)}"


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(RULES))
def test_a_page_is_answered_as_its_rule_says_and_tells_nothing_foreign(node: Node, name: str) -> None:
    found = list(faults_of_get(node, name))
    assert not found, "\n".join(found[:MOST_SAID])


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(RULES))
def test_a_form_is_answered_as_its_rule_says_and_tells_nothing_foreign(node: Node, name: str) -> None:
    found = list(faults_of_post(node, name))
    assert not found, "\n".join(found[:MOST_SAID])


def test_every_address_has_a_rule() -> None:
    known = set(names())
    assert known - set(RULES) == set(), "these have no rule: who may open them?"
    assert set(RULES) - known == set(), "these are no addresses any more"


def test_an_address_without_a_rule_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    new = include(([path("new/", lambda _request: HttpResponse(), name="new")], "api"))
    router = get_resolver()
    monkeypatch.setattr(router, "url_patterns", [*router.url_patterns, path("api/", new)], raising=False)
    assert set(names()) - set(RULES) == {"api:new"}


@pytest.mark.django_db
def test_every_text_of_every_model_has_a_canary_or_a_reason(node: Node) -> None:
    assert node.people
    empty = {
        f"{model._meta.label}.{field.attname}"
        for app in OURS
        for model in apps.get_app_config(app).get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, CharField | TextField | JSONField | FileField) and not field.choices
        if not _planted(model, field.attname)
    }
    known = {name for several in NO_WORDS.values() for name in several.split()}
    new = [label for label in empty if not {label.rpartition(".")[2], label.partition(".")[2]} & known]
    assert not new, f"plant a canary there (walked*.py), or say why there is none: {sorted(new)}"


def _planted(model: type[Model], column: str) -> bool:
    told = Cast(column, TextField())
    return model._default_manager.annotate(told=told).filter(told__icontains="Zwq").exists()
