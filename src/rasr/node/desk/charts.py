"""Data of the charts of sites and stores, in the form that ``web/static/web/charts.js`` takes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl
from django.utils.translation import gettext as _

from rasr.core.basis.units import tonne_from_kg
from rasr.node.desk.queries.store import Limit
from rasr.node.web import figures

POINTS = 21
"""Points of a curve that is drawn, evenly spaced: between the points worked out it is straight by definition."""
ENDS = ("fatalities_per_year", "low", "high")


def curve(points: pl.DataFrame) -> dict[str, Any] | None:
    """Danger against the NEQ left on a site, with its interval; None where the curve is one point or none.

    points: neq_kg rising, fatalities_per_year, low, high.
    """
    if points.height < 2:
        return None
    known_kg = points["neq_kg"].to_numpy()
    neq_kg = np.linspace(float(known_kg[0]), float(known_kg[-1]), POINTS)
    value, low, high = (np.interp(neq_kg, known_kg, points[name].to_numpy()).tolist() for name in ENDS)
    return {
        "periods": [f"{figures.write('tonnes', each)} t" for each in neq_kg],
        "series": [{"name": _("Expected fatalities per year"), "values": value, "low": low, "high": high}],
        "unit": "",
    }


def licence(limits: Sequence[Limit]) -> dict[str, Any] | None:
    """NEQ against the licence by hazard division, in tonnes; None where there is neither."""
    if not limits:
        return None
    return {
        "categories": [limit.hazard_division for limit in limits],
        "series": [
            {"name": _("Held"), "values": [tonne_from_kg(limit.neq_kg) for limit in limits]},
            {
                "name": _("Licence"),
                "values": [None if limit.limit_kg is None else tonne_from_kg(limit.limit_kg) for limit in limits],
            },
        ],
        "unit": "t",
        "stacked": False,
    }
