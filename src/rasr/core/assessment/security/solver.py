"""A small programme of yes and no, solved exactly by HiGHS: no gap, one thread, no clock."""

from __future__ import annotations

from dataclasses import dataclass

import highspy
import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

Floats = NDArray[np.float64]
OPTIONS: dict[str, bool | int | float | str] = {
    "output_flag": False,
    "threads": 1,
    "parallel": "off",
    "random_seed": 0,
    "mip_rel_gap": 0.0,
    "mip_abs_gap": 0.0,
}


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
    highs = highspy.Highs()  # type: ignore[no-untyped-call]  # the package types all but this
    for option, value in OPTIONS.items():
        highs.setOptionValue(option, value)
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = columns, programme.matrix.shape[0]
    model.col_cost_, model.col_lower_, model.col_upper_ = programme.objective, np.zeros(columns), np.ones(columns)
    model.row_lower_, model.row_upper_ = programme.row_low, programme.row_high
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.num_col_, model.a_matrix_.num_row_ = columns, programme.matrix.shape[0]
    model.a_matrix_.start_, model.a_matrix_.index_ = programme.matrix.indptr, programme.matrix.indices
    model.a_matrix_.value_ = programme.matrix.data
    kinds = np.arange(columns) < programme.whole
    integer, real = highspy.HighsVarType.kInteger, highspy.HighsVarType.kContinuous
    model.integrality_ = [integer if whole else real for whole in kinds]
    highs.passModel(model)
    highs.run()
    status = highs.getModelStatus()
    if status == highspy.HighsModelStatus.kOptimal:
        return np.array(highs.getSolution().col_value)
    assert status in (highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible), status
    return None
