"""Pages of upgrade projects: the list, one of them, what is written down of it, how it goes on, programmes.

All of them are confidential, whatever the site: every look at one stands on the trail.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

import polars as pl
from django import forms
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET
from django_tables2 import Table

from rasr.node.assessment.models import Upgrade, UpgradeState
from rasr.node.assessment.upgrades import agreeing, page, queries, services
from rasr.node.assessment.upgrades.forms import CostsForm, FactsForm, ProgrammeForm, ProposeForm, StepForm
from rasr.node.assessment.upgrades.tables import UpgradeFilter, UpgradeTable
from rasr.node.people import trail
from rasr.node.people.models import User
from rasr.node.people.rights import may, require
from rasr.node.records.lots.pages import ActPage, NewPage, WhyForm
from rasr.node.records.views import Righted, Sorted, actor_of
from rasr.node.web import marks
from rasr.node.web.lists import Listing
from rasr.node.web.said import Said

ABOVE = ("assessment:upgrade-list", _("Upgrades"))
STEPS: dict[str, tuple[str | Promise, str | Promise]] = {
    "begin": (_("Begin the works"), _("They have begun.")),
    "accept": (_("Accept"), _("It is accepted.")),
    "abandon": (_("Abandon"), _("It is abandoned.")),
}
"""Step to its name, and what is said once it is taken."""


class Upgrades(Righted, Sorted):
    """Upgrade projects in scope."""

    right = queries.VIEW
    name = "upgrades"
    page_title = _("Upgrades")
    export_name = "upgrades"
    intro = _("Works against leaks, from the proposal until they are accepted. Every look at them is on the trail.")
    table_class = UpgradeTable
    filterset_class = UpgradeFilter
    template_name = "assessment/upgrades/list.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Confidential."""
        marks.shows_confidential(request)
        return super().get(request, *args, **kwargs)

    def queryset(self) -> QuerySet[Upgrade]:
        """Those in scope."""
        return queries.upgrades(self.request.user)

    def export_frame(self, table: Table) -> pl.DataFrame:
        """All rows as they are shown: works stand sealed in the database."""
        return Listing.export_frame(self, table)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With what the buttons need."""
        return super().get_context_data(**kwargs, manages=may(self.request.user, queries.MANAGE))


@require_GET
def upgrade(request: HttpRequest, upgrade_id: UUID) -> HttpResponse:
    """One project: its works, what they cost, who pays, how far it is."""
    actor = actor_of(request)
    require(actor, queries.VIEW)
    try:
        found = queries.upgrade(actor, upgrade_id)
    except Upgrade.DoesNotExist as gone:
        raise Http404 from gone
    marks.shows_confidential(request)
    manages = queries.upgrades(actor, queries.MANAGE).filter(pk=found.pk).exists()
    open_still = manages and found.state not in services.ENDED
    context = {
        "page_title": found.name,
        "upgrade": found,
        "told": page.told(found),
        "visits": page.visits(actor, found),
        "photos": page.photographs_of(found),
        "waiting": queries.waiting(actor, found),
        "programme": queries.programmes(actor).filter(pk=found.programme_id).first() if found.programme_id else None,
        "manages": open_still,
        "hands_over": open_still and found.state == UpgradeState.UNDER_WAY,
        "prices": open_still and found.state in queries.STILL_OPEN,
        "steps": [
            (name, STEPS[name][0]) for name, step in services.STEPS.items() if open_still and found.state in step.of
        ],
    }
    return render(request, "assessment/upgrades/upgrade.html", context)


class UpgradePage(ActPage):
    """A form of one project, for who manages it."""

    right, above = queries.MANAGE, ABOVE

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Confidential."""
        marks.shows_confidential(request)
        return super().dispatch(request, *args, **kwargs)

    def found(self, actor: User, /, **ids: Any) -> Any:
        """One that the actor manages and that has not ended."""
        return queries.upgrades(actor, queries.MANAGE).exclude(state__in=services.ENDED).get(pk=ids["upgrade_id"])

    def back(self, found: Any, /) -> str:
        """Its page."""
        return reverse("assessment:upgrade", args=[found.pk])


class Propose(NewPage, UpgradePage):
    """Propose a project."""

    title, button = _("Propose a project"), _("Propose")

    def form(self, actor: User, _found: None, /) -> ProposeForm:
        """For places that the actor manages."""
        return ProposeForm(self.sent(), actor=actor)

    def act(self, actor: User, _found: None, form: ProposeForm, /) -> HttpResponse:
        """Put it down; its works come next."""
        made = services.propose(actor=actor, place=form.where(), facts=form.facts(), why=form.why())
        self.done(_now("It is put down. Write down its works, then ask for the approval."))
        return redirect("assessment:upgrade", made.pk)


class ChangeFacts(UpgradePage):
    """Fill in the facts of a project."""

    title = _("Facts of the project")

    def form(self, actor: User, found: Upgrade, /) -> FactsForm:
        """As they are."""
        return FactsForm(self.sent(), actor=actor, found=found)

    def act(self, actor: User, found: Upgrade, form: FactsForm, /) -> HttpResponse:
        """Keep them."""
        services.change(actor=actor, upgrade_id=found.pk, facts=form.facts(), why=form.why())
        self.done(_now("Kept."))
        return redirect(self.back(found))


class WriteCosts(UpgradePage):
    """Works and money of a project."""

    title = _("Works and money")
    template_name = "assessment/upgrades/costs.html"

    def form(self, _actor: User, found: Upgrade, /) -> forms.Form:
        """As they are, with empty lines below."""
        return CostsForm(self.sent(), known=queries.readable_costs(found))

    def told(self, _actor: User, found: Upgrade, /) -> list[str]:
        """That an approval ends."""
        again = _now("It is approved. Whoever changes works or money needs the second person again.")
        return [again] if found.approved_at else []

    def act(self, actor: User, found: Upgrade, form: CostsForm, /) -> HttpResponse:
        """Keep them."""
        services.price(actor=actor, upgrade_id=found.pk, costs=form.costs(), why=form.why())
        self.done(_now("Kept."))
        return redirect(self.back(found))


class Ask(UpgradePage):
    """Ask a second person to approve it."""

    title, button = _("Ask for the approval"), _("Ask for the approval")

    def form(self, _actor: User, _found: Upgrade, /) -> WhyForm:
        """Why."""
        return WhyForm(self.sent())

    def act(self, actor: User, found: Upgrade, form: WhyForm, /) -> HttpResponse:
        """Ask."""
        why = form.why()
        reason = Said(why.text, why.language)
        asked = agreeing.ask(actor=actor, session=trail.session(), upgrade_id=found.pk, reason=reason)
        self.done(_now("Asked for. It may begin when a second person has approved it."))
        return redirect("people:approval", approval_id=asked.pk)


class HandOver(UpgradePage):
    """Ask a second person to see that the works are there, since when they are handed over."""

    title, button = _("Hand over"), _("Ask for the handover")

    def form(self, _actor: User, _found: Upgrade, /) -> StepForm:
        """Since when, and why."""
        return StepForm(self.sent())

    def act(self, actor: User, found: Upgrade, form: StepForm, /) -> HttpResponse:
        """Ask."""
        why = form.why()
        about = {"upgrade_id": found.pk, "on": form.cleaned_data["on"], "reason": Said(why.text, why.language)}
        asked = agreeing.ask_handover(actor=actor, session=trail.session(), **about)
        self.done(_now("Asked for. It is handed over when a second person has seen the works."))
        return redirect("people:approval", approval_id=asked.pk)


class TakeStep(UpgradePage):
    """Begin, accept or abandon it."""

    def found(self, actor: User, /, **ids: Any) -> Any:
        """One of which this step is there."""
        self.step = ids["step"]
        if self.step not in STEPS:
            raise Upgrade.DoesNotExist
        self.title = self.button = STEPS[self.step][0]
        return super().found(actor, **ids)

    def form(self, _actor: User, _found: Upgrade, /) -> StepForm:
        """Since when, and why."""
        return StepForm(self.sent())

    def act(self, actor: User, found: Upgrade, form: StepForm, /) -> HttpResponse:
        """Take it."""
        on, why = form.cleaned_data["on"], form.why()
        services.step(actor=actor, upgrade_id=found.pk, name=self.step, on=on, why=why)
        self.done(STEPS[self.step][1])
        return redirect(self.back(found))


@require_GET
def programme_list(request: HttpRequest) -> HttpResponse:
    """Programmes: what is stated, and what the projects here add up to."""
    actor = actor_of(request)
    require(actor, queries.VIEW)
    marks.shows_confidential(request)
    context = {
        "page_title": _now("Programmes"),
        "programmes": queries.beside(actor),
        "manages": queries.organisations(actor).exists(),
    }
    return render(request, "assessment/upgrades/programmes.html", context)


class NewProgramme(NewPage, UpgradePage):
    """Enter a programme with what is stated of it."""

    title, above = _("Enter a programme"), ("assessment:programme-list", _("Programmes"))

    def form(self, actor: User, _found: None, /) -> ProgrammeForm:
        """For organisations that the actor has whole."""
        return ProgrammeForm(self.sent(), organisations=queries.organisations(actor))

    def act(self, actor: User, _found: None, form: ProgrammeForm, /) -> HttpResponse:
        """Keep it."""
        given = form.cleaned_data
        services.found_programme(
            actor=actor,
            organisation_id=given["organisation"].pk,
            name=given["name"],
            source=given["source"],
            stated=form.stated(),
            why=form.why(),
        )
        self.done(_now("Kept."))
        return redirect("assessment:programme-list")
