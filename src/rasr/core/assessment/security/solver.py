"""A small programme of yes and no, solved exactly by HiGHS: no gap, one thread, no clock."""

from __future__ import annotations

from dataclasses import dataclass

import highspy
import numpy as np
import scipy.sparse as sp

from rasr.core.basis.highs import Floats, Option, highs_with, set_kind

EXACT: dict[str, Option] = {"mip_rel_gap": 0.0, "mip_abs_gap": 0.0}


@dataclass(frozen=True)
class YesNo:
    """Minimise objective @ x with row_low <= matrix @ x <= row_high and 0 <= x <= 1; the first ``whole`` are whole."""

    objective: Floats
    matrix: sp.csr_matrix
    row_low: Floats
    row_high: Floats
    whole: int


def solve(programme: YesNo) -> Floats | None:
    """The best x; None where none meets every row."""
    columns = len(programme.objective)
    bounds, sides = (np.zeros(columns), np.ones(columns)), (programme.row_low, programme.row_high)
    highs = highs_with(programme.objective, bounds, programme.matrix, sides, EXACT)
    set_kind(highs, np.arange(programme.whole), highspy.HighsVarType.kInteger)
    highs.run()
    status = highs.getModelStatus()
    if status == highspy.HighsModelStatus.kOptimal:
        return np.array(highs.getSolution().col_value)
    assert status in (highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible), status
    return None
