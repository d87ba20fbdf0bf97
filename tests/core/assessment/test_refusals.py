"""What the engine refuses it refuses in a sentence that names the quantity, its limits, and what there is instead."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import pytest
from tests.core.assessment.made_situation import sited, stores
from tests.core.assessment.test_safeguarding import FULL, S

from rasr.core.assessment.explosives import accidents, ageing, airblast, distances, fire, fragments, glass
from rasr.core.assessment.explosives.consequence import harm
from rasr.core.assessment.explosives.constants import constant
from rasr.core.assessment.explosives.contours import Sources, contours
from rasr.core.assessment.explosives.equivalence import tnt_kg
from rasr.core.assessment.explosives.felt import felt
from rasr.core.assessment.explosives.likelihood import events_per_year
from rasr.core.assessment.explosives.marginal import Change, changed
from rasr.core.assessment.explosives.rule_checks import constructions, exposed_kinds
from rasr.core.assessment.explosives.rule_sets import shipped
from rasr.core.assessment.explosives.safeguarding import may_build
from rasr.core.basis.findings import Refused
from rasr.core.reference import loader

DAYS = [date(2000, 1, 1), date(2010, 1, 1)]
EXPOSED, BUILT = ", ".join(exposed_kinds()), ", ".join(constructions())
RECORDED = "inhabited_building, vulnerable_building, public_traffic_route, workshop, open_air"
DIVISIONS = "1.1, 1.2, 1.2.1, 1.2.2, 1.2.3, 1.3, 1.3.1, 1.3.2, 1.4, 1.5, 1.6, not_applicable"
FULL_BLAST = "kingery_bulmash_1984_full"


def asked(rules: str = "aastp-1", hd: str = "1.1", kg: float = 1.0, to: str = "workshop", **more: Any) -> None:
    distances.required_distance(rules, hd, kg, to, **more)


def moved(
    store_id: str = "S0", group: str = "hd11", kg: float = 0.0, north: float | None = None, east: float | None = None
) -> None:
    changed(stores(sited([100.0]), [1000.0]), [Change(store_id, {group: kg}, north, east)])


@pytest.mark.parametrize(
    ("ask", "sentence"),
    [
        (
            lambda: airblast.airblast(1.0, 9.0, method="guess"),
            "There is no method of airblast named guess. There are: kingery-bulmash, swisdak, swisdak-english.",
        ),
        (
            lambda: airblast.airblast(1.0, 9.0, geometry="cubic"),
            "There is no geometry of airblast named cubic. There are: hemispherical, spherical.",
        ),
        (
            lambda: airblast.branches_of("incident_pressure", airblast.Curves("one", "two")),
            f"There is no set of airblast coefficients named one two. There are: {FULL_BLAST} "
            f"hemispherical_surface_burst, {FULL_BLAST} spherical_free_air, swisdak_1994 hemispherical_surface_burst, "
            "swisdak_1994_english hemispherical_surface_burst.",
        ),
        (
            lambda: airblast.pressure_and_impulse(1.0, [1.0, 41.00001]),
            "The scaled distance Z must be between 0.0674 and 40.0 m/kg^(1/3); it is 41.0.",
        ),
        (
            lambda: airblast.pressure_and_impulse([1.0, 0.0], [1.0, -2.0]),
            "The mass in kg must be a number above 0; it is 0.0.",
        ),
        (
            lambda: airblast.pressure_and_impulse(1.0, [1.0, -2.0]),
            "The distance in m must be a number above 0; it is -2.0.",
        ),
        (
            lambda: airblast.distance_to_pressure_m([1.0, -3.0], 9.0),
            "The mass in kg must be a number above 0; it is -3.0.",
        ),
        (
            lambda: airblast.distance_to_pressure_m(1.0, [9.0, 1.5]),
            "The pressure must be between 2.363 and 55440.0 kPa; it is 1.5.",
        ),
        (
            lambda: accidents.implied_yield_kg("destroyed", 0.0),
            "The radius in m must be a number above 0; it is 0.0.",
        ),
        (
            lambda: accidents.implied_yield_kg("gone", 1.0),
            "There is no word for damage named gone. There are: destroyed, damaged, glass_broken.",
        ),
        (
            lambda: ageing.trend(DAYS, [1.0, 0.9]).reaches(0.3, 1.0),
            "The confidence must be between 0 and 1 ; it is 1.0.",
        ),
        (
            lambda: ageing.trend(DAYS, [1.0, 100.5]),
            "The stabiliser content must be between 0 and 100 %; it is 100.5.",
        ),
        (
            lambda: ageing.trend(DAYS, [1.0, 0.9], [0.1, 0.0]),
            "The spread of a test in % must be a number above 0; it is 0.0.",
        ),
        (
            lambda: ageing.trend(DAYS[:1] * 2, [1.0, 0.9]),
            "A trend of the stabiliser is not available: it needs tests of two days or more",
        ),
        (lambda: harm("school", 1.0, 1.0), f"There is no kind of exposed site named school. There are: {RECORDED}."),
        (lambda: felt(np.nan, 1.0), "The mass must be between 0 and inf kg; it is nan."),
        (lambda: felt(1.0, np.nan), "The distance must be between 0 and inf m; it is nan."),
        (
            lambda: constant("pi"),
            "There is no constant named pi. There are: ambient_pressure, body_mass, hazardous_fragment_area, "
            "person_area, persons_per_vehicle, road_speed, tnt_factor.",
        ),
        (
            lambda: contours(Sources(*np.zeros((4, 0))), [1e-6, 0.0]),
            "A level of individual risk must be a number above 0; it is 0.0.",
        ),
        (lambda: tnt_kg("TNT", [1.0, -1.0]), "The mass in kg must be a number above 0; it is -1.0."),
        (
            lambda: tnt_kg("ANFO", 1.0),
            "There is no explosive with a TNT equivalence named ANFO. There are: Amatol, Composition B, Composition C3,"
            " Composition C4, HMX, Octol 75/25, PETN, RDX, Cyclotol 60/40, Tetryl, TNT, Tritonal.",
        ),
        (
            lambda: fire.fire_reach("open_air", 1.0),
            "A distance for open_air from the fire of hazard division 1.3 is not available: "
            "no source at hand says which thermal function serves it",
        ),
        (lambda: fire.function_reach_m("TD01", np.nan), "The NEQ must be between 0 and inf kg; it is nan."),
        (
            lambda: fragments.danger_area_row("far"),
            "There is no danger area named far. There are: bare_explosive, fragmenting_access_denied, "
            "fragmenting_public_access.",
        ),
        (
            lambda: fragments.danger_area_m("bare_explosive", 0.0),
            "The all-up weight in kg must be a number above 0; it is 0.0.",
        ),
        (
            lambda: fragments.hazardous_fragment_distance_m([5.0, 0.0]),
            "The number of hazardous fragments must be a number above 0; it is 0.0.",
        ),
        (
            lambda: fragments.hit_share(-1.0, 1.0),
            "The number of hazardous fragments must be a number above 0; it is -1.0.",
        ),
        (lambda: fragments.hit_share(1.0, [2.0, 0.0]), "The distance in m must be a number above 0; it is 0.0."),
        (
            lambda: glass.glass_shares(1.5, 100.0, 0.5, 8.0),
            "The share of glass in the walls must be between 0 and 1 ; it is 1.5.",
        ),
        (
            lambda: glass.glass_shares(0.5, 100.0, [0.5, -0.5], 8.0),
            "The share of panes that break must be between 0 and 1 ; it is -0.5.",
        ),
        (
            lambda: glass.glass_shares(0.5, 0.0, 0.5, 8.0),
            "The floor in m2 must be a number above 0; it is 0.0.",
        ),
        (
            lambda: glass.glass_shares(0.5, 100.0, 0.5, np.inf),
            "The scaled distance must be a number above 0; it is inf.",
        ),
        (
            lambda: events_per_year([1.0], "oracle"),
            "There is no event frequency method named oracle. There are: amrisk_storage.",
        ),
        (lambda: asked(kg=0.0), "The NEQ in kg must be a number above 0; it is 0.0."),
        (lambda: asked(mce_kg=np.inf), "The MCE in kg must be a number above 0; it is inf."),
        (lambda: asked("martian"), "There is no rule set named martian. There are: aastp-1, generic."),
        (lambda: asked(hd="1.7"), f"There is no hazard division named 1.7. There are: {DIVISIONS}."),
        (lambda: asked(to="school"), f"There is no kind of exposed site named school. There are: {EXPOSED}."),
        (lambda: asked(pes="shed"), f"There is no kind of potential explosion site named shed. There are: {BUILT}."),
        (
            lambda: asked(pes_face="top"),
            "There is no face of the potential explosion site named top. There are: front, side, rear.",
        ),
        (
            lambda: asked(exposure_face="top"),
            "There is no face of the exposed site named top. There are: front, side, rear.",
        ),
        (
            lambda: asked(to="open_air"),
            "A distance for open_air from hazard division 1.1 by aastp-1 is not available: "
            "the distance functions name none for people in the open",
        ),
        (
            lambda: asked(hd="1.2"),
            "A distance for workshop from hazard division 1.2 by aastp-1 is not available: "
            "division 1.2 is sited as 1.2.1, 1.2.2 or 1.2.3; name which",
        ),
        (
            lambda: asked(hd="not_applicable"),
            "A distance for workshop from hazard division not_applicable by aastp-1 is not available: "
            "what holds no explosive asks for none",
        ),
        (lambda: asked(kg=6e5), "The quantity of BD18 must be between 1.0 and 500000.0 kg; it is 600000.0."),
        (
            lambda: distances.greatest_neq("aastp-1", "1.1", np.inf, "workshop"),
            "The distance in m must be a number above 0; it is inf.",
        ),
        (
            lambda: distances.greatest_neq("aastp-1", "1.1", 10.0, "open_air"),
            "A quantity for open_air and hazard division 1.1 by aastp-1 is not available: "
            "the distance functions name none for people in the open",
        ),
        (
            lambda: distances.for_content("aastp-1", {"1.1": 0.0}, "workshop"),
            "The NEQ in kg must be a number above 0; it is 0.0.",
        ),
        (
            lambda: distances.distance_m("K9000", 1.0),
            f"There is no distance function named K9000. There are: {', '.join(sorted(shipped().functions))}.",
        ),
        (lambda: moved("none"), "There is no store named none. There are: 1 stores."),
        (lambda: moved(group="hd9"), "There is no hazard group named hd9. There are: hd11, hd12, hd13, hd14."),
        (lambda: moved(kg=-1001.0), "The quantity added must be between -1000.0 and inf kg; it is -1001.0."),
        (
            lambda: moved("S0", "hd11", 0.0, 41.0),
            "The longitude must be between -180.0 and 180.0 deg; it is none.",
        ),
        (
            lambda: moved("S0", "hd11", 0.0, 90.5, 0.0),
            "The latitude must be between -90.0 and 90.0 deg; it is 90.5.",
        ),
        (
            lambda: may_build("school", 42.0, 20.0, S, FULL),
            f"There is no kind of exposed site named school. There are: {EXPOSED}.",
        ),
        (
            lambda: may_build("workshop", 90.5, 20.0, S, FULL),
            "The latitude must be between -90.0 and 90.0 degrees; it is 90.5.",
        ),
        (
            lambda: may_build("workshop", 42.0, -180.5, S, FULL),
            "The longitude must be between -180.0 and 180.0 degrees; it is -180.5.",
        ),
    ],
)
def test_a_refusal_says_in_full_what_is_wrong(ask: Callable[[], object], sentence: str) -> None:
    with pytest.raises(Refused) as refused:
        ask()
    assert loader.say(refused.value.code, refused.value.numbers) == sentence


def test_what_lies_on_a_limit_is_not_refused() -> None:
    may_build("workshop", 90.0, 180.0, S, FULL)
    may_build("workshop", -90.0, -180.0, S, FULL)
    moved("S0", "hd11", -1000.0, 90.0, -180.0)
    ageing.trend(DAYS, [100.0, 0.0])
    glass.glass_shares(1.0, 100.0, 0.0, 8.0)
    glass.glass_shares(0.0, 100.0, 1.0, 8.0)
    asked(kg=5e5)
