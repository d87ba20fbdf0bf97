"""Pages of rules: the cells in force, the rule sets side by side, functions, methods, what was entered here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import django_tables2 as tables
import polars as pl
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from rasr.core.assessment.explosives.rule_sets import Cell
from rasr.node.assessment.models import RuleEntry
from rasr.node.assessment.rules import methods, queries, services, shape, told
from rasr.node.assessment.rules.queries import VIEW
from rasr.node.people.approvals import queries as approvals
from rasr.node.people.approvals.told import called, say
from rasr.node.people.rights import require
from rasr.node.records.tables import UNBROKEN
from rasr.node.records.views import Righted, actor_of
from rasr.node.web.lists import FramePage

GROUPS = {
    "pes": "rule_words",
    "pes_face": "rule_words",
    "exposure_kind": "rule_words",
    "exposure_face": "rule_words",
    "barricaded": "rule_words",
    "effect": "rule_words",
    "quantity": "rule_words",
    "protection": "rule_words",
    "answer": "rule_words",
    "status": "status",
}
LONG, SHORT = ("clause", "source", "note", "condition"), ("function", "rules", "hazard_division", "status")
IN_ENGLISH = dict.fromkeys(("clause", "source", "note", "edition", "condition"), "en")


class RulesPage(Righted, FramePage):
    """A list of rules: of no stock, so without a class mark."""

    right = VIEW
    shows_stock = False
    headings: Mapping[str, Any] = told.HEADINGS
    groups: Mapping[str, str] = GROUPS
    languages: Mapping[str, str] = IN_ENGLISH
    template_name = "assessment/rules/list.html"

    def table(self, rows: Any) -> tables.Table:
        """The table, with room for long texts."""
        made = super().table(rows)
        for column in made.columns:
            if column.name in LONG:
                column.column.attrs = {"td": {"class": "wide", "lang": "en"}}
            elif column.name in SHORT:
                column.column.attrs = UNBROKEN
        return made

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With what the buttons need, and requests that wait."""
        actor = actor_of(self.request)
        asked = [(one, say(one.shown.get("title", ""))) for one in queries.waiting(actor)]
        return super().get_context_data(**kwargs, enters=services.may_enter(actor), asked=asked)


class Cells(RulesPage):
    """Every cell in force."""

    name = "rules"
    export_name = "rules"
    page_title = _("Rules in force")
    intro = _(
        "Which distance each rule set asks for, with clause, source and how sure it is. "
        "What is not verified permits nothing."
    )
    shown = (
        *("function", "rules", "status", "pes", "pes_face", "exposure_kind", "exposure_face", "barricaded"),
        *("hazard_division", "effect", "quantity", "protection", "clause", "source", "edition"),
        *("valid_from", "entered", "agreed", "note"),
    )

    def frame(self) -> pl.DataFrame:
        """The cells."""
        return queries.cells_frame(*queries.held(actor_of(self.request)))

    def link(self, row: Mapping[str, Any]) -> str | None:
        """To what was entered, else to the function."""
        if row["entry_id"]:
            return reverse("assessment:rules-entry", args=[row["entry_id"]])
        without = row["function"] in told.WORDS
        return None if without else reverse("assessment:rules-function", args=[row["function"]])


class Mixing(RulesPage):
    """Which compatibility groups may lie together."""

    name = "rules-mixing"
    export_name = "mixing"
    page_title = _("Mixing of compatibility groups")
    intro = _(
        "Whether two groups may lie together in one store. What is not verified is decided by the technical officer, "
        "with the document; of several rule sets the strictest answer holds."
    )
    shown = (
        *("pair", "answer", "condition", "status", "rules", "clause", "source", "edition"),
        *("valid_from", "entered", "agreed"),
    )

    def frame(self) -> pl.DataFrame:
        """Every pair."""
        _book, known = queries.held(actor_of(self.request))
        return queries.mixing_frame(known)

    def link(self, row: Mapping[str, Any]) -> str | None:
        """To what was entered."""
        return reverse("assessment:rules-entry", args=[row["entry_id"]]) if row["entry_id"] else None


class Beside(RulesPage):
    """The rule sets side by side."""

    name = "rules-beside"
    export_name = "rule-sets"
    page_title = _("Rule sets side by side")
    intro = _(
        "What each rule set asks for in the same case. An empty cell: it is not known what that rule set asks for."
    )

    def frame(self) -> pl.DataFrame:
        """A row for each case, a column for each set."""
        book, _known = queries.held(actor_of(self.request))
        return queries.beside(book)


class Functions(RulesPage):
    """Every distance function in force."""

    name = "rules-functions"
    export_name = "distance-functions"
    page_title = _("Distance functions")
    intro = _("Open a function for its formula, its limits and its curve.")
    kinds: Mapping[str, str] = {
        **dict.fromkeys(("least_kg", "most_kg"), "significant:6"),
        **dict.fromkeys(("at_1_t_m", "at_10_t_m"), "meters"),
    }

    def frame(self) -> pl.DataFrame:
        """The functions."""
        return queries.functions_frame(*queries.held(actor_of(self.request)))

    def link(self, row: Mapping[str, Any]) -> str | None:
        """To its page."""
        return reverse("assessment:rules-function", args=[row["function"]])


class Methods(RulesPage):
    """The methods of the assessment."""

    name = "rules-methods"
    export_name = "methods"
    page_title = _("Methods")
    intro = _("How each figure is worked out, from what, and how sure that is.")
    languages: Mapping[str, str] = IN_ENGLISH | {"method": "en"}

    def frame(self) -> pl.DataFrame:
        """The methods."""
        return methods.frame()

    def link(self, row: Mapping[str, Any]) -> str | None:
        """To its page."""
        return reverse("assessment:rules-method", args=[row["method"]])


class Entered(RulesPage):
    """What was entered here, whatever became of it."""

    name = "rules-entered"
    export_name = "entered-rules"
    page_title = _("Rules entered here")
    intro = _("Typed from the official documents by an officer, and agreed to by a second person.")
    headings: Mapping[str, Any] = {
        **told.HEADINGS,
        "what": _("What"),
        "kind": _("Kind"),
        "state": _("State"),
        "entered_at": _("Entered"),
        "withdrawn_at": _("Withdrawn"),
    }
    groups: Mapping[str, str] = {"kind": "rule_words", "state": "rule_words"}
    shown = ("what", "kind", "rules", "state", "valid_from", "entered", "agreed", "entered_at", "withdrawn_at")

    def frame(self) -> pl.DataFrame:
        """Every entry, the latest first."""
        return queries.entered_frame(actor_of(self.request))

    def link(self, row: Mapping[str, Any]) -> str | None:
        """To its page."""
        return reverse("assessment:rules-entry", args=[row["entry_id"]])


@require_GET
def function(request: HttpRequest, name: str) -> HttpResponse:
    """A distance function: formula, limits, source, status, its curve, and what it serves."""
    actor = actor_of(request)
    require(actor, VIEW)
    book, known = queries.held(actor)
    if name not in book.functions:
        raise Http404
    found = book.functions[name]
    points, distances = told.curve(found)
    context = {
        "page_title": name,
        "function": found,
        "edition": services.edition_of(known.values()),
        "entry": known.get((shape.FUNCTION, name)),
        "branches": [(told.limits(one), told.formula(one), one.form) for one in found.branches],
        "chart": told.chart(found),
        "points": list(zip(points, distances, strict=True)),
        "cells": [_case(cell) for cell in queries.cells_naming(book, found)],
    }
    return render(request, "assessment/rules/function.html", context)


def _case(cell: Cell) -> dict[str, Any]:
    words = {name: told.word(getattr(cell, name)) for name in (*told.CASE, "quantity")}
    return {"cell": cell, **words, "clause": told.clause(cell.clause)}


@require_GET
def method(request: HttpRequest, name: str) -> HttpResponse:
    """A method: edition, source, status, note, and the tables that it stands on."""
    require(actor_of(request), VIEW)
    found = methods.facts(name)
    if not found:
        raise Http404
    context = {
        "page_title": _now("Method: {name}").format(name=name.replace("_", " ")),
        "facts": found,
        "inputs": methods.inputs(name),
        "by_distance": name in methods.BY_DISTANCE,
    }
    return render(request, "assessment/rules/method.html", context)


@require_GET
def entry(request: HttpRequest, entry_id: UUID) -> HttpResponse:
    """A rule that was entered: its rows, who entered it, who agreed, what became of it."""
    actor = actor_of(request)
    try:
        found = queries.entry(actor, entry_id)
    except RuleEntry.DoesNotExist as gone:
        raise Http404 from gone
    steps = [(_now("Entered"), found.approval)]
    if found.withdrawal:
        steps.append((_now("Withdrawn"), found.withdrawal))
    sees = set(approvals.visible(actor).filter(pk__in=[one.pk for _step, one in steps]).values_list("pk", flat=True))
    state = queries.state_of(found, list(queries.entries(actor).filter(kind=found.kind, key=found.key)))
    context = {
        "page_title": queries.name_of(found),
        "entry": found,
        "kind": told.WORDS[found.kind],
        "state": state,
        "state_name": told.WORDS[state],
        "rows": [_facts(row) for row in found.rows],
        "formulas": [say(each) for each in told.said_branches(found.rows)] if found.kind == shape.FUNCTION else [],
        "steps": [
            (
                step,
                one,
                called(one.asked_by) if one.asked_by else "–",
                called(one.decided_by) if one.decided_by else "–",
            )
            for step, one in steps
        ],
        "sees": sees,
        "may_withdraw": found.withdrawn_at is None and services.may_enter(actor),
    }
    return render(request, "assessment/rules/entry.html", context)


def _facts(row: Mapping[str, str]) -> list[tuple[Any, str]]:
    """The filled columns of a row by their names, words as words."""
    return [
        (told.HEADINGS.get(name, name), told.word(value)) for name, value in row.items() if value and name != "status"
    ]
