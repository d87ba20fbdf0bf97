"""Pages of licences: what a store may hold and why, proposing one, the signed ones, and after a drafted movement."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import polars as pl
from django.core.exceptions import ObjectDoesNotExist
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from rasr.node.assessment.licences import around, giving, printing, queries, telling
from rasr.node.assessment.licences.forms import ProposeForm, WhatIfForm, field_of
from rasr.node.assessment.licences.tables import LicenceFilter, LicenceTable
from rasr.node.assessment.models import LicenceForm
from rasr.node.assessment.stores.movement import waiting
from rasr.node.people import trail
from rasr.node.people.models import User
from rasr.node.people.rights import require
from rasr.node.places.models import Licence, Store
from rasr.node.records.lots.pages import ActPage
from rasr.node.records.views import Righted, Sorted, actor_of
from rasr.node.web import exports, marks
from rasr.node.web.said import Said
from rasr.report.texts import LANGUAGES

ABOVE = ("assessment:licence-list", _("Licences"))
HISTORY = 20
"""Signed licences on the page of a store; the list has all."""


class Licences(Righted, Sorted):
    """Licences as they were signed."""

    name = "licences"
    page_title = _("Licences")
    export_name = "licences"
    intro = _("What each store may hold, signed by two people. The latest of a store is the one in force.")
    table_class = LicenceTable
    filterset_class = LicenceFilter

    def queryset(self) -> QuerySet[LicenceForm]:
        """Those of stores in scope."""
        return queries.forms(self.request.user)


@require_GET
def store(request: HttpRequest, store_id: str) -> HttpResponse:
    """What a store may hold: held, licensed and allowed by the distances, what binds, what a barricade would change."""
    actor = actor_of(request)
    require(actor, queries.VIEW)
    found = _store(actor, store_id)
    marks.shows(request, found.site.mark)
    now = around.read(found)
    what_if = WhatIfForm(request.GET if "kg" in request.GET else None)
    today = timezone.localdate()
    context = {
        "store": found,
        "page_title": _now("Licence of %(store)s") % {"store": found.pk},
        "standing": telling.standing(now.standing(today)),
        "unknown": now.unknown,
        "limits": telling.limits(actor, list(now.limits.iter_rows(named=True)), now.behind_barricade),
        "barricaded": found.barricaded,
        "forms": queries.forms(actor).filter(store=found)[:HISTORY],
        "waits": queries.waits(actor, found.pk),
        "proposes": queries.may_propose(actor, found.pk),
        "what_if": what_if,
        "after": _after(now, what_if, today),
    }
    return render(request, "assessment/licences/store.html", context)


def _after(now: around.Around, what_if: WhatIfForm, today: Any) -> list[telling.Stand]:
    """The standing if so much came; nothing where nothing was asked."""
    if not (what_if.is_bound and what_if.is_valid()):
        return []
    division, kg = what_if.cleaned_data["division"], what_if.cleaned_data["kg"]
    moved = pl.DataFrame([(now.store.pk, division, kg)], schema=around.HELD, orient="row")
    return telling.standing(now.standing_after(moved, today))


class Propose(ActPage):
    """Propose a licence: the whole of what a store may hold."""

    title, above, button = _("Propose a licence"), ABOVE, _("Ask for a signature")

    def found(self, actor: User, /, **ids: Any) -> around.Around:
        """The store with its surroundings, where the actor judges."""
        store = queries.store(actor, ids["store_id"])
        if not queries.may_propose(actor, store.pk):
            raise Store.DoesNotExist
        marks.shows(self.request, store.site.mark)
        return around.read(store)

    def name(self, found: around.Around, /) -> str:
        """The store."""
        return found.store.pk

    def back(self, found: around.Around, /) -> str:
        """Its page of licences."""
        return reverse("assessment:licence-store", args=[found.store.pk])

    def told(self, _actor: User, found: around.Around, /) -> list[str]:
        """What the distances allow, division by division."""
        lines = []
        for row in telling.standing(found.standing(timezone.localdate())):
            given = {"division": row.division, "limit": row.allowed, "status": row.status, "held": row.held}
            text = _now("Division %(division)s: the distances allow %(limit)s kg NEQ (%(status)s); held: %(held)s kg.")
            if row.is_open:
                text = _now("Division %(division)s: no distance limits it (%(status)s); held: %(held)s kg.")
            missing = _now("No rule at hand for: %(kinds)s.") % {"kinds": row.missing} if row.missing else ""
            lines.append(f"{text % given} {missing}".strip())
        return [
            *lines,
            _now("What the distances allow is no permission. The second person and the document give that."),
        ]

    def form(self, _actor: User, found: around.Around, /) -> ProposeForm:
        """Beginning with what is in force."""
        there = Licence.objects.filter(store=found.store).values_list("hazard_division", "neq_limit_kg")
        return ProposeForm(self.sent(), initial={field_of(division): kg for division, kg in there})

    def act(self, actor: User, found: around.Around, form: ProposeForm, /) -> HttpResponse:
        """Ask for the second person."""
        given, why = form.cleaned_data, form.why()
        draft = giving.Draft(
            store_id=found.store.pk,
            limits=form.limits(),
            valid_until=given["valid_until"],
            conditions=given["conditions"],
            document=given["document"],
            exception=given["exception"],
            written_in=why.language,
        )
        reason = Said(why.text, why.language)
        asked = giving.propose(actor=actor, session=trail.session(), draft=draft, reason=reason)
        self.done(_now("Asked for. It is in force when a second person has signed."))
        return redirect("people:approval", approval_id=asked.pk)


@require_GET
def form(request: HttpRequest, form_id: UUID) -> HttpResponse:
    """A signed licence with all that it stood on."""
    actor, found = _form(request, form_id)
    context = {
        "form": found,
        "page_title": _now("Licence %(number)s") % {"number": str(found)},
        "granted": telling.granted(found),
        "limits": telling.limits(actor, found.basis["limits"]),
        "pairs": telling.pairs(actor, found.basis["pairs"]),
        "rings": telling.rings(found.basis["rings"]),
        "rules": sorted(found.basis["rules"].items()),
        "in_force": queries.is_in_force(found),
        "languages": list(LANGUAGES),
    }
    return render(request, "assessment/licences/form.html", context)


@require_GET
def pdf(request: HttpRequest, form_id: UUID) -> HttpResponse:
    """The same on paper, in the language of the reader or in another one that is asked for."""
    actor, found = _form(request, form_id)
    mark = marks.shown(request)
    address = request.build_absolute_uri(reverse("assessment:licence-form", args=[found.pk]))
    with translation.override(language_of(request)):
        content = printing.licence(actor, found, address, "" if mark is None else marks.word(mark))
    answer = HttpResponse(content, content_type="application/pdf")
    stem = f"licence-{found.store_id}-{found.number}".replace("/", "-")
    return exports.kept_file(answer, exports.file_name(stem, "pdf", mark), ("licence", 1, "pdf"))


@require_GET
def after(request: HttpRequest, approval_id: UUID) -> HttpResponse:
    """What becomes of licences and distances when a movement that waits is agreed to."""
    actor = actor_of(request)
    require(actor, queries.VIEW)
    marks.shows_all_seen(request)
    try:
        found = waiting(actor, approval_id)
    except ObjectDoesNotExist as gone:
        raise Http404 from gone
    stores, more = queries.after_movement(actor, found, timezone.localdate())
    context = {
        "approval": found,
        "page_title": _("Licences after the movement"),
        "stores": [(one.store, telling.standing(one.rows), one.unknown) for one in stores],
        "more": more,
    }
    return render(request, "assessment/licences/after.html", context)


def language_of(request: HttpRequest) -> str:
    """The language that a paper is asked for in; that of the page where none, or one that there is not, is."""
    asked = request.GET.get("language", "")
    return asked if asked in LANGUAGES else translation.get_language() or "en"


def _store(actor: User, store_id: str) -> Store:
    try:
        return queries.store(actor, store_id)
    except Store.DoesNotExist as gone:
        raise Http404 from gone


def _form(request: HttpRequest, form_id: UUID) -> tuple[User, LicenceForm]:
    actor = actor_of(request)
    require(actor, queries.VIEW)
    try:
        found = queries.form(actor, form_id)
    except LicenceForm.DoesNotExist as gone:
        raise Http404 from gone
    marks.shows(request, found.store.site.mark)
    return actor, found
