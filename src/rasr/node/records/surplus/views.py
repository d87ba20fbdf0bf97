"""Pages of declared surplus: the decisions, one decision with its stock, and declaring more."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from rasr.node.people.models import User
from rasr.node.people.rights import may, require
from rasr.node.records.ledger import declaring
from rasr.node.records.lots.pages import ActPage, NewPage
from rasr.node.records.models import Declaration, Holding
from rasr.node.records.services import Spot
from rasr.node.records.surplus import queries
from rasr.node.records.surplus.forms import DecisionForm, DeclareForm
from rasr.node.records.surplus.tables import DecisionFilter, DecisionTable, DeclarableFilter, DeclarableTable
from rasr.node.records.tables import StockTable
from rasr.node.records.views import Righted, Sorted, actor_of
from rasr.node.web import marks
from rasr.node.web.figures import write

ABOVE = ("records:surplus", _("Declared surplus"))


class Decisions(Righted, Sorted):
    """Decisions of the nation about stock in scope."""

    name = "surplus"
    page_title = _("Declared surplus")
    export_name = "declared-surplus"
    intro = _("Stock is destroyed, sold or given away only by a decision of the nation that stands here.")
    table_class = DecisionTable
    filterset_class = DecisionFilter
    template_name = "records/surplus/decisions.html"

    def queryset(self) -> QuerySet[Declaration]:
        """Those in scope."""
        return queries.decisions(self.request.user)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With what the button needs."""
        return super().get_context_data(**kwargs, judges=may(self.request.user, queries.JUDGE))


class NewDecision(NewPage):
    """Take down a decision."""

    title, above = _("New decision"), ABOVE

    def form(self, actor: User, _found: None, /) -> DecisionForm:
        """Of today."""
        whose = queries.organisations(actor)
        return DecisionForm(self.sent(), initial={"decided_on": timezone.localdate()}, organisations=whose)

    def act(self, actor: User, _found: None, form: DecisionForm, /) -> HttpResponse:
        """Keep it; then the stock that it names."""
        given = dict(form.cleaned_data)
        organisation = given.pop("organisation")
        made = declaring.record_decision(actor=actor, organisation_id=organisation.pk, **given)
        self.done(_now("The decision is kept. Say now which stock it names."))
        return redirect("records:surplus-stock", made.pk)


@require_GET
def decision(request: HttpRequest, declaration_id: UUID) -> HttpResponse:
    """A decision and the stock that names it."""
    actor = actor_of(request)
    require(actor, queries.VIEW)
    found = _decision(actor, declaration_id, queries.VIEW)
    marks.shows_all_seen(request)
    held = StockTable(queries.declared(actor, found), request=request, orderable=False)
    context = {
        "page_title": found.reference,
        "decision": found,
        "held": held,
        "judges": queries.decisions(actor, queries.JUDGE).filter(pk=found.pk).exists(),
    }
    return render(request, "records/surplus/decision.html", context)


class Declarable(Righted, Sorted):
    """Stock that a decision may name."""

    right = queries.JUDGE
    name = "surplus-stock"
    page_title = _("Stock to declare surplus")
    export_name = "to-declare"
    intro = _("Open a record to say how much of it the decision names.")
    table_class = DeclarableTable
    filterset_class = DeclarableFilter
    template_name = "records/surplus/declarable.html"

    @cached_property
    def found(self) -> Declaration:
        """The decision. Raises Http404."""
        return _decision(actor_of(self.request), self.kwargs["declaration_id"], queries.JUDGE)

    def queryset(self) -> QuerySet[Holding]:
        """Where the actor judges stock of that organisation."""
        return queries.declarable(self.request.user, self.found)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With the decision."""
        return super().get_context_data(**kwargs, decision=self.found)


class Declare(ActPage):
    """Let stock be surplus by a decision."""

    title, above, button = _("Declare surplus"), ABOVE, _("Declare")

    def found(self, actor: User, /, **ids: Any) -> tuple[Declaration, Holding]:
        """The decision and what lies there."""
        found = queries.decision(actor, ids["declaration_id"], queries.JUDGE)
        return found, queries.declarable(actor, found).get(pk=ids["holding_id"])

    def name(self, found: tuple[Declaration, Holding], /) -> str:
        """The decision."""
        return found[0].reference

    def back(self, found: tuple[Declaration, Holding], /) -> str:
        """The list of stock."""
        return reverse("records:surplus-stock", args=[found[0].pk])

    def told(self, _actor: User, found: tuple[Declaration, Holding], /) -> list[str]:
        """What lies there."""
        held = found[1]
        given: dict[str, Any] = {"article": held.batch.article.name, "record": held.batch.stock_id}
        given["store"] = held.store_id
        if held.quantity is None:
            return [_now("%(article)s (%(record)s) in %(store)s: not counted; all of it is declared.") % given]
        given["quantity"] = write("whole", held.quantity)
        return [_now("%(article)s (%(record)s) in %(store)s: %(quantity)s.") % given]

    def form(self, _actor: User, found: tuple[Declaration, Holding], /) -> DeclareForm:
        """How much, and why."""
        held = found[1]
        return DeclareForm(self.sent(), counted=held.quantity is not None and not held.batch.itemised)

    def act(self, actor: User, found: tuple[Declaration, Holding], form: DeclareForm, /) -> HttpResponse:
        """Declare it."""
        (which, held), why = found, form.why()
        assert held.store_id is not None
        place = Spot.store(held.store_id, held.place.ref)
        declaring.declare_surplus(
            actor=actor,
            movement_id=form.cleaned_data["movement_id"],
            reference=which.reference,
            stock=[declaring.Chosen(held.batch_id, place, form.cleaned_data.get("quantity"))],
            reason=why.text,
            reason_language=why.language,
        )
        self.done(_now("It is declared surplus."))
        return redirect("records:decision", which.pk)


def _decision(actor: User, declaration_id: UUID, right: str) -> Declaration:
    try:
        return queries.decision(actor, declaration_id, right)
    except Declaration.DoesNotExist as gone:
        raise Http404 from gone
