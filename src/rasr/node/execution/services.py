"""Plans are handed over here: an approved plan becomes draft campaigns, which are dropped again until they are ordered.

    hand_over(actor=planner, run=run, through=1, why=Why("For the autumn.", "en"))

A draft orders nothing, moves nothing and reserves nothing: it says which stock the plan means, as the register is now.
"""

from __future__ import annotations

from uuid import UUID

import polars as pl
from django.db import transaction
from django.utils import timezone

from rasr.core.basis.findings import Refused
from rasr.core.execution.drafting import drafted
from rasr.node.execution import bridge, queries
from rasr.node.execution.models import Campaign, CampaignState, DraftedStock
from rasr.node.people import trail
from rasr.node.people.models import User
from rasr.node.people.rights import require
from rasr.node.plan import queries as plans
from rasr.node.plan.models import PlanApproval, PlanRun
from rasr.node.records.bridge import read_moment
from rasr.node.records.lots.told import Why

RIGHT = "plan"
TABLE = Campaign._meta.db_table


def hand_over(*, actor: User, run: PlanRun, through: int, why: Why) -> list[Campaign]:
    """Draft the campaigns of the first periods of a plan, all or nothing; those that stand already are kept.

    through: the last of those periods, from 1. Drafts of any other plan are dropped, since this one takes their place.
    Raises PermissionDenied; Refused: plan_not_approved.
    """
    require(actor, RIGHT)
    pools, shipments = plans.pools(actor, run), plans.table(actor, run, "joint", "shipments")
    periods = plans.table(actor, run, "joint", "periods")
    assert shipments is not None, "every plan keeps them"
    assert periods is not None, "every plan keeps them"
    tables, _ = read_moment()
    with transaction.atomic():
        approved = list(PlanApproval.objects.select_for_update().order_by("pk"))  # one hands over at a time
        if run.pk not in {approval.pk for approval in approved}:
            raise Refused("plan_not_approved")
        for former in queries.drafts().exclude(run=run).select_for_update(of=("self",)):
            _drop(actor, former, why)
        new = _not_drafted(shipments.filter(pl.col("period") <= through), run)
        told = drafted(new, bridge.stock_to_draft(tables))
        made = bridge.keep_campaigns(actor, run, periods, pools, new, told)
        for campaign in made:
            after = {"run": str(run.pk), "line_id": campaign.line_id, "starts_on": campaign.starts_on.isoformat()}
            _record(actor, "campaign.draft", campaign, why, after)
    return made


def drop(*, actor: User, campaign_id: UUID, why: Why) -> Campaign:
    """Drop a draft. Raises PermissionDenied; Campaign.DoesNotExist, also where it is no draft any more."""
    require(actor, RIGHT)
    with transaction.atomic():
        found = queries.drafts().select_for_update(of=("self",)).get(pk=campaign_id)
        _drop(actor, found, why)
    return found


def find_anew(*, actor: User, campaign_id: UUID, why: Why) -> Campaign:
    """Find the stock of a draft again, as the register is now. Raises as ``drop``."""
    require(actor, RIGHT)
    tables, _ = read_moment()
    with transaction.atomic():
        found = queries.drafts().select_for_update(of=("self",)).get(pk=campaign_id)
        DraftedStock.objects.filter(consignment__campaign=found).delete()
        wanted = bridge.shipments_of(found)
        bridge.keep_stock(drafted(wanted, bridge.stock_to_draft(tables)), found.consignments.all())
        _record(actor, "campaign.find", found, why)
    return found


def _not_drafted(shipments: pl.DataFrame, run: PlanRun) -> pl.DataFrame:
    """The shipments of which no draft stands."""
    standing = queries.drafts().filter(run=run).values_list("line_id", "period")
    schema = shipments.select("line_id", "period").schema
    return shipments.join(pl.DataFrame(list(standing), schema, orient="row"), on=["line_id", "period"], how="anti")


def _drop(actor: User, campaign: Campaign, why: Why) -> None:
    campaign.state = CampaignState.DROPPED
    campaign.dropped_by, campaign.dropped_at = actor, timezone.now()
    campaign.dropped_why, campaign.dropped_why_language = why.text, why.language
    campaign.save(update_fields=["state", "dropped_by", "dropped_at", "dropped_why", "dropped_why_language"])
    _record(actor, "campaign.drop", campaign, why)


def _record(actor: User, act: str, campaign: Campaign, why: Why, after: dict[str, str] | None = None) -> None:
    trail.record(
        actor=actor,
        act=act,
        table=TABLE,
        row_id=campaign.pk,
        after=after,
        reason=why.text,
        reason_language=why.language,
    )
