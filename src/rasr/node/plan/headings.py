"""Names of the tables of a plan and of their columns, and how their figures are shown."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from rasr.node.plan.queue import LEFT

WHICH: dict[str, Promise] = {"joint": _("The joint plan"), "alone": _("Each jurisdiction alone")}
TABLES: dict[str, Promise] = {
    "shipments": _("Shipments"),
    "processing": _("Processing"),
    "spending": _("Spending"),
    "openings": _("Openings"),
    "danger": _("Danger by site and period"),
    "flows": _("Flows between jurisdictions"),
    "by_jurisdiction": _("By jurisdiction"),
    "periods": _("Periods"),
    "reasons": _("Why each line of the plan"),
    "remaining": _("Why something stays"),
    "prices": _("What is scarce"),
    "certificate": _("Proof of the bound"),
    "changes": _("What decisions by hand change"),
    LEFT: _("What stays, by pool"),
}
"""Kept tables and ``LEFT``, in the order in which they are offered."""
HEADINGS: dict[str, Promise] = {
    "pool_id": _("Pool"),
    "line_id": _("Line"),
    "origin_id": _("Site"),
    "fund_id": _("Fund"),
    "id": _("Line or corridor"),
    "kind": _("Kind"),
    "jurisdiction_id": _("Jurisdiction"),
    "from_jurisdiction_id": _("From jurisdiction"),
    "to_jurisdiction_id": _("To jurisdiction"),
    "family": _("Family"),
    "technique": _("Technique"),
    "activity": _("Activity"),
    "period": _("Period"),
    "starts_on": _("Starts on"),
    "ends_on": _("Ends on"),
    "destroy_by": _("Destroy by"),
    "mass_kg": _("Mass, t"),
    "free_kg": _("Without the decisions, t"),
    "shipped_kg": _("Shipped, t"),
    "left_kg": _("Stays, t"),
    "neq_kg": _("NEQ, t"),
    "cost_eur": _("Cost, thousand EUR"),
    "opening_eur": _("Opening cost, thousand EUR"),
    "amount_eur": _("Amount, thousand EUR"),
    "fatalities_per_year": _("Expected fatalities per year"),
    "low": _("Lower end"),
    "high": _("Upper end"),
    "danger_before": _("Danger before, per year"),
    "danger_after": _("Danger after, per year"),
    "removed_per_year": _("Removed per year"),
    "averted": _("Averted over the horizon"),
    "endangered": _("Endangered on the way and in the line"),
    "averted_per_million_eur": _("Averted per million EUR"),
    "why": _("Why"),
    "why_now": _("Why not sooner"),
    "binds": _("Why it stays"),
    "worth_per_tonne": _("Averted by a tonne"),
    "own_per_tonne": _("Endangered by a tonne"),
    "money_per_tonne": _("Its money would avert elsewhere"),
    "line_per_tonne": _("Its time on the line would avert elsewhere"),
    "line_neq_per_tonne": _("Its explosive limit would avert elsewhere"),
    "loading_per_tonne": _("Its loading would avert elsewhere"),
    "opening_per_tonne": _("What it needs opened would have to avert"),
    "what": _("What"),
    "detail": _("Of which"),
    "unit": _("One more"),
    "averted_per_unit": _("Averted by one more"),
    "rows": _("Rows"),
    "key": _("Row"),
    "pools": _("Pools"),
    "multiplier": _("Multiplier"),
}
AVERTED = (
    "removed_per_year averted endangered averted_per_million_eur worth_per_tonne own_per_tonne money_per_tonne "
    "line_per_tonne line_neq_per_tonne loading_per_tonne opening_per_tonne averted_per_unit"
).split()
KINDS: dict[str, str] = {
    **dict.fromkeys(AVERTED, "danger"),
    **dict.fromkeys(("mass_kg", "free_kg", "shipped_kg", "left_kg", "neq_kg"), "tonnes"),
    **dict.fromkeys(("cost_eur", "opening_eur", "amount_eur"), "thousands"),
    **dict.fromkeys(("fatalities_per_year", "low", "high", "danger_before", "danger_after"), "danger"),
}
GROUPS: dict[str, str] = {
    "family": "family",
    "technique": "technique",
    "activity": "activity",
    "kind": "opened",
    **dict.fromkeys(("why", "why_now", "binds"), "plan_reason"),
    "what": "scarce",
    "unit": "scarce_unit",
}
