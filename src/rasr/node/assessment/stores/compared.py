"""Two states side by side: what one change, or several, do to the danger of the stores that they touch."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from rasr.core.assessment.explosives import marginal
from rasr.node.assessment.stores.figures import Figures, Span
from rasr.node.assessment.stores.state import Change, State, changed


@dataclass(frozen=True)
class Side:
    """One store as it is and as it would be."""

    before: Figures
    after: Figures


@dataclass(frozen=True)
class Touched:
    """Expected fatalities per year of a store before and after. store_id: empty for those its reader does not see."""

    store_id: str
    before: float
    after: float
    change: Span


@dataclass(frozen=True)
class Compared:
    """What changes do. subjects: the stores that are told of fully; seen: those that may be named."""

    before: State
    after: State
    subjects: Sequence[str]
    seen: Collection[str]

    @cached_property
    def sides(self) -> list[Side]:
        """Each subject before and after."""
        return [
            Side(Figures(self.before, one, self.seen), Figures(self.after, one, self.seen))
            for one in self.subjects
            if one in self.seen
        ]

    @cached_property
    def total_before(self) -> Span:
        """Fatalities per year of all stores near, seen or not."""
        return Span.of(self.before.danger.fatalities_per_year.sum(axis=1))

    @cached_property
    def total_after(self) -> Span:
        """The same afterwards."""
        return Span.of(self.after.danger.fatalities_per_year.sum(axis=1))

    @cached_property
    def change(self) -> Span:
        """The change of the total: of each store's low with its low, high with its high."""
        return _summed(self._table)

    @cached_property
    def touched(self) -> list[Touched]:
        """The stores whose danger changes, the greatest change first; those that are not seen together at the end."""
        known = pl.col("store_id").is_in(list(self.seen))
        rows = [
            Touched(row["store_id"], row["before"], row["after"], _span(row))
            for row in self._table.filter(known).iter_rows(named=True)
        ]
        rows.sort(key=lambda row: -abs(row.change.value))
        others = self._table.filter(~known)
        if others.height:
            rows.append(Touched("", float(others["before"].sum()), float(others["after"].sum()), _summed(others)))
        return rows

    @cached_property
    def _table(self) -> pl.DataFrame:
        before, after = self.before.danger.fatalities_per_year, self.after.danger.fatalities_per_year
        return marginal.Effect(self.before.situation.store_ids, before, after).table()


@dataclass(frozen=True)
class Marginal:
    """What one step would change in the fatalities per year of all stores near. code: tonne, barricade or empty."""

    code: str
    change: Span


def marginals(figures: Figures) -> list[Marginal]:
    """A tonne less, a barricade where there is none, and the store emptied."""
    state, at = figures.state, figures.number
    if not figures.event_neq_kg:
        return []
    avoided = marginal.a_tonne_less(state.situation, state.danger)[:, at]
    found = [Marginal("tonne", _less(*map(float, avoided)))]
    empty = Change(figures.store_id, added_kg={name: -kg for name, kg in figures.content.items()})
    steps = {"barricade": Change(figures.store_id, barricaded=True), "empty": empty}
    if figures.store["barricaded"]:
        del steps["barricade"]
    for code, step in steps.items():
        found.append(Marginal(code, Compared(state, changed(state, [step]), (), ()).change))
    return found


def _less(low: float, central: float, high: float) -> Span:
    """What is avoided, as a change."""
    return Span(min(-low, -high), -central, max(-low, -high))


def _span(row: dict[str, float]) -> Span:
    return Span(row["change_low"], row["change"], row["change_high"])


def _summed(table: pl.DataFrame) -> Span:
    return Span(*(float(table[name].sum()) for name in ("change_low", "change", "change_high")))
