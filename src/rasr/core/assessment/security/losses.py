"""Losses on record as rates: events a year, and pieces a year where the record allows it, with intervals.

Events are taken as Poisson: the interval of their rate is exact (Garwood 1936, by chi-square). Pieces of an event are
taken as exponential, so that their sum over n events is a Gamma of shape n and its interval is exact too. Pieces a year
is the product of both; each takes half of what may be missed (Bonferroni), so that the product's interval holds at
least as often as it says. Where the sizes are more uneven than exponential it holds less often.

>>> lost = pl.DataFrame({"site_id": ["S"] * 4, "pieces": [1, 2, 1, 4]})
>>> rates(lost, years=8.0).select("events_per_year", "pieces_per_year").row(0)
(0.5, 1.0)
"""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import chdtri

from rasr.core.assessment.security.weights import constant
from rasr.core.basis.findings import Refused

Floats = NDArray[np.float64]
REASONS = ("no_losses_on_record", "too_few_losses", "pieces_unknown")
"""Why a site has no pieces per year."""


def rates(
    losses: pl.DataFrame, *, years: float, sites: pl.Series | None = None, confidence: float | None = None
) -> pl.DataFrame:
    """By site: events, events_per_year with _low and _high, pieces_per_year with _low and _high, reason.

    losses: site_id, pieces (null: unknown), [recovered_pieces]. years: how long losses have been kept on record.
    sites: every site of that record, those without a loss too; None: those with one. confidence: of the intervals;
    None: the rule data's. Raises Refused: not_above_zero for no years, out_of_range for no confidence.
    """
    if not years > 0:
        raise Refused("not_above_zero", quantity="The years on record", value=years)
    sure = constant("confidence") if confidence is None else confidence
    if not 0 < sure < 1:
        raise Refused("out_of_range", quantity="The confidence", minimum=0, maximum=1, unit="", value=sure)
    recovered = pl.col("recovered_pieces").fill_null(0) if "recovered_pieces" in losses.columns else pl.lit(0)
    gone = (pl.col("pieces") - recovered).clip(0).cast(pl.Float64)
    known = losses.group_by("site_id", maintain_order=True).agg(
        events=pl.len().cast(pl.Int64), pieces=gone.sum(), unknown=pl.col("pieces").is_null().any()
    )
    every = pl.DataFrame({"site_id": known["site_id"] if sites is None else sites.unique(maintain_order=True)})
    table = every.join(known, on="site_id", how="left", maintain_order="left").with_columns(
        pl.col("events").fill_null(0), pl.col("pieces").fill_null(0.0), pl.col("unknown").fill_null(value=False)
    )
    count, total = table["events"].to_numpy().astype(np.float64), table["pieces"].to_numpy()
    low, high = event_rate(count, years, sure)
    narrow_low, narrow_high = event_rate(count, years, (1.0 + sure) / 2.0)
    mean_low, mean_high = mean_size(count, total, (1.0 + sure) / 2.0)
    least = constant("least_loss_events")
    reason = (
        pl.when(pl.col("events") == 0)
        .then(pl.lit(REASONS[0]))
        .when(pl.col("events") < least)
        .then(pl.lit(REASONS[1]))
        .when("unknown")
        .then(pl.lit(REASONS[2]))
    )
    found = table.select("site_id", "events", reason=reason).with_columns(
        events_per_year=pl.Series(count / years),
        events_per_year_low=pl.Series(low),
        events_per_year_high=pl.Series(high),
        pieces_per_year=pl.Series(total / years),
        pieces_per_year_low=pl.Series(narrow_low * mean_low),
        pieces_per_year_high=pl.Series(narrow_high * mean_high),
    )
    pieces = [name for name in found.columns if name.startswith("pieces_per_year")]
    said = [pl.when(pl.col("reason").is_null()).then(name).alias(name) for name in pieces]
    return found.with_columns(said).select([*(name for name in found.columns if name != "reason"), "reason"])


def event_rate(events: Floats, years: float, confidence: float) -> tuple[Floats, Floats]:
    """Low and high of a Poisson rate per year, exact (Garwood 1936). events: (n,) counts seen in so many years."""
    tail = (1.0 - confidence) / 2.0
    low = np.where(events > 0, chdtri(2.0 * np.maximum(events, 1.0), 1.0 - tail), 0.0) / (2.0 * years)
    return np.asarray(low, np.float64), np.asarray(chdtri(2.0 * events + 2.0, tail) / (2.0 * years), np.float64)


def mean_size(events: Floats, total: Floats, confidence: float) -> tuple[Floats, Floats]:
    """Low and high of the mean pieces of an event, exact for exponential sizes. total: (n,) pieces of all events."""
    tail = (1.0 - confidence) / 2.0
    counted = np.maximum(events, 1.0)
    return 2.0 * total / chdtri(2.0 * counted, tail), 2.0 * total / chdtri(2.0 * counted, 1.0 - tail)
