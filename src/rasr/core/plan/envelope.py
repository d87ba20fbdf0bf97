"""The least a whole danger curve can be at a share left, for curves that bend both ways.

Concave and convex part are each bounded by themselves, and the sum of two bounds is far below a curve that is flat
first and rises later. The convex envelope of the whole curve is a bound too, and there nearly the curve itself.

>>> hull(np.array([0.0, 0.5, 1.0]), np.array([0.0, 0.9, 1.0]))
(array([0., 1.]), array([0., 1.]))
"""

from __future__ import annotations

import numpy as np

from rasr.core.plan.curves import Floats
from rasr.core.plan.model import INF, Model, Rows, Terms

SAME = 1e-12
"""Shares nearer to each other than this are one."""
LEAST_BEND = 1e-9
"""A convex part below this share of what can be removed is rounding."""


def whole_danger(model: Model) -> Rows:
    """Both parts of an origin's danger together lie on or above its convex envelope E:
    theta[s,t] + phi[s,t] >= each line of E in x[s,t]. Only where the curve has a convex part."""
    share, (concave, convex) = model.problem.origins.curves.share, model.parts
    origins, slopes, intercepts = [], [], []
    bent = (model.share >= 0).any(axis=1) & (np.abs(convex).max(axis=1) > LEAST_BEND)
    for origin in np.nonzero(bent)[0]:
        x, y = hull(share[origin], concave[origin] + convex[origin])
        slope = np.diff(y) / np.diff(x)
        origins += [int(origin)] * len(slope)
        slopes += slope.tolist()
        intercepts += (y[:-1] - slope * x[:-1]).tolist()
    periods = model.problem.count
    of = np.array(origins, dtype=np.int64)
    row = np.arange(len(of) * periods, dtype=np.int64).reshape(len(of), periods)
    lower = np.repeat(np.array(intercepts).reshape(-1, 1), periods, axis=1)
    terms = Terms("whole_danger", lower, np.full(row.shape, INF))
    terms.add(row, model.concave[of], 1.0)
    terms.add(row, model.convex[of], 1.0)
    terms.add(row, model.share[of], -np.array(slopes).reshape(-1, 1))
    return terms.done()


def hull(share: Floats, value: Floats) -> tuple[Floats, Floats]:
    """Corners of the convex envelope of a piecewise linear curve: shares, rising, and values."""
    kept: list[tuple[float, float]] = []
    for x, y in zip(share.tolist(), value.tolist(), strict=True):
        low = y
        while kept and x - kept[-1][0] < SAME:  # the padding repeats the last point
            low = min(low, kept.pop()[1])
        while len(kept) > 1 and _above(kept[-2], kept[-1], (x, low)):
            kept.pop()
        kept.append((x, low))
    corners = np.array(kept)
    return corners[:, 0], corners[:, 1]


def _above(first: tuple[float, float], middle: tuple[float, float], last: tuple[float, float]) -> bool:
    """Whether the middle point lies on or above the line from first to last."""
    rise, run = last[1] - first[1], last[0] - first[0]
    return (middle[1] - first[1]) * run >= rise * (middle[0] - first[0])
