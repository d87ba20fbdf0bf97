"""What Python users call: the core's functions with the day filled in.

The core takes the day as an argument; here it is the setting starts_on or, where that is empty, today.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from time import monotonic

from rasr.core.assessment import assess as assessment_room
from rasr.core.assessment.assess import Assessment
from rasr.core.plan.options import Options
from rasr.core.plan.planner import plan_alone, plan_both
from rasr.core.plan.result import Plan
from rasr.core.records.region import Region


def day_of(region: Region, as_of: date | None = None) -> date:
    """The day given, else the setting starts_on, else today."""
    return as_of or region.settings.starts_on or date.today()


def assess(region: Region, *, as_of: date | None = None) -> Assessment:
    """How dangerous the region's stock is; see ``rasr.core.assessment.assess``."""
    return assessment_room.assess(region, as_of=day_of(region, as_of))


def plan(
    region: Region,
    danger: Assessment | None = None,
    *,
    as_of: date | None = None,
    alone: bool = False,
    options: Options | None = None,
) -> Plan:
    """The joint plan of the region, or what each jurisdiction can do alone; see ``rasr.core.plan.planner``.

    danger: the assessment of the same region; None assesses it first.
    """
    day = day_of(region, as_of)
    found = danger or assess(region, as_of=day)
    if alone:
        own = plan_alone(region, found, as_of=day, options=options, clock=monotonic)
        return replace(own, region=region, assessment=found)
    both = plan_both(region, found, as_of=day, options=options, clock=monotonic)
    return replace(both.joint, region=region, assessment=found, alone=both.alone)
