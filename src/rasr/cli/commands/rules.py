"""``rasr blast`` and ``rasr distance``: one figure with its formula, edition and status."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import asdict

from rasr.cli.say import Say
from rasr.core.assessment.explosives import airblast, distances


def blast(args: Namespace, say: Say) -> int:
    """Airblast at one distance."""
    found = airblast.blast(args.mass_kg, args.distance_m)
    values = asdict(found)
    rows = [(name, _told(value)) for name, value in values.items()]
    say.table(f"Airblast of {args.mass_kg:g} kg TNT at {args.distance_m:g} m", ("figure", "value"), rows)
    say.result(**values)
    return 0


def _told(value: float | str | None) -> str:
    if value is None:
        return "outside its limits"
    return value if isinstance(value, str) else f"{value:.4g}"


def distance(args: Namespace, say: Say) -> int:
    """The distance the rules require."""
    found = distances.required_distance(
        args.rules, args.hd, args.neq_kg, args.exposure, args.pes, args.mce_kg, args.barricaded
    )
    say.line(f"{found.distance_m} m by {found.function} ({found.quantity}), {found.edition}; status: {found.status}")
    say.line(found.note)
    say.result(**asdict(found))
    return 0
