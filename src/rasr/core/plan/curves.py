"""Danger curves: expected fatalities per year at an origin as a function of the explosive left there.

A curve is piecewise linear and may be S-shaped, so for the solver it is split into a concave and a convex part
with the same kinks. The share left x runs from 0 (all that may be planned is gone) to 1 (nothing is).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Curves:
    """Curves of all origins over the share left, padded to one grid.

    share: (origins, points), rising from 0 to 1 in each row; the padding repeats the last point.
    fatalities_per_year, low, high: (origins, points).
    """

    share: Floats
    fatalities_per_year: Floats
    low: Floats
    high: Floats

    def at(self, origin: Ints, share: Floats, values: Floats | None = None) -> Floats:
        """Value of ``values`` (by default the central curve) of the origins at the shares, element by element."""
        table = self.fatalities_per_year if values is None else values
        upper = self._segment(origin, share)
        x0, x1 = self.share[origin, upper - 1], self.share[origin, upper]
        y0, y1 = table[origin, upper - 1], table[origin, upper]
        part = np.clip((share - x0) / np.where(x1 > x0, x1 - x0, 1.0), 0.0, 1.0)
        return np.asarray(y0 + part * (y1 - y0))

    def left_slope(self, origin: Ints, share: Floats, values: Floats) -> Floats:
        """Slope of ``values`` just below the share, element by element."""
        upper = self._segment(origin, share)
        run = self.share[origin, upper] - self.share[origin, upper - 1]
        rise = values[origin, upper] - values[origin, upper - 1]
        return np.asarray(np.where(run > 0, rise / np.where(run > 0, run, 1.0), 0.0))

    def _segment(self, origin: Ints, share: Floats) -> Ints:
        # One sorted search for all origins: row i of the grid is moved to [2 i, 2 i + 1].
        keys = (self.share + 2.0 * np.arange(len(self.share))[:, None]).ravel()
        points = self.share.shape[1]
        # Half a unit in the last places keeps a share on a kink in the segment below it.
        found = np.searchsorted(keys, np.clip(share, 0.0, 1.0) + 2.0 * origin - 1e-12) - origin * points
        return np.asarray(np.clip(found, 1, points - 1), dtype=np.int64)

    def split(self) -> tuple[Floats, Floats]:
        """Concave and convex part, each (origins, points), zero at share 0; their sum is the rise of the curve."""
        run = np.diff(self.share, axis=1)
        slope = np.where(run > 0, np.diff(self.fatalities_per_year, axis=1) / np.where(run > 0, run, 1.0), np.nan)
        for column in range(1, slope.shape[1]):  # the padding goes on with the last slope
            slope[:, column] = np.where(np.isnan(slope[:, column]), slope[:, column - 1], slope[:, column])
        bend = np.diff(slope, axis=1)
        concave_slope = slope[:, :1] + np.concatenate(
            [np.zeros((len(slope), 1)), np.cumsum(np.minimum(bend, 0.0), axis=1)], axis=1
        )
        concave = np.concatenate([np.zeros((len(slope), 1)), np.cumsum(concave_slope * run, axis=1)], axis=1)
        rise = self.fatalities_per_year - self.fatalities_per_year[:, :1]
        return concave, rise - concave


def resample(base_neq_kg: float, planned_neq_kg: float, points: Floats) -> Floats:
    """One curve over the share left, from given points.

    points: (4, n): NEQ in kg, fatalities per year, low, high. Returns the same four rows, the first as share of the
    planned NEQ, starting at 0 and ending at 1. Below the first and above the last point the curve is flat.
    """
    if planned_neq_kg <= 0:
        level = [[np.interp(base_neq_kg, points[0], row)] * 2 for row in points[1:]]
        return np.array([[0.0, 1.0], *level])
    share = (points[0] - base_neq_kg) / planned_neq_kg
    inside = np.unique(np.concatenate([[0.0, 1.0], share[(share > 1e-9) & (share < 1 - 1e-9)]]))
    neq_kg = base_neq_kg + inside * planned_neq_kg
    return np.array([inside, *(np.interp(neq_kg, points[0], row) for row in points[1:])])


def pad(curves: list[Floats]) -> Curves:
    """All curves on one grid, padded by repeating the last point."""
    width = max((curve.shape[1] for curve in curves), default=2)
    padded = np.array([np.pad(curve, ((0, 0), (0, width - curve.shape[1])), mode="edge") for curve in curves])
    padded = padded.reshape(len(curves), 4, width)
    return Curves(*(np.ascontiguousarray(padded[:, row]) for row in range(4)))
