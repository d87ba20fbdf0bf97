"""What may be read of campaigns: who has the right ``view_runs`` sees each, and of its stock what lies in scope."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, ExpressionWrapper, F, FloatField, Max, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from rasr.node.execution.models import Campaign, CampaignState, Consignment, DraftedStock
from rasr.node.people import rights
from rasr.node.people.histories import uuid_of
from rasr.node.people.models import User
from rasr.node.people.scopes import scope_of
from rasr.node.places.models import Jurisdiction, Site
from rasr.node.plan import queries as plans
from rasr.node.records.models import Holding, Line

Actor = User | AnonymousUser
VIEW = "view_runs"


def campaigns(actor: Actor) -> QuerySet[Campaign]:
    """Every campaign, with line_name (of the line's site), planned_kg, found_kg, undeclared (records of its stock).

    Raises PermissionDenied without the right ``view_runs``.
    """
    rights.require(actor, VIEW)
    name = Line.objects.filter(pk=OuterRef("line_id")).values("site__name")[:1]
    own = Consignment.objects.filter(campaign=OuterRef("pk")).values("campaign")
    stock = DraftedStock.objects.filter(consignment__campaign=OuterRef("pk")).values("consignment__campaign")
    undeclared = Count("pk", filter=Q(batch__declared_surplus_ref=None))
    return Campaign.objects.select_related("run", "made_by", "dropped_by").annotate(
        line_name=Subquery(name),
        planned_kg=Subquery(own.annotate(sum=Sum("planned_kg")).values("sum")),
        found_kg=Coalesce(Subquery(stock.annotate(sum=Sum("mass_kg")).values("sum")), 0.0, output_field=FloatField()),
        undeclared=Coalesce(Subquery(stock.annotate(count=undeclared).values("count")), 0),
    )


def campaign(actor: Actor, campaign_id: UUID) -> Campaign:
    """One campaign. Raises PermissionDenied; Campaign.DoesNotExist."""
    return campaigns(actor).get(pk=campaign_id)


def drafts() -> QuerySet[Campaign]:
    """Every campaign that is a draft."""
    return Campaign.objects.filter(state=CampaignState.DRAFT)


def consignments(actor: Actor, found: Campaign) -> QuerySet[Consignment]:
    """What each pool is to send, with site_name, whose (the jurisdiction), found_kg, unit_kg.

    unit_kg: mass of the heaviest unit that was drafted, 0 where none was. Raises PermissionDenied likewise.
    """
    rights.require(actor, VIEW)
    name = Site.objects.filter(pk=OuterRef("origin_id")).values("name")[:1]
    found_kg = Coalesce(Sum("stock__mass_kg"), 0.0, output_field=FloatField())
    whose = Jurisdiction.objects.filter(pk=OuterRef("jurisdiction_id")).values("name")[:1]
    each_kg = ExpressionWrapper(F("stock__mass_kg") / F("stock__quantity"), output_field=FloatField())
    return found.consignments.annotate(
        site_name=Subquery(name), whose=Subquery(whose), found_kg=found_kg, unit_kg=Coalesce(Max(each_kg), 0.0)
    )


def stock(actor: Actor, found: Campaign) -> QuerySet[DraftedStock]:
    """The stock drafted for a campaign that lies in scope, with held: how much of it lies there now.

    Raises PermissionDenied likewise.
    """
    rights.require(actor, VIEW)
    rows = DraftedStock.objects.filter(scope_of(actor).stores("store__"), consignment__campaign=found)
    there = Holding.objects.filter(batch=OuterRef("batch"), store=OuterRef("store")).order_by().values("batch")
    return rows.select_related("batch__article", "store__site", "consignment").annotate(
        held=Subquery(there.annotate(sum=Sum("quantity")).values("sum"))
    )


def techniques(actor: Actor, found: Campaign) -> dict[str, list[str]]:
    """By which techniques the plan works each family on the line in that period."""
    processing = plans.table(actor, found.run, "joint", "processing")
    if processing is None:
        return {}
    told: dict[str, set[str]] = {}
    for row in processing.iter_rows(named=True):
        if (row["line_id"], row["period"]) == (found.line_id, found.period) and row["mass_kg"] > 0:
            told.setdefault(row["family"], set()).add(row["technique"])
    return {family: sorted(names) for family, names in told.items()}


def opens_line(actor: Actor, found: Campaign) -> bool:
    """Whether the plan opens the line, which is not there until then."""
    openings = plans.table(actor, found.run, "joint", "openings")
    return openings is not None and ("line", found.line_id) in openings.select("kind", "id").rows()


def told_of(actor: User, row_id: str) -> str | None:
    """How a campaign is called, as its history is headed; None where the actor does not see it."""
    found = Campaign.objects.filter(pk=uuid_of(row_id)).first() if rights.may(actor, VIEW) else None
    return str(found) if found else None
