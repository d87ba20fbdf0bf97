"""Pages of candidate sites: the list, proposing one, one of them, withdrawing it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from rasr.node.assessment.candidates import queries, services
from rasr.node.assessment.candidates.forms import ProposeForm
from rasr.node.assessment.candidates.tables import CandidateFilter, CandidateTable
from rasr.node.assessment.models import CandidateSite
from rasr.node.people import trail
from rasr.node.people.models import User
from rasr.node.people.rights import may, require
from rasr.node.records.lots.pages import ActPage, NewPage, WhyForm
from rasr.node.records.views import Righted, Sorted, actor_of
from rasr.node.web import marks
from rasr.node.web.said import Said

ABOVE = ("assessment:candidate-list", _("Candidate sites"))


class Candidates(Righted, Sorted):
    """Candidate sites that were approved, and those that wait."""

    name = "candidate-sites"
    page_title = _("Candidate sites")
    export_name = "candidate-sites"
    intro = _("Places to which a store may be thought in a what-if, approved by a second person. They permit nothing.")
    table_class = CandidateTable
    filterset_class = CandidateFilter
    template_name = "assessment/candidates/list.html"

    def queryset(self) -> QuerySet[CandidateSite]:
        """Those in scope."""
        return queries.candidates(self.request.user)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With what waits, and what the button needs."""
        actor = self.request.user
        more = {"waiting": queries.waiting(actor), "proposes": may(actor, queries.JUDGE)}
        return super().get_context_data(**kwargs, **more)


class Propose(NewPage):
    """Propose a candidate site."""

    title, above, button = _("Propose a candidate site"), ABOVE, _("Ask for the approval")

    def form(self, actor: User, _found: None, /) -> ProposeForm:
        """For organisations that the actor judges."""
        return ProposeForm(self.sent(), organisations=queries.organisations(actor))

    def act(self, actor: User, _found: None, form: ProposeForm, /) -> HttpResponse:
        """Ask for the second person."""
        why = form.why()
        reason = Said(why.text, why.language)
        asked = services.propose(actor=actor, session=trail.session(), draft=form.draft(), reason=reason)
        self.done(_now("Asked for. It is offered when a second person has approved it."))
        return redirect("people:approval", approval_id=asked.pk)


@require_GET
def candidate(request: HttpRequest, candidate_id: UUID) -> HttpResponse:
    """One candidate site: what it is, who proposed and who approved it, and whether it was withdrawn."""
    actor = actor_of(request)
    require(actor, queries.VIEW)
    try:
        found = queries.candidate(actor, candidate_id)
    except CandidateSite.DoesNotExist as gone:
        raise Http404 from gone
    marks.shows_all_seen(request)
    judged = queries.candidates(actor, queries.JUDGE).filter(pk=found.pk, withdrawn_at=None)
    context = {
        "page_title": found.name,
        "candidate": found,
        "barricade": services.BARRICADE[found.barricaded],
        "withdraws": judged.exists(),
    }
    return render(request, "assessment/candidates/candidate.html", context)


class Withdraw(ActPage):
    """Offer a candidate site no more."""

    title, above, button = _("Withdraw a candidate site"), ABOVE, _("Withdraw")

    def found(self, actor: User, /, **ids: Any) -> CandidateSite:
        """One that is offered, where the actor judges."""
        rows = queries.candidates(actor, queries.JUDGE).filter(withdrawn_at=None)
        return rows.get(pk=ids["candidate_id"])

    def back(self, found: CandidateSite, /) -> str:
        """Its page."""
        return reverse("assessment:candidate", args=[found.pk])

    def form(self, _actor: User, _found: CandidateSite, /) -> WhyForm:
        """Why."""
        return WhyForm(self.sent())

    def act(self, actor: User, found: CandidateSite, form: WhyForm, /) -> HttpResponse:
        """Withdraw it."""
        why = form.why()
        services.withdraw(actor=actor, candidate_id=found.pk, reason=why.text, reason_language=why.language)
        self.done(_now("It is withdrawn. No what-if offers it any more."))
        return redirect(self.back(found))
