"""Names of the codes that the contracts allow, for people: what a store is built as, how a thing is destroyed.

>>> str(name("technique", "melt_out")), str(name("condition", "B")), name("family", "of_my_own")
('Melting out', 'B, suspended', 'of my own')
"""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from rasr.core.reference import loader
from rasr.node.web.languages import texts

Name = str | Promise
ruled = _
"""Translates what stands in rule data, where the collector of texts finds it."""
NAMES: dict[str, dict[str, Name]] = {
    "kind": {
        "defence": _("Defence"),
        "interior": _("Interior"),
        "police": _("Police"),
        "customs": _("Customs"),
        "commission": _("Commission"),
        "company": _("Company"),
        "other": _("Other"),
        "depot": _("Depot"),
        "police_storage": _("Police storage"),
        "evidence_room": _("Evidence room"),
        "armoury": _("Armoury"),
        "disposal_facility": _("Disposal facility"),
        "hotspot": _("Hotspot"),
        "inhabited_building": _("Inhabited building"),
        "vulnerable_building": _("Vulnerable building"),
        "public_traffic_route": _("Public traffic route"),
        "workshop": _("Workshop"),
        "open_air": _("Open air"),
    },
    "construction": {
        "earth_covered_magazine": _("Earth-covered magazine"),
        "heavy_walled_magazine_protective_roof": _("Heavy walls, protective roof"),
        "heavy_walled_magazine_aperture": _("Heavy walls with an opening"),
        "heavy_walled_magazine_light_roof": _("Heavy walls, light roof"),
        "medium_walled_magazine_barricaded": _("Medium walls, barricaded"),
        "medium_walled_magazine_unbarricaded": _("Medium walls, not barricaded"),
        "open_stack_barricaded": _("Open stack, barricaded"),
        "open_stack_unbarricaded": _("Open stack, not barricaded"),
        "unknown": _("Unknown"),
    },
    "activity": {
        "storage": _("Storage"),
        "inspection": _("Inspection"),
        "maintenance": _("Maintenance"),
        "handling": _("Handling"),
        "disposal": _("Disposal"),
        "transport": _("Transport"),
        "processing": _("Processing"),
        "opening": _("Opening of lines"),
        "security": _("Security works"),
        "all": _("All"),
    },
    "family": {
        "small_arms": _("Small arms"),
        "light_weapons": _("Light weapons"),
        "heavy_weapons": _("Heavy weapons"),
        "manpads": _("Man-portable air defence"),
        "guided_missile": _("Guided missiles"),
        "small_calibre": _("Small calibre"),
        "medium_calibre": _("Medium calibre"),
        "large_calibre": _("Large calibre"),
        "mortar": _("Mortar"),
        "rocket": _("Rockets"),
        "grenade": _("Grenades"),
        "mine": _("Mines"),
        "aerial_bomb": _("Aerial bombs"),
        "cluster": _("Cluster munitions"),
        "white_phosphorus": _("White phosphorus"),
        "pyrotechnic": _("Pyrotechnics"),
        "initiator": _("Initiators"),
        "propellant": _("Propellants"),
        "liquid_propellant": _("Liquid propellants"),
        "bulk_explosive": _("Bulk explosives"),
        "component": _("Components"),
        "all": _("All"),
    },
    "unit": {"piece": _("piece"), "gram": _("gram")},
    "condition": {
        "A": _("A, serviceable"),
        "B": _("B, suspended"),
        "C": _("C, to inspect or repair"),
        "D": _("D, for disposal"),
    },
    "purpose": {
        "operational": _("Operational"),
        "war_reserve": _("War reserve"),
        "training": _("Training"),
        "experimental": _("Experimental"),
        "awaiting_disposal": _("Awaiting disposal"),
        "confiscated": _("Confiscated"),
        "surrendered": _("Surrendered"),
        "evidence": _("Evidence"),
    },
    "quantity_basis": {
        "counted": _("Counted"),
        "weighed": _("Weighed"),
        "book": _("From the books"),
        "estimated": _("Estimated"),
    },
    "relation": {"worker": _("Worker"), "related": _("Related to the site"), "public": _("Public")},
    "status": {
        "existing": _("Existing"),
        "proposed": _("Proposed"),
        "mobile": _("Mobile"),
        "not_covered": _("not covered"),
        "nothing_near": _("nothing near"),
    },
    "technique": {
        "open_burning": _("Open burning"),
        "open_detonation": _("Open detonation"),
        "incineration": _("Incineration"),
        "disassembly": _("Disassembly"),
        "reverse_assembly": _("Reverse assembly"),
        "melt_out": _("Melting out"),
        "cutting": _("Cutting"),
        "smelting": _("Smelting"),
        "contained_detonation": _("Contained detonation"),
        "recycling": _("Recycling"),
        "chemical_conversion": _("Chemical conversion"),
    },
    "stability_band": {
        "serviceable": _("Serviceable"),
        "suspect": _("Suspect"),
        "disposal": _("For disposal"),
        "unknown": _("Unknown"),
    },
    "severity": {"error": _("Error"), "warning": _("Warning"), "note": _("Note"), "refused": _("Refused")},
    "state": {
        "waiting": _("Waiting"),
        "running": _("Running"),
        "done": _("Done"),
        "failed": _("Failed"),
        "cancelled": _("Cancelled"),
    },
    "hazard_division": {"not_applicable": _("Not applicable")},
    "compatibility_group": {"not_applicable": _("Not applicable")},
    "risk_scope": {"site": _("Site"), "jurisdiction": _("Jurisdiction"), "all": _("All")},
    "risk_basis": {"individual": _("One person"), "group": _("All of them together")},
    "risk_standing": {"above": _("above"), "unsure": _("not sure"), "below": _("below")},
    "solved": {"nothing_possible": _("nothing can be done"), "no_plan_exists": _("no plan meets the deadlines")},
    "verdict": {"yes": _("yes"), "not_distinguishable": _("not distinguishable"), "no": _("no")},
    "standing": {"in": _("in it"), "open": _("open"), "out": _("not in it")},
    "scenario": {"as_it_is": _("As it is")},
    "plan_reason": {row["reason"]: ruled(row["sentence"]) for row in loader.rows("plan_reasons.csv")},
    "scarce": {
        "fund": _("Money of a fund"),
        "money": _("Money for an activity"),
        "line": _("Time on a line"),
        "line_neq": _("Explosive limit of a line"),
        "loading": _("Loading of a site"),
    },
    "scarce_unit": {"million EUR": _("a million EUR"), "working day": _("a working day"), "t": _("a tonne")},
    "opened": {"line": _("Line"), "corridor": _("Corridor"), "work": _("Security works")},
    "criterion": {
        "dod_individual_worker": _("US DoD: one worker"),
        "dod_individual_public": _("US DoD: one of the public"),
        "dod_group_worker": _("US DoD: all workers, to be lowered above it"),
        "dod_group_worker_need": _("US DoD: all workers, above it only in national need"),
        "dod_group_public": _("US DoD: all of the public, to be lowered above it"),
        "dod_group_public_need": _("US DoD: all of the public, above it only in national need"),
        "uk_intolerable_worker": _("UK HSE: intolerable for a worker"),
        "uk_intolerable_public": _("UK HSE: intolerable for one of the public"),
        "uk_broadly_acceptable": _("UK HSE: broadly acceptable"),
    },
}
"""Column of a contract (or a list of codes of the node) to code to name."""
SENTENCES = frozenset({"plan_reason"})
"""Groups whose names are sentences: a column of them wants room."""
NAMES["exposed"] = NAMES["kind"] | NAMES["construction"]
"""What is exposed to a store: an exposed site by its kind, or another store by its construction."""


def name(group: str, code: str | None) -> Name:
    """The name of a code: of this table, else of the report's texts; a code of the user's own is shown as it is."""
    if code is None or code == "":
        return "–"
    known = NAMES.get(group, {}).get(code)
    return known if known is not None else texts().label(group, code)


def choices(group: str) -> list[tuple[str, Name]]:
    """The codes of a group with their names, as a form takes them."""
    return list(NAMES[group].items())
