"""Names of the columns of an assessment's tables as people read them, with the unit in which they are shown.

>>> kind_of("neq_hd11_kg"), kind_of("nearest_m"), kind_of("family")
('tonnes', 'meters', None)
"""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

HEADINGS: dict[str, str | Promise] = {
    "rank": _("Rank"),
    "store_id": _("Store"),
    "site_id": _("Site"),
    "jurisdiction_id": _("Jurisdiction"),
    "name": _("Name"),
    "origin_id": _("Origin"),
    "pool_id": _("Pool"),
    "stock_id": _("Record"),
    "construction": _("Construction"),
    "latitude_deg": _("Latitude, °"),
    "longitude_deg": _("Longitude, °"),
    "sites": _("Sites"),
    "stores": _("Stores"),
    "stores_short": _("Stores where it is not kept"),
    "mass_kg": _("Mass, t"),
    "neq_kg": _("NEQ, t"),
    "pieces": _("Pieces"),
    "quantity": _("Quantity"),
    "neq_event_kg": _("NEQ of the event, t"),
    "neq_event_known_kg": _("of it of a known explosive, t"),
    "tnt_event_kg": _("the event as TNT, t"),
    "event_neq_kg": _("NEQ that takes part in the event, t"),
    "neq_not_modelled_kg": _("NEQ not modelled, t"),
    "neq_hd11_kg": _("NEQ of division 1.1, t"),
    "neq_hd12_kg": _("NEQ of division 1.2, t"),
    "neq_hd13_kg": _("NEQ of division 1.3, t"),
    "neq_hd14_kg": _("NEQ of division 1.4, t"),
    "events_per_year": _("Events per year"),
    "events_per_year_low": _("Events per year, low"),
    "events_per_year_high": _("Events per year, high"),
    "fatalities_per_event": _("Fatalities per event"),
    "fatalities_per_event_low": _("Fatalities per event, low"),
    "fatalities_per_event_high": _("Fatalities per event, high"),
    "fatalities_per_year": _("Expected fatalities per year"),
    "fatalities_per_year_low": _("Expected fatalities per year, low"),
    "fatalities_per_year_high": _("Expected fatalities per year, high"),
    "low": _("Low"),
    "high": _("High"),
    "fatalities_per_event_worker": _("Fatalities per event, workers"),
    "fatalities_per_event_related": _("Fatalities per event, related to the site"),
    "fatalities_per_event_public": _("Fatalities per event, public"),
    "persons_in_ibd": _("Persons inside the inhabited building distance"),
    "required_ibd_m": _("Inhabited building distance, m"),
    "nearest_inhabited_m": _("Nearest inhabited building, m"),
    "licence_share": _("Use of the licence, %"),
    "diversion_index": _("Diversion index"),
    "exposures_without_persons": _("Exposed sites without persons"),
    "records": _("Records"),
    "records_without_mass": _("Records without mass"),
    "records_without_neq": _("Records without NEQ"),
    "mass_blind_share": _("Records without mass, %"),
    "neq_blind_share": _("Records without NEQ, %"),
    "exposure_kind": _("Exposed site"),
    "function": _("Distance function"),
    "required_m": _("Required distance, m"),
    "nearest_m": _("Nearest, m"),
    "exposures_inside": _("Exposed sites inside"),
    "persons_inside": _("Persons inside"),
    "status": _("Status"),
    "family": _("Family"),
    "stability_band": _("Stability"),
    "destroy_by": _("Destroy by"),
    "reason": _("Reason"),
    "reasons": _("Reasons"),
    "method": _("Method"),
    "edition": _("Edition"),
    "source": _("Source"),
    "note": _("Note"),
    "share": _("Share of all danger, %"),
}
"""Column to its name."""
_ENDS: dict[str, str | Promise] = {"low": _("low"), "high": _("high")}
_RISK: dict[str, str | Promise] = {
    "tnt_kg": _("What goes up, with neighbours, t of TNT"),
    "fatalities_per_event": _("Fatalities per event"),
    "fatalities_per_year": _("Expected fatalities per year"),
    "major_injuries_per_event": _("Major injuries per event"),
    "major_injuries_per_year": _("Expected major injuries per year"),
    "minor_injuries_per_event": _("Minor injuries per event"),
    "minor_injuries_per_year": _("Expected minor injuries per year"),
    "fatalities_per_event_day": _("Fatalities per event by day"),
    "fatalities_per_event_night": _("Fatalities per event by night"),
    "fatalities_per_year_worker": _("Expected fatalities per year, workers"),
    "fatalities_per_year_related": _("Expected fatalities per year, related to the site"),
    "fatalities_per_year_public": _("Expected fatalities per year, public"),
    "individual_per_year_worker": _("Risk of the most exposed worker per year"),
    "individual_per_year_related": _("Risk of the most exposed person related to the site per year"),
    "individual_per_year_public": _("Risk of the most exposed of the public per year"),
    "avoided_per_year_by_a_tonne": _("Fatalities per year avoided by a tonne less"),
    "events_per_year": _("Events per year"),
}
"""Figures of the risk that have a low and a high."""
HEADINGS |= {
    "scope": _("Of"),
    "id": _("Which"),
    "drawn_mean": _("Mean of the draws"),
    "drawn_p05": _("5 % of the draws are below"),
    "drawn_p50": _("Half of the draws are below"),
    "drawn_p95": _("95 % of the draws are below"),
    "among_ten_worst": _("Probability of being among the ten worst, %"),
    "fatalities_at_least": _("Fatalities at least"),
    "criterion": _("Criterion"),
    "basis": _("Of whom"),
    "value": _("Value"),
    "limit_per_year": _("Limit per year"),
    "standing": _("Stands"),
    **_RISK,
    **{
        f"{name}_{end}": format_lazy("{name}, {end}", name=told, end=word)
        for name, told in _RISK.items()
        for end, word in _ENDS.items()
    },
}

TABLES: dict[str, str | Promise] = {
    "worst": _("The ten worst stores"),
    "by_jurisdiction": _("By jurisdiction"),
    "stores": _("Stores"),
    "sites": _("Sites"),
    "distances": _("Distances"),
    "distances_not_kept": _("Distances by kind of exposed site"),
    "pools": _("What may be planned"),
    "danger_curves": _("Danger over the quantity left"),
    "exclusions": _("Records that no plan may touch"),
    "exclusions_by_reason": _("Records that no plan may touch, by reason"),
    "methods": _("Methods"),
    "risk": _("Risk of each store"),
    "risk_totals": _("Risk in sum"),
    "frequency_number": _("How often so many die"),
    "risk_criteria": _("Risk against criteria"),
}
"""Table to its name."""

GROUPS = {
    "construction": "construction",
    "exposure_kind": "kind",
    "family": "family",
    "stability_band": "stability_band",
    "status": "status",
    "reason": "excluded",
    "scope": "risk_scope",
    "basis": "risk_basis",
    "standing": "risk_standing",
    "criterion": "criterion",
}
"""Column of codes to the group of their names."""
IN_ENGLISH = dict.fromkeys(("method", "edition", "source", "note"), "en")
"""Columns of rule data, which stands in English: names of methods and documents, remarks on them."""
_BY_END = {
    "_kg": "tonnes",
    "tnt_kg_low": "tonnes",
    "tnt_kg_high": "tonnes",
    "among_ten_worst": "percent",
    "_m": "meters",
    "_share": "percent",
    "_deg": "significant:7",
    "persons_in_ibd": "whole",
    "persons_inside": "whole",
}
_DANGERS = (
    *(
        "events_per_year",
        "fatalities_per",
        "major_injuries",
        "minor_injuries",
        "individual_per_year",
        "avoided_per_year",
    ),
    *("drawn_", "limit_per_year"),
)


def kind_of(column: str) -> str | None:
    """How the figures of a column are written (``web.figures``); None: by the type of the column."""
    if column.startswith(_DANGERS) or column in ("low", "high", "value"):
        return "danger"
    if column == "share":
        return "percent"
    return next((kind for end, kind in _BY_END.items() if column.endswith(end)), None)


def kinds_of(columns: Iterable[str]) -> dict[str, str]:
    """The kinds of figures of columns that have one."""
    return {column: kind for column in columns if (kind := kind_of(column)) is not None}
