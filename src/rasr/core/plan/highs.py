"""One linear programme in HiGHS: pass it, add rows, change costs and bounds, solve again from where it was."""

from __future__ import annotations

from dataclasses import dataclass

import highspy
import numpy as np
import scipy.sparse as sp

from rasr.core.basis.highs import Option, highs_with, set_kind
from rasr.core.plan.curves import Floats, Ints
from rasr.core.plan.model import Rows

WHOLE_GAP = 0.05
OPTIONS: dict[str, Option] = {"mip_rel_gap": WHOLE_GAP, "mip_max_nodes": 10_000}
"""Options of the solver. Branch and bound, where it is needed at all, stops by a gap or by nodes, never by time."""


@dataclass(frozen=True)
class Answer:
    """What the solver found. status: optimal, infeasible or other. value: objective. columns: (columns,)."""

    status: str
    value: float
    columns: Floats


class Programme:
    """A linear programme that grows by rows."""

    def __init__(self, cost: Floats, lower: Floats, upper: Floats, families: list[Rows]) -> None:
        self.cost, self.lower, self.upper = cost.copy(), lower.copy(), upper.copy()
        self.families = list(families)
        matrix, row_lower, row_upper = _stack(families, len(cost))
        self.row_lower, self.row_upper, self.matrix = row_lower, row_upper, [matrix]
        self._solver = highs_with(cost, (lower, upper), matrix, (row_lower, row_upper), OPTIONS)

    @property
    def row_count(self) -> int:
        """Rows so far."""
        return len(self.row_lower)

    def add(self, rows: Rows) -> None:
        """Add rows."""
        if not rows.count:
            return
        self.families.append(rows)
        matrix, lower, upper = _stack([rows], len(self.cost))
        self._solver.addRows(rows.count, lower, upper, matrix.nnz, matrix.indptr[:-1], matrix.indices, matrix.data)
        self.matrix.append(matrix)
        self.row_lower = np.concatenate([self.row_lower, lower])
        self.row_upper = np.concatenate([self.row_upper, upper])

    def free_rows(self, first: int) -> None:
        """Let the rows from ``first`` on hold for anything."""
        self.row_lower[first:], self.row_upper[first:] = -np.inf, np.inf
        for row in range(first, self.row_count):
            self._solver.changeRowBounds(row, -np.inf, np.inf)

    @property
    def row_dual(self) -> Floats:
        """(rows,) what the objective of the last optimal solve gains per unit of each row's side."""
        return self._row_dual

    def set_cost(self, cost: Floats) -> None:
        """Change the cost of every column."""
        self.cost = cost.copy()
        self._solver.changeColsCost(len(cost), np.arange(len(cost), dtype=np.int32), cost)

    def set_bounds(self, columns: Ints, lower: Floats, upper: Floats) -> None:
        """Change the bounds of some columns."""
        self.lower[columns], self.upper[columns] = lower, upper
        self._solver.changeColsBounds(len(columns), columns.astype(np.int32), lower, upper)

    def solve(self, method: str, seconds: float = np.inf) -> Answer:
        """Solve by ``ipm`` (interior point with crossover, from scratch), ``dual`` or ``primal`` simplex (warm).

        seconds: safety net; an answer that it cut short is not optimal.
        """
        self._solver.setOptionValue("time_limit", self._solver.getRunTime() + seconds)
        self._solver.setOptionValue("solver", "ipm" if method == "ipm" else "simplex")
        self._solver.setOptionValue("simplex_strategy", 4 if method == "primal" else 1)
        self._solver.run()
        status = self._solver.getModelStatus()
        if status == highspy.HighsModelStatus.kOptimal:
            found = self._solver.getSolution()
            self._row_dual = np.array(found.row_dual)
            return Answer("optimal", self._solver.getObjectiveValue(), np.array(found.col_value))
        return self._none(status)

    def solve_whole(self, columns: Ints, gap: float = WHOLE_GAP) -> Answer:
        """Solve with these columns whole, by branch and bound; afterwards they may be parts again.

        The answer is within the gap, or the best of the nodes, that ``OPTIONS`` sets.
        """
        self._solver.setOptionValue("solver", "choose")
        self._solver.setOptionValue("mip_rel_gap", gap)
        set_kind(self._solver, columns, highspy.HighsVarType.kInteger)
        self._solver.run()
        status, info = self._solver.getModelStatus(), self._solver.getInfo()
        found = np.array(self._solver.getSolution().col_value)
        set_kind(self._solver, columns, highspy.HighsVarType.kContinuous)
        if info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible:
            return Answer("optimal", info.objective_function_value, found)
        return self._none(status)

    def _none(self, status: highspy.HighsModelStatus) -> Answer:
        infeasible = highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible
        return Answer("infeasible" if status in infeasible else str(status), np.nan, np.zeros(len(self.cost)))

    def basis(self) -> highspy.HighsBasis:
        """Where the solver stands; ``resume`` goes on from there."""
        return self._solver.getBasis()

    def resume(self, basis: highspy.HighsBasis) -> None:
        """Let the next simplex solve go on from a basis of a programme with the same rows."""
        self._solver.setBasis(basis)

    def certified_bound(self) -> float:
        """A lower bound on the objective from the last row duals by weak duality, whatever the solver's tolerances.

        sum of pi_i b_i + sum of min(d_j lower_j, d_j upper_j), d = c - A' pi; every column must be bounded.
        """
        dual = self._row_dual
        dual = np.where((dual > 0) & ~np.isfinite(self.row_lower), 0.0, dual)
        dual = np.where((dual < 0) & ~np.isfinite(self.row_upper), 0.0, dual)
        side = np.where(dual > 0, self.row_lower, self.row_upper)
        reduced = self.cost - sp.vstack(self.matrix).T @ dual
        at_bound = np.where(reduced > 0, self.lower, self.upper)
        rows, columns = dual != 0, reduced != 0
        return float(dual[rows] @ side[rows] + reduced[columns] @ at_bound[columns])


def _stack(families: list[Rows], columns: int) -> tuple[sp.csr_matrix, Floats, Floats]:
    offsets = np.cumsum([0] + [rows.count for rows in families])
    row = np.concatenate([rows.row + offset for rows, offset in zip(families, offsets, strict=False)])
    column = np.concatenate([rows.column for rows in families])
    value = np.concatenate([rows.value for rows in families])
    matrix = sp.csr_matrix((value, (row, column)), shape=(int(offsets[-1]), columns))
    matrix.sum_duplicates()
    matrix.indices, matrix.indptr = matrix.indices.astype(np.int32), matrix.indptr.astype(np.int32)
    lower = np.concatenate([rows.lower for rows in families])
    upper = np.concatenate([rows.upper for rows in families])
    return matrix, lower, upper
