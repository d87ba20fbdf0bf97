"""RASR: know what is held, see what could explode or leak, plan together what to make safe first, and prove it.

    import rasr
    region = rasr.Region.read("see.xlsx")
    findings = region.check()
    danger = rasr.assess(region)
    plan = rasr.plan(region, danger)
    rasr.report.write(plan, "out")
    wave = rasr.airblast(1000.0, [50.0, 100.0])
    area_m = rasr.explosives.fragments.danger_area_m  # and the other methods, one module each

Everything is loaded when it is first asked for, so that ``rasr --help`` answers at once.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.1.0"
_PLACES = {
    "Region": "rasr.core.records.region",
    "Assessment": "rasr.core.assessment.assess",
    "Plan": "rasr.core.plan.result",
    "Finding": "rasr.core.basis.findings",
    "Refused": "rasr.core.basis.findings",
    "airblast": "rasr.core.assessment.explosives.airblast",
    "assess": "rasr.facade",
    "explosives": "rasr.explosives",
    "plan": "rasr.facade",
    "report": "rasr.report",
    "security": "rasr.security",
}
__all__ = [
    "Assessment",
    "Finding",
    "Plan",
    "Refused",
    "Region",
    "airblast",
    "assess",
    "explosives",
    "plan",
    "report",
    "security",
]


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module 'rasr' has no attribute '{name}'")
    module = import_module(_PLACES[name])
    return module if module.__name__ == f"rasr.{name}" else getattr(module, name)


def __dir__() -> list[str]:
    return sorted(__all__)
