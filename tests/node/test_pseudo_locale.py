"""No page shows a text that did not come through translation: they are read in a language nobody speaks.

The pages are those of every address of the node (``people/rules.py``), opened and sent empty forms by who sees most.
"""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Iterator
from dataclasses import fields, replace
from http.cookies import SimpleCookie
from typing import Any

import polars as pl
import pytest
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.conf import settings
from django.db import transaction
from django.http.response import HttpResponseBase
from django.template import engines
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse
from tests.node import pseudo
from tests.node.conftest import rolled_back_afterwards
from tests.node.people import planted
from tests.node.people.rules import RULES
from tests.node.people.things import Thing
from tests.node.people.walked import Node, make

from rasr.core.plan.result import Plan
from rasr.core.reference import loader
from rasr.facade import plan
from rasr.node.assessment import headings as of_assessment
from rasr.node.assessment.models import LicenceForm, RuleEntry, SecurityPhone, SiteEnquiry, Survey
from rasr.node.assessment.rules import told
from rasr.node.desk import telling
from rasr.node.jobs.kept import from_bytes
from rasr.node.people import second_factor
from rasr.node.people.models import User
from rasr.node.plan import headings as of_plan
from rasr.node.records.counts.codes import BATCH, ITEM, code_of
from rasr.node.records.models import Action, Article, Batch, Item, Movement

pytestmark = pytest.mark.one_database
UNITS = {"kg", "t", "m", "km", "mm", "EUR", "MB", "GB", "s", "h", "TNT"}
SIGNS = {"Q", "ln", "exp", "k0", "k1", "k2"}
"""Of a formula: the quantity, functions, coefficients."""
OWN = {"RASR", "CSV", "Excel", "Android", "iPhone", "iPad", "Windows", "Firefox", "SHA", "Parquet"}
OWN |= {"GeoJSON", "GeoPackage"}
"""The program, and things of others whose names are the same in every language."""
MACHINE = os.strerror(errno.ENOENT)
"""Stands as it is in what we say of a file: the words of the operating system."""
NOBODY = ("", "")
WHO = [("planner", "node"), ("auditor", "node"), ("administrator", "node"), ("technical_officer", "node"), NOBODY]
"""Who between them see every page; the last has not signed in."""
ONCE = {
    "assessment:table": [{"name": name} for name in of_assessment.TABLES],
    "plan:table": [{"which": "joint", "name": name} for name in of_plan.TABLES],
}
"""Addresses of tables, by what stands in them besides the run."""


@pytest.fixture(scope="module")
def made_from() -> Plan:
    """What the core makes of the planted region."""
    return plan(planted.planted_region())


@pytest.fixture(scope="module")
def node(request: pytest.FixtureRequest, made_from: Plan, django_db_blocker: Any) -> Iterator[Node]:
    """The node of the walk, without limits of so much in a minute."""
    request.getfixturevalue("django_db_setup")
    endless = replace(settings.NODE, writes_per_minute=10**9, files_per_minute=10**9, idle_minutes=10**6)
    with pytest.MonkeyPatch.context() as patched, rolled_back_afterwards(django_db_blocker):
        patched.setattr(settings, "NODE", endless)
        with django_db_blocker.unblock():
            made = make(made_from)
            for who in WHO[:-1]:
                sign_in(*one_of(made, who), factors=who == WHO[0])
        yield made


def one_of(node: Node, who: tuple[str, str]) -> tuple[Client, User | None]:
    """The browser of somebody, and who it is."""
    return next(
        (client, person.user)
        for person, client in node.people.items()
        if (person.role, person.where) == who and (person.user is None) == (who == NOBODY)
    )


def sign_in(client: Client, user: User | None, *, factors: bool) -> None:
    """Let somebody be signed in just now with a password; factors: with an app too, and with codes on paper."""
    assert user is not None
    user.set_password("a password")
    user.save()
    if factors:
        TOTP.activate(user, "A" * 32)
        RecoveryCodes.activate(user)
    client.force_login(user)
    session, now_s = client.session, time.time()
    shown = [{"method": "mfa", "type": "totp", "at": now_s}] if factors else []
    session[second_factor.SHOWN] = user.pk
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "password", "at": now_s}, *shown]
    session.save()


@pytest.fixture
def nobodys_language(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """In force until the end of the test."""
    pseudo.speak(monkeypatch)
    telling._scribe.cache_clear()  # it keeps texts
    yield
    telling._scribe.cache_clear()


@pytest.fixture(scope="module")
def known(node: Node, made_from: Plan, django_db_blocker: Any) -> pseudo.Known:
    """What need not be translated.

    Names and ids of the region and of its results, its columns (the register shows them as the workbook has them),
    people, articles, labels, conditions of the mixing rule, what was written down in the language of the node,
    compatibility groups, rule sets, the methods opened, languages by their own name, units; what HTTP says to programs.
    """
    with django_db_blocker.unblock():
        return pseudo.Known(names_here(node, made_from), UNITS | SIGNS | OWN)


def names_here(node: Node, made_from: Plan) -> set[str]:
    """See ``known``."""
    assert len(node.people) > 20
    assert made_from.region is not None
    results = (*made_from.tables().values(), *frames(made_from.assessment))
    values = {value for table in made_from.region.tables.values() for value in texts_of(table, table.columns)}
    ids = {value for table in results for value in texts_of(table, [*filter(is_id, table.columns)])}
    columns = {name for table in loader.TABLES for name in loader.contract(table).by_name}
    called = {name for user in User.objects.all() for name in (user.username, user.pseudonym)}
    planted_here = {f"{planted.word(whose)}{tail}" for whose in planted.WHOSE for tail in ("", "@example.org", ".xlsx")}
    said = {*planted_here, *Movement.objects.values_list("reason", flat=True), "because", "Ana", "own", "own.xlsx"}
    said |= {*Action.objects.filter(code="").values_list("text", flat=True), "Grey tube", "Method not allowed"}
    said |= {value for names in Article.objects.values_list("pk", "name") for value in names}
    said |= {code_of(BATCH, pk) for pk in Batch.objects.values_list("pk", flat=True)}
    said |= {code_of(ITEM, pk) for pk in Item.objects.values_list("pk", flat=True)}
    said |= {row["condition"] for row in loader.rows("hazard/mixing.csv") if row["condition"]}
    said |= {row["compatibility_group"] for row in loader.rows("hazard/legal_pairs.csv")}
    said |= {*SecurityPhone.objects.values_list("device", flat=True)}
    for row in loader.rows("security/questions.csv"):
        said |= {row["question_id"], row["module"], f"{row['module']} {row['clause']}".strip()}
    machine = {MACHINE, *([made_from.assessment.rule_edition] if made_from.assessment else [])}
    for kept in (LicenceForm, SiteEnquiry):
        machine |= {*kept.objects.values_list("rule_edition", flat=True)}
    surveys = (from_bytes(packed) for packed in Survey.objects.values_list("parquet", flat=True))
    said |= {value for survey in surveys for value in texts_of(survey, ["exposure_id"])}
    rules = {*of_rules(), *(thing.kwargs["name"] for thing in node.things["rule method"])}
    return values.union(ids, columns, called, said, machine, rules, pseudo.names_of_languages())


def of_rules() -> Iterator[str]:
    """What rule sets, shipped and entered, call themselves, their functions and their clauses, without our remarks."""
    entered = [row for entry in RuleEntry.objects.all() for row in entry.rows]
    for row in (*loader.rows("explosives/qd_cells.csv"), *loader.rows("explosives/qd_functions.csv"), *entered):
        yield from (row["rules"], row.get("edition", ""), told.parted(row["clause"])[0])
        if row["function"] not in told.WORDS:
            yield row["function"]
    yield from (row["source"] for row in entered)


def frames(assessment: Any) -> Iterator[pl.DataFrame]:
    """Every table of an assessment."""
    found = (getattr(assessment, field.name) for field in fields(assessment))
    return (value for value in found if isinstance(value, pl.DataFrame))


def is_id(column: str) -> bool:
    """Whether a column of a result holds ids, or names of published functions."""
    return column.endswith("_id") or column == "function"


def texts_of(table: pl.DataFrame, names: list[str]) -> set[str]:
    """Every text in these columns."""
    named = table.select(names).select(pl.col(pl.String, pl.Categorical))
    return {value for column in named.iter_columns() for value in column.drop_nulls().cast(pl.String).unique()}


def things(node: Node, name: str) -> list[Thing]:
    """What stands in the addresses of a rule: every table, and of everything else each."""
    found = node.things[RULES[name].about] if RULES[name].about else [Thing({})]
    given = ONCE.get(name)
    return [Thing({**found[0].kwargs, **each}) for each in given] if given else found


def answers(node: Node, name: str, again: bool) -> Iterator[HttpResponseBase]:
    """The answers of an address to those who may open it, and to an empty form; what one changes is undone.

    again: whether a table is opened by everybody, not once.
    """
    for at, who in enumerate(WHO):
        client, _user = one_of(node, who)
        for thing in things(node, name) if again or at == 0 else []:
            address = reverse(name, kwargs=thing.kwargs)
            for ask in (client.get, client.post):
                cookies = client.cookies.output(header="")
                with transaction.atomic():
                    yield ask(address)
                    transaction.set_rollback(True)
                client.cookies = SimpleCookie(cookies)


def page_of(answer: HttpResponseBase) -> pseudo.Page | None:
    """The page that was answered; None where it was none."""
    if answer.streaming or not answer.headers.get("Content-Type", "").startswith("text/html"):
        answer.close()
        return None
    return pseudo.Page(answer.content.decode())


@pytest.mark.django_db
@pytest.mark.usefixtures("nobodys_language")
@pytest.mark.parametrize("name", sorted(RULES))
def test_every_text_of_every_page_comes_through_translation(node: Node, known: pseudo.Known, name: str) -> None:
    tables = name in ONCE or RULES[name].about == "table"
    found = [page_of(answer) for answer in answers(node, name, again=not tables)]
    unsaid = {text for page in found if page is not None for text in pseudo.untranslated(page, known)}
    assert unsaid == set()


@pytest.mark.usefixtures("nobodys_language")
@pytest.mark.parametrize("status", ["400", "403", "403_csrf", "404", "413", "429", "500", "503"])
def test_every_text_of_an_error_comes_through_translation(status: str) -> None:
    page = pseudo.Page(render_to_string(f"{status}.html"))
    assert pseudo.untranslated(page, pseudo.Known(pseudo.names_of_languages(), UNITS | OWN)) == []


# That it finds what it is for.

PLANTED = """{% extends "web/base.html" %}{% load i18n rasr %}
{% block title %}{% translate "Stores" %}{% endblock %}
{% block content %}
<p title="A hint">{% translate "Nothing to show." %} Nothing else</p>
<input placeholder="Type here" aria-label="{% translate "Search" %}"><img src="x" alt="A picture">
<code>stock_id</code> <span translate="no">Zastava</span> <p lang="sq">Depoja</p> 3 t, Kruševac
{% blocktranslate with name="Kruševac" %}Store of {{ name }}{% endblocktranslate %}
{{ drawn|json_script:"chart" }}
{% endblock %}"""


@pytest.mark.django_db
@pytest.mark.usefixtures("nobodys_language")
def test_a_planted_text_is_found() -> None:
    client = Client()
    client.force_login(User.objects.create_user("reader"))
    request = client.get("/settings/").wsgi_request
    drawn = {"series": [{"name": "Danger"}], "unit": pseudo.wide("t per year")}
    text = engines["django"].from_string(PLANTED).render({"drawn": drawn}, request)
    known = pseudo.Known({"Kruševac", "reader"}, UNITS | OWN)
    found = pseudo.untranslated(pseudo.Page(text), known)
    planted_here = {"A hint", "Nothing else", "Type here", "A picture", "Danger"}
    assert {word for word in planted_here if any(word in text for text in found)} == planted_here
    assert not any(word in text for word in ("stock_id", "Zastava", "Depoja", "Kruševac") for text in found)


def test_the_sentence_with_a_planted_word_is_told() -> None:
    known = pseudo.Known({"Kruševac"}, {"kg"})
    assert known.untranslated("Ｓｔｏｒｅ Kruševac 3 kg 01a202eb-42f… /srv/node") == []
    assert known.untranslated("Ｓｔｏｒｅ of Kruševac") == ["of"]
