"""Pages of security visits: the sites, one of them, beginning a visit, a visit with its questions, its photographs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import DateField, DateTimeField, ExpressionWrapper, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Cast
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from rasr.core.basis.findings import Refused
from rasr.node.assessment.models import SecurityVisit
from rasr.node.assessment.security import queries, services
from rasr.node.assessment.security.forms import AnswerForm, BeginForm, OtherForm, SettleForm
from rasr.node.assessment.security.pages import secured, sent, sentences, to_question, visit_page
from rasr.node.assessment.security.services import Given
from rasr.node.assessment.security.tables import SiteFilter, SiteTable
from rasr.node.people.models import User
from rasr.node.people.rights import may
from rasr.node.places.models import Site
from rasr.node.records.lots.pages import ActPage, WhyForm
from rasr.node.records.views import Righted, Sorted, actor_of
from rasr.node.web import languages, marks
from rasr.node.web.messages import say

ABOVE = ("assessment:security-list", _("Security"))


class Sites(Righted, Sorted):
    """Sites that can be assessed, with the day of their last visit."""

    name = "security-sites"
    right = queries.VIEW
    page_title = _("Security")
    export_name = "security-visits"
    intro = _("When each site was last assessed for its security. Every look at what was found stands on the trail.")
    table_class = SiteTable
    filterset_class = SiteFilter
    template_name = "assessment/security/list.html"

    def queryset(self) -> QuerySet[Site]:
        """Those in scope."""
        marks.shows_confidential(self.request)
        actor = self.request.user
        done = queries.visits(actor).filter(site=OuterRef("pk"), finished_at__isnull=False, withdrawn_at=None)
        last = done.order_by("-visited_on").values("visited_on")[:1]
        rows = queries.sites(actor).annotate(assessed_on=Subquery(last))
        later = ExpressionWrapper(F("assessed_on") + timedelta(days=settings.NODE.reassess_days), DateTimeField())
        return rows.annotate(due_on=Cast(later, DateField()))


@require_GET
@secured(queries.VIEW)
def site(request: HttpRequest, site_id: str) -> HttpResponse:
    """One site: its visits, and when it is due."""
    actor = actor_of(request)
    found = queries.site(actor, site_id)
    begins = may(actor, queries.ASSESS) and queries.sites(actor, queries.ASSESS).filter(pk=found.pk).exists()
    context = {
        "page_title": found.name,
        "site": found,
        "standing": queries.standing(actor, found),
        "visits": list(queries.visits(actor).filter(site=found)),
        "begins": begins,
    }
    return render(request, "assessment/security/site.html", context)


class OfVisit(ActPage):
    """An act on a visit that the actor works on."""

    above, right = ABOVE, queries.ASSESS

    def found(self, actor: User, /, **ids: Any) -> SecurityVisit:
        """The visit."""
        marks.shows_confidential(self.request)
        return queries.visits(actor, queries.ASSESS).get(pk=ids["visit_id"])

    def name(self, found: SecurityVisit, /) -> str:
        """Its site."""
        return found.site.name

    def back(self, found: SecurityVisit, /) -> str:
        """Its page."""
        return reverse("assessment:security-visit", args=[found.pk])

    def form(self, _actor: User, _found: SecurityVisit, /) -> WhyForm:
        """Why."""
        return WhyForm(self.sent())

    def told(self, _actor: User, _found: SecurityVisit, /) -> list[str]:
        """Where the reason goes."""
        return [_now("The reason is sealed with the visit; the trail says only that it was done.")]


class Begin(ActPage):
    """Begin a visit to a site."""

    title, above, right, button = _("Begin a security visit"), ABOVE, queries.ASSESS, _("Begin")

    def found(self, actor: User, /, **ids: Any) -> Site:
        """The site."""
        marks.shows_confidential(self.request)
        return queries.site(actor, ids["site_id"], queries.ASSESS)

    def name(self, found: Site, /) -> str:
        """Its name."""
        return found.name

    def back(self, found: Site, /) -> str:
        """Its page."""
        return reverse("assessment:security-site", args=[found.pk])

    def form(self, _actor: User, found: Site, /) -> BeginForm:
        """With which questions, and when."""
        return BeginForm(self.sent(), kind=found.kind)

    def act(self, actor: User, found: Site, form: BeginForm, /) -> HttpResponse:
        """Begin it."""
        made = services.begin(actor=actor, site_id=found.pk, **form.cleaned_data)
        return redirect("assessment:security-visit", made.pk)


class OpenAgain(OfVisit):
    """Take answers again."""

    title, button = _("Open a security visit again"), _("Open again")

    def found(self, actor: User, /, **ids: Any) -> SecurityVisit:
        """One that is finished."""
        found = super().found(actor, **ids)
        if found.finished_at is None or found.withdrawn_at is not None:
            raise SecurityVisit.DoesNotExist
        return found

    def act(self, actor: User, found: SecurityVisit, form: WhyForm, /) -> HttpResponse:
        """Open it."""
        why = form.why()
        services.open_again(actor=actor, visit_id=found.pk, reason=why.text, language=why.language)
        self.done(_now("It takes answers again."))
        return redirect(self.back(found))


class Withdraw(OfVisit):
    """Count a visit no more."""

    title, button = _("Withdraw a security visit"), _("Withdraw")

    def found(self, actor: User, /, **ids: Any) -> SecurityVisit:
        """One that counts."""
        found = super().found(actor, **ids)
        if found.withdrawn_at is not None:
            raise SecurityVisit.DoesNotExist
        return found

    def act(self, actor: User, found: SecurityVisit, form: WhyForm, /) -> HttpResponse:
        """Withdraw it."""
        why = form.why()
        services.withdraw(actor=actor, visit_id=found.pk, reason=why.text, language=why.language)
        self.done(_now("It is withdrawn. Its answers count no more."))
        return redirect(self.back(found))


@require_GET
@secured(queries.VIEW)
def visit(request: HttpRequest, visit_id: UUID) -> HttpResponseBase:
    """A visit: its questions by heading, about the site or one of its stores."""
    try:
        return visit_page(request, visit_id, request.GET.get("store") or None)
    except Refused as fault:
        return _unreadable(request, visit_id, fault)


@require_POST
@secured(queries.ASSESS)
def answer(request: HttpRequest, visit_id: UUID) -> HttpResponseBase:
    """Keep an answer to one question."""
    queries.visit(actor_of(request), visit_id, queries.ASSESS)
    form = sent(AnswerForm(request.POST))
    store_id, question_id = form.key()
    said = form.cleaned_data
    given = Given(question_id, said["answer"] or None, store_id, note=said["note"], seen=said["seen"])
    return _done(
        request,
        visit_id,
        (store_id, question_id),
        lambda: services.keep(actor=actor_of(request), visit_id=visit_id, given=[given]),
    )


@require_POST
@secured(queries.ASSESS)
def settle(request: HttpRequest, visit_id: UUID) -> HttpResponseBase:
    """Decide a conflict."""
    queries.visit(actor_of(request), visit_id, queries.ASSESS)
    form = sent(SettleForm(request.POST))
    store_id, question_id = form.key()
    chosen, why = form.cleaned_data["answer"], form.cleaned_data["reason"]
    about = {"visit_id": visit_id, "question_id": question_id, "store_id": store_id}
    return _done(
        request,
        visit_id,
        (store_id, question_id),
        lambda: services.settle(
            actor=actor_of(request), answer=chosen, reason=why, language=languages.current(), **about
        ),
    )


@require_POST
@secured(queries.ASSESS)
def finish(request: HttpRequest, visit_id: UUID) -> HttpResponseBase:
    """Say that it is done."""
    return _done(request, visit_id, None, lambda: services.finish(actor=actor_of(request), visit_id=visit_id))


@require_POST
@secured(queries.ASSESS)
def merge(request: HttpRequest, visit_id: UUID) -> HttpResponseBase:
    """Take over another half-filled visit."""
    queries.visit(actor_of(request), visit_id, queries.ASSESS)
    other = sent(OtherForm(request.POST)).cleaned_data["other"]
    return _done(
        request,
        visit_id,
        None,
        lambda: services.take_over(actor=actor_of(request), visit_id=visit_id, other_id=other),
    )


def _done(request: HttpRequest, visit_id: UUID, key: tuple[str | None, str] | None, act: Any) -> HttpResponseBase:
    """Do it and go back to the question; the page with what is wrong where it cannot be."""
    try:
        act()
    except Refused as fault:
        if fault.code == "security_unreadable":
            return _unreadable(request, visit_id, fault)
        return visit_page(request, visit_id, key and key[0], sentences(fault), 400)
    return redirect("assessment:security-visit", visit_id) if key is None else to_question(visit_id, key)


def _unreadable(request: HttpRequest, visit_id: UUID, fault: Refused) -> HttpResponse:
    found = queries.visits(request.user).get(pk=visit_id)
    context = {"page_title": found.site.name, "visit": found, "faults": [say(fault)]}
    return render(request, "assessment/security/unreadable.html", context, status=409)
