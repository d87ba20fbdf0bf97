"""The HiGHS solver with a programme in it: one thread and no clock, so that the same programme has the same answer."""

from __future__ import annotations

from collections.abc import Mapping

import highspy
import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Option = bool | int | float | str
ALIKE: dict[str, Option] = {"output_flag": False, "threads": 1, "parallel": "off", "random_seed": 0}


def highs_with(
    objective: Floats,
    bounds: tuple[Floats, Floats],
    matrix: sp.csr_matrix,
    sides: tuple[Floats, Floats],
    options: Mapping[str, Option],
) -> highspy.Highs:
    """A solver that minimises objective @ x, of n columns and m rows, not run yet.

    bounds: of x, (n,) each. matrix: (m, n). sides: between which each row must lie, (m,) each. options: beside
    ``ALIKE``.
    """
    highs = highspy.Highs()
    for option, value in {**ALIKE, **options}.items():
        highs.setOptionValue(option, value)
    programme = highspy.HighsLp()
    programme.num_col_, programme.num_row_ = len(objective), matrix.shape[0]
    programme.col_cost_, (programme.col_lower_, programme.col_upper_) = objective, bounds
    programme.row_lower_, programme.row_upper_ = sides
    programme.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    programme.a_matrix_.num_col_, programme.a_matrix_.num_row_ = len(objective), matrix.shape[0]
    programme.a_matrix_.start_, programme.a_matrix_.index_ = matrix.indptr, matrix.indices
    programme.a_matrix_.value_ = matrix.data
    highs.passModel(programme)
    return highs


def set_kind(highs: highspy.Highs, columns: NDArray[np.int64], kind: highspy.HighsVarType) -> None:
    """Make these columns whole numbers, or let them be parts."""
    kinds = np.full(len(columns), kind.value, dtype=np.uint8)
    highs.changeColsIntegrality(len(columns), columns.astype(np.int32), kinds)
