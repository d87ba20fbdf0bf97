"""Pages of campaigns: the list, one with its stock, dropping it, and handing a plan over."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from rasr.core.report.planned import months_shown
from rasr.node.execution import queries, services
from rasr.node.execution.models import Campaign, CampaignState, DraftedStock
from rasr.node.execution.tables import CampaignFilter, CampaignTable, DraftedFilter, DraftedTable, lacking
from rasr.node.people.models import User
from rasr.node.people.rights import may
from rasr.node.plan import queries as plans
from rasr.node.plan.decision_views import OfPlan
from rasr.node.plan.forms import ThroughForm
from rasr.node.plan.models import PlanRun
from rasr.node.records.lots.pages import ActPage, WhyForm
from rasr.node.records.views import Righted, Sorted, actor_of
from rasr.node.web import codes

LIST = ("execution:campaigns", _("Campaigns"))


class Campaigns(Righted, Sorted):
    """Every campaign."""

    name = "campaigns"
    right = queries.VIEW
    page_title = _("Campaigns")
    export_name = "campaigns"
    intro = _("What each line is to destroy in a period, from a plan that was handed over. A draft moves nothing.")
    table_class = CampaignTable
    filterset_class = CampaignFilter
    template_name = "execution/campaigns.html"

    def queryset(self) -> QuerySet[Campaign]:
        """All of them."""
        return queries.campaigns(self.request.user)


class OneCampaign(Righted, Sorted):
    """A campaign: what is to come from where, which stock that is, and what it lacks."""

    right = queries.VIEW
    pretitle = LIST[1]
    table_class = DraftedTable
    filterset_class = DraftedFilter
    template_name = "execution/campaign.html"
    campaign: Any
    """The campaign, with what ``queries.campaigns`` adds."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """The page, remembered under its own name."""
        try:
            self.campaign = queries.campaign(actor_of(request), kwargs["campaign_id"])
        except Campaign.DoesNotExist as gone:
            raise Http404 from gone
        self.name, self.export_name = f"campaign-{self.campaign.pk}", "campaign-stock"
        self.page_title = str(self.campaign)
        return super().get(request, *args, **kwargs)

    def queryset(self) -> QuerySet[DraftedStock]:
        """The stock in scope."""
        return queries.stock(actor_of(self.request), self.campaign)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What stands above the stock."""
        actor, found = actor_of(self.request), self.campaign
        how = queries.techniques(actor, found)
        sent = list(queries.consignments(actor, found))
        consignments = [
            (row, ", ".join(str(codes.name("technique", name)) for name in how.get(row.family, []))) for row in sent
        ]
        told = lacking(sent, found.undeclared, opens_line=queries.opens_line(actor, found))
        changes = may(actor, services.RIGHT) and found.state == CampaignState.DRAFT
        more = {"campaign": found, "consignments": consignments, "lacking": told, "changes": changes}
        return super().get_context_data(**more, **kwargs)


class OfDraft(ActPage):
    """An act about a draft."""

    right, above = services.RIGHT, LIST

    def found(self, _actor: User, /, **ids: Any) -> Campaign:
        """One that is still a draft."""
        return queries.drafts().get(pk=ids["campaign_id"])

    def back(self, found: Campaign, /) -> str:
        """Its page."""
        return reverse("execution:campaign", args=[found.pk])

    def form(self, _actor: User, _found: Campaign, /) -> WhyForm:
        """Why."""
        return WhyForm(self.sent())


class Drop(OfDraft):
    """Drop a draft."""

    title, button = _("Drop the draft"), _("Drop")

    def act(self, actor: User, found: Campaign, form: WhyForm, /) -> HttpResponse:
        """Drop it."""
        services.drop(actor=actor, campaign_id=found.pk, why=form.why())
        self.done(_now("The draft is dropped. The register is as it was."))
        return redirect(self.back(found))


class FindAnew(OfDraft):
    """Find the stock of a draft again."""

    title, button = _("Find its stock again"), _("Find again")

    def told(self, _actor: User, _found: Campaign, /) -> list[str]:
        """What it does."""
        return [_now("The stock of the draft is found again, as the register is now. What was planned stays.")]

    def act(self, actor: User, found: Campaign, form: WhyForm, /) -> HttpResponse:
        """Find it."""
        services.find_anew(actor=actor, campaign_id=found.pk, why=form.why())
        self.done(_now("The stock was found again."))
        return redirect(self.back(found))


class HandOver(OfPlan):
    """Hand a plan over: its first periods become draft campaigns."""

    title, button = _("Hand the plan over"), _("Hand over")

    def told(self, _actor: User, found: PlanRun, /) -> list[str]:
        """What it does."""
        told = [
            _now("Each line gets a draft campaign for each half-year or other period until then, with its stock."),
            _now("Drafts order nothing and move nothing. Those of this plan that stand already are kept."),
        ]
        former = queries.drafts().exclude(run=found).count()
        if former:
            text = ngettext(
                "%(count)s draft of another plan is dropped.", "%(count)s drafts of another plan are dropped.", former
            )
            told.append(text % {"count": former})
        return told

    def form(self, actor: User, found: PlanRun, /) -> ThroughForm:
        """Up to which period."""
        labels = months_shown(plans.plan(actor, found).periods)[1:]
        return ThroughForm(self.sent(), periods=enumerate(labels, 1))

    def act(self, actor: User, found: PlanRun, form: ThroughForm, /) -> HttpResponse:
        """Make the drafts."""
        made = services.hand_over(actor=actor, run=found, through=form.through(), why=form.why())
        told = ngettext("%(count)s draft campaign was made.", "%(count)s draft campaigns were made.", len(made))
        self.done(told % {"count": len(made)})
        return redirect("execution:campaigns")
