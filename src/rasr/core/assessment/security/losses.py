"""Losses on record as rates: events a year, and pieces of a family a year where the record allows it, with intervals.

Events are taken as Poisson: the interval of their rate is exact (Garwood 1936, by chi-square). Pieces of an event are
taken as exponential, so that their sum over n events is a Gamma of shape n and its interval is exact too. Pieces a year
is the product of both; each takes half of what may be missed (Bonferroni), so that the product's interval holds at
least as often as it says. Where the sizes are more uneven than exponential it holds less often. So it does where losses
are rare: it is said only for three events or more, and a record that has them by chance alone looks too bad.

Pieces found again are not lost: the number and the low limit are of what is still gone, by the events of which
something is. The high limit is of what was taken: what was found once need not be found the next time.

>>> lost = pl.DataFrame({"site_id": ["S"] * 4, "family": ["mortar"] * 4, "pieces": [1, 2, 1, 4]})
>>> rates(lost, years=8.0).families.select("events_per_year", "pieces_per_year").row(0)
(0.5, 1.0)
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import chdtri

from rasr.core.assessment.security.weights import constant
from rasr.core.basis.findings import Refused

Floats = NDArray[np.float64]
REASONS = ("too_few_losses", "pieces_unknown", "nothing_taken")
"""Why a family has no pieces per year."""
FAMILY = ("site_id", "family")


@dataclass(frozen=True)
class Rates:
    """sites: site_id, events, events_per_year with _low and _high.

    families: the same by site_id and family (null: unknown) of what was lost, pieces_per_year with _low and _high, and
    reason where there are none (of ``REASONS``).
    """

    sites: pl.DataFrame = field(repr=False)
    families: pl.DataFrame = field(repr=False)


def rates(
    losses: pl.DataFrame, *, years: float, sites: pl.Series | None = None, confidence: float | None = None
) -> Rates:
    """Events of every site, and pieces of every family lost there, by year.

    losses: site_id, [family], pieces (null: unknown), [recovered_pieces], and what ``events`` reads. years: how long
    losses have been kept on record. sites: every site of that record, those without a loss too; None: those with one.
    confidence: of the intervals; None: the rule data's. Raises Refused: not_above_zero for no years, out_of_range for
    no confidence.
    """
    if not years > 0:
        raise Refused("not_above_zero", quantity="The years on record", value=years)
    sure = constant("confidence") if confidence is None else confidence
    if not 0 < sure < 1:
        raise Refused("out_of_range", quantity="The confidence", minimum=0, maximum=1, unit="", value=sure)
    every = pl.DataFrame({"site_id": losses["site_id"] if sites is None else sites}).unique(maintain_order=True)
    counted = events(losses).group_by("site_id").agg(events=pl.len().cast(pl.Int64))
    of_sites = every.join(counted, on="site_id", how="left", maintain_order="left").fill_null(0)
    of_families = _by_family(losses).join(every, on="site_id", how="semi")
    pieces = _with_pieces(_with_events(of_families, years, sure), years, sure)
    return Rates(_with_events(of_sites, years, sure), pieces)


def events(losses: pl.DataFrame) -> pl.DataFrame:
    """The distinct events among the losses: site_id and event, one row each.

    An event is what one event_id names or else, at one site, one day (happened_on). A loss without both is an event.
    """
    return losses.select("site_id", event=_event(losses)).unique(maintain_order=True)


def _event(losses: pl.DataFrame) -> pl.Expr:
    names = [pl.format(f"{name}:{{}}", name) for name in ("event_id", "happened_on") if name in losses.columns]
    return pl.coalesce(*names, pl.format("alone:{}", pl.int_range(pl.len())))


def _by_family(losses: pl.DataFrame) -> pl.DataFrame:
    """Events and pieces by site and family: events, taken, gone, events_gone (with something gone), unknown."""
    missing = [name for name in ("family", "recovered_pieces") if name not in losses.columns]
    filled = losses.with_columns(pl.lit(None).alias(name) for name in missing)
    taken, found = pl.col("pieces").cast(pl.Float64), pl.col("recovered_pieces").cast(pl.Float64).fill_null(0.0)
    each = filled.select(
        "site_id",
        pl.col("family").cast(pl.String),
        event=_event(filled),
        taken=taken,
        gone=(taken - found).clip(0.0),
    )
    whole = each.group_by(*FAMILY, "event", maintain_order=True).agg(
        pl.col("taken", "gone").sum(), unknown=pl.col("taken").is_null().any()
    )
    return whole.group_by(FAMILY, maintain_order=True).agg(
        pl.len().cast(pl.Int64).alias("events"),
        pl.col("taken", "gone").sum(),
        pl.col("unknown").any(),
        events_gone=(pl.col("gone") > 0).sum(),
    )


def _with_events(counts: pl.DataFrame, years: float, confidence: float) -> pl.DataFrame:
    count = counts["events"].to_numpy().astype(np.float64)
    low, high = event_rate(count, years, confidence)
    return counts.with_columns(
        events_per_year=pl.Series(count / years),
        events_per_year_low=pl.Series(low),
        events_per_year_high=pl.Series(high),
    )


def _with_pieces(families: pl.DataFrame, years: float, confidence: float) -> pl.DataFrame:
    half = (1.0 + confidence) / 2.0
    count, still, taken, gone = (
        families[name].to_numpy().astype(np.float64) for name in ("events", "events_gone", "taken", "gone")
    )
    limits = {
        "pieces_per_year": gone / years,
        "pieces_per_year_low": event_rate(still, years, half)[0] * mean_size(still, gone, half)[0],
        "pieces_per_year_high": event_rate(count, years, half)[1] * mean_size(count, taken, half)[1],
    }
    few = pl.when(pl.col("events") < constant("least_loss_events")).then(pl.lit(REASONS[0]))
    reason = few.when("unknown").then(pl.lit(REASONS[1])).when(pl.col("taken") == 0).then(pl.lit(REASONS[2]))
    said = {name: pl.when(reason.is_null()).then(pl.Series(values)) for name, values in limits.items()}
    return families.with_columns(**said, reason=reason).drop("taken", "gone", "unknown", "events_gone")


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
