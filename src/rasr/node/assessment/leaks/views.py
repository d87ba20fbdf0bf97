"""Pages of what could leak: the result of a site, its works, works over all sites, both dangers; and the paper."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from rasr.core.assessment.security import choice, together
from rasr.node.assessment.leaks import printing, queries, services, told
from rasr.node.assessment.leaks.forms import AskForm, RateForm, WorkForm, asked, worked
from rasr.node.assessment.models import SecurityWork
from rasr.node.assessment.security import queries as visits
from rasr.node.assessment.security import wording
from rasr.node.assessment.security.pages import secured
from rasr.node.people.models import User
from rasr.node.places.models import Site, Store
from rasr.node.records.lots.pages import ActPage
from rasr.node.records.views import Righted, actor_of
from rasr.node.web import figures, marks
from rasr.node.web.lists import FramePage
from rasr.node.web.messages import say

ABOVE = ("assessment:security-list", _("Security"))
FIRST = 20
"""Ranks within which a change of places is told."""


@require_GET
@secured(visits.VIEW)
def result(request: HttpRequest, site_id: str) -> HttpResponse:
    """What the last visit to a site says, what could leak from it, and which works would mend most."""
    actor = actor_of(request)
    site = visits.site(actor, site_id)
    found = queries.found(actor, [site])
    over_time = queries.trend(actor, site)
    form = AskForm(request.GET or None)
    want = asked(form) if form.is_bound else {}
    sets, faults = _sets(found, want)
    rates, fault = worked(lambda: queries.rates(actor, site.pk, want["years"])) if want.get("years") else (None, None)
    visit = over_time[-1][0] if over_time else None
    context = {
        "page_title": site.name,
        "site": site,
        "visit": visit,
        "facts": told.facts(found, visit),
        "radar": told.radar(found),
        "headings": told.by_heading(found),
        "weak": told.weak(found),
        "trend": told.trend(over_time),
        "index": told.index(found),
        "losses": told.losses(rates) if rates else None,
        "no_record": bool(want.get("years")) and rates is None and fault is None,
        "works": told.works(found),
        "withdraws": list(_withdraws(actor, found.works)),
        "sets": sets,
        "form": form,
        "faults": [say(one) for one in (*faults, fault) if one],
        "enters": visits.sites(actor, visits.ASSESS).filter(pk=site.pk).exists(),
    }
    return render(request, "assessment/leaks/result.html", context, status=400 if form.errors else 200)


def _sets(found: queries.Found, want: dict[str, Any]) -> tuple[list[told.Set], list[Any]]:
    """The sets of works that were asked for, and why one could not be chosen."""
    made, faults = [], []
    if want.get("level"):
        cheapest, fault = worked(lambda: choice.cheapest(found.offer, want["level"]))
        name = _now("The cheapest works that reach level %(level)s") % {"level": want["level"]}
        made += [told.chosen(found, cheapest, name)] if cheapest else []
        faults += [fault] if fault else []
    if want.get("budget") is not None:
        best, fault = worked(lambda: choice.best(found.offer, want["budget"]))
        name = _now("The best works for at most EUR %(sum)s") % {"sum": figures.write("euro", want["budget"])}
        made += [told.chosen(found, best, name)] if best else []
        faults += [fault] if fault else []
    return made, faults


def _withdraws(actor: User, works: pl.DataFrame) -> Any:
    mine = {str(one) for one in queries.offered(actor, visits.ASSESS).values_list("pk", flat=True)}
    for work, kind, store in works.select("work_id", "kind", "store_id").iter_rows():
        if work in mine:
            yield work, wording.name("works", kind), store or ""


@require_GET
@secured(visits.VIEW)
def report(request: HttpRequest, site_id: str) -> HttpResponseBase:
    """The result of a site on paper, in the language in force."""
    actor = actor_of(request)
    site = visits.site(actor, site_id)
    found, over_time = queries.found(actor, [site]), queries.trend(actor, site)
    paper = printing.result(site, found, over_time)
    answer = HttpResponse(paper, content_type="application/pdf")
    answer["Content-Disposition"] = 'attachment; filename="security.pdf"'
    return answer


class EnterWork(ActPage):
    """Offer a work for a site."""

    title, above, right, button = _("Enter a work"), ABOVE, services.RIGHT, _("Enter")

    def found(self, actor: User, /, **ids: Any) -> Site:
        """The site."""
        marks.shows_confidential(self.request)
        return visits.site(actor, ids["site_id"], services.RIGHT)

    def name(self, found: Site, /) -> str:
        """Its name."""
        return found.name

    def back(self, found: Site, /) -> str:
        """Its result."""
        return reverse("assessment:security-result", args=[found.pk])

    def form(self, _actor: User, found: Site, /) -> WorkForm:
        """With the stores of the site."""
        stores = Store.objects.filter(site=found, closed=False).order_by("pk").values_list("pk", flat=True)
        return WorkForm(self.sent(), stores=list(stores))

    def act(self, actor: User, found: Site, form: WorkForm, /) -> HttpResponse:
        """Enter it."""
        services.enter(actor=actor, site_id=found.pk, work=form.work())
        return redirect(self.back(found))


class WithdrawWork(ActPage):
    """Offer a work no more."""

    title, above, right, button = _("Withdraw a work"), ABOVE, services.RIGHT, _("Withdraw")

    def found(self, actor: User, /, **ids: Any) -> SecurityWork:
        """One that is offered."""
        marks.shows_confidential(self.request)
        return queries.offered(actor, services.RIGHT).get(pk=ids["work_id"])

    def name(self, found: SecurityWork, /) -> str:
        """What it is, and where."""
        kind = services.opened(found).kind
        return f"{wording.name('works', kind)}, {found.site.name}"

    def back(self, found: SecurityWork, /) -> str:
        """The result of its site."""
        return reverse("assessment:security-result", args=[found.site_id])

    def form(self, _actor: User, _found: SecurityWork, /) -> Any:
        """Nothing is asked."""
        return forms.Form(self.sent())

    def act(self, actor: User, found: SecurityWork, _form: Any, /) -> HttpResponse:
        """Withdraw it."""
        services.withdraw(actor=actor, work_id=found.pk)
        return redirect(self.back(found))


class OverAll(Righted, FramePage):
    """A confidential list over all sites in scope."""

    right = visits.VIEW
    pretitle = _("Security")

    template_name = "assessment/leaks/list.html"

    def frame(self) -> pl.DataFrame:
        """Confidential, on the page and in a file."""
        marks.shows_confidential(self.request)
        return self.over(actor_of(self.request))

    def over(self, actor: User, /) -> pl.DataFrame:
        """What is listed."""
        raise NotImplementedError


class Works(OverAll):
    """Works over all sites, what removes most for its money first: no list of what is easiest."""

    name = "security-works"
    page_title = _("Works by danger removed")
    export_name = "security-works"
    template_name = "assessment/leaks/works.html"
    intro = _(
        "Each work alone: what it takes off the diversion index, and for which money. Two works that mend the same "
        "question are worth less together."
    )
    headings: Mapping[str, Any] = {
        "site": _("Site"),
        "work": _("Work"),
        "cost_eur": _("Cost, EUR"),
        "index_removed": _("Index removed"),
        "removed_per_thousand_eur": _("Removed per thousand EUR"),
    }
    kinds: Mapping[str, str] = {
        "cost_eur": "euro", "index_removed": "significant:3", "removed_per_thousand_eur": "significant:3",
    }  # fmt: skip

    def over(self, actor: User, /) -> pl.DataFrame:
        """Every work with a cost, at sites in scope."""
        sites = list(visits.sites(actor))
        names = {site.pk: site.name for site in sites}
        worth = choice.worth(queries.found(actor, sites).offer)
        kinds = {kind: wording.name("works", kind) for kind in worth["kind"].unique()}
        return worth.select(
            site=pl.col("site_id").replace_strict(names, return_dtype=pl.String),
            work=pl.col("kind").replace_strict(kinds, return_dtype=pl.String),
            cost_eur="cost_eur",
            index_removed="index_removed",
            removed_per_thousand_eur=pl.col("index_removed_by_eur") * 1000.0,
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """How many sites are due, and how many are late."""
        standings = visits.standings(actor_of(self.request))
        late = [one for one in standings if one.is_due]
        share = len(late) / len(standings) if standings else None
        return super().get_context_data(sites=len(standings), late=len(late), share=share, **kwargs)


class Sets(OverAll):
    """Sets of works as yes or no for a plan, as ``rasr plan --works`` reads them."""

    name = "security-sets"
    page_title = _("Works for a plan")
    export_name = "works"
    intro = _(
        "Of each site the best sets for all the money, a half, a quarter and an eighth of it. A plan takes one of them "
        "at most. Save the list as CSV and give it to the plan at the command line, with the rate that you declare: "
        "rasr plan --works works.csv --rate X. Such a plan is as confidential as this list."
    )
    headings: Mapping[str, Any] = {
        "work_id": _("Set"),
        "site_id": _("Site"),
        "works": _("Works"),
        "cost_eur": _("Cost, EUR"),
        "upkeep_eur_per_year": _("Upkeep, EUR a year"),
        "index_removed": _("Index removed"),
    }
    kinds: Mapping[str, str] = {
        "cost_eur": "euro", "upkeep_eur_per_year": "euro", "index_removed": "significant:3",
    }  # fmt: skip

    def over(self, actor: User, /) -> pl.DataFrame:
        """The sets at sites in scope."""
        found = queries.found(actor, visits.sites(actor))
        kind_of = dict(found.works.select("work_id", "kind").iter_rows())
        made = choice.sets(found.offer)
        names = [", ".join(sorted(wording.name("works", kind_of[one]) for one in ids)) for ids in made["work_ids"]]
        return made.drop("work_ids").insert_column(2, pl.Series("works", names, dtype=pl.String))


@require_GET
@secured(visits.VIEW)
def both(request: HttpRequest) -> HttpResponse:
    """Both dangers of the sites in scope on two axes, and what a declared exchange rate does to the ranking."""
    actor = actor_of(request)
    form = RateForm(request.GET or None)
    rate = float((asked(form) if form.is_bound else {}).get("rate") or 0.0)
    dangers = queries.both(actor)
    names = {site.pk: site.name for site in visits.sites(actor)}
    ranked = together.ranks(dangers, [0.0, rate])
    free, there = (ranked.filter(pl.col("rate") == each).unique("site_id", keep="first") for each in (0.0, rate))
    table = dangers.join(free.select("site_id", free="rank"), on="site_id").join(
        there.select("site_id", "rank", "together"), on="site_id"
    )
    known = table.drop_nulls("fatalities_per_year").sort("rank", "site_id")
    swaps = together.swaps(dangers, 0.0, rate, FIRST) if rate > 0 else together.swaps(dangers, 0.0, 0.0, FIRST)
    context = {
        "page_title": _("Two dangers"),
        "form": form,
        "rate": rate,
        "picture": {
            "categories": [names[one] for one in known["site_id"]],
            "points": known.select("fatalities_per_year", "diversion").rows(),
            "x": _now("Explosion: expected fatalities per year"),
            "y": _now("Diversion index"),
        },
        "table": told.two_dangers(known, names),
        "swaps": told.swapped(swaps, names),
        "unknown": [names[one] for one in table.filter(pl.col("fatalities_per_year").is_null())["site_id"]],
    }
    return render(request, "assessment/leaks/together.html", context, status=400 if form.errors else 200)
