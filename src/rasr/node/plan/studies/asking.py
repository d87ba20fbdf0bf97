"""What is asked of a study, as jobs and kept studies hold it; and how it is answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from time import monotonic
from typing import Any

import polars as pl

from rasr.core.assessment.assess import Assessment
from rasr.core.plan.build import build_problem
from rasr.core.plan.cooperation import Verdict, cooperate
from rasr.core.plan.draws import first_queue
from rasr.core.plan.frontier import frontier
from rasr.core.plan.options import Options
from rasr.core.plan.scenarios import Change, Given, compare
from rasr.core.plan.solve import Progress
from rasr.core.plan.strategic import strategic_problem
from rasr.core.records.region import Region
from rasr.node.plan.models import StudyKind

DRAWS = (10, 20, 50, 100)
OPTIONS = Options(partial=True)
"""What has no line or no money stays, in every study: a poor group or a small budget is an answer too."""


@dataclass(frozen=True)
class Asked:
    """A study. members: jurisdictions, none for all. scenarios: names and their changes. draws, seed: of curves."""

    kind: StudyKind
    members: tuple[str, ...] = ()
    scenarios: tuple[tuple[str, tuple[Change, ...]], ...] = ()
    draws: int = 0
    seed: int = 1

    def told(self) -> dict[str, Any]:
        """As JSON can hold it; see ``asked_of``."""
        return asdict(self) | {"kind": self.kind.value, "members": list(self.members), "scenarios": self._scenarios()}

    def _scenarios(self) -> list[list[Any]]:
        return [[name, [asdict(change) for change in changes]] for name, changes in self.scenarios]


def asked_of(told: Mapping[str, Any]) -> Asked:
    """What was asked, of what a job or a study keeps of it."""
    scenarios = ((name, tuple(Change(**change) for change in changes)) for name, changes in told["scenarios"])
    given = {"members": tuple(told["members"]), "scenarios": tuple(scenarios)}
    return Asked(StudyKind(told["kind"]), draws=told["draws"], seed=told["seed"], **given)


@dataclass(frozen=True)
class Answer:
    """Tables by name, and sentences as codes with their numbers."""

    frames: dict[str, pl.DataFrame]
    verdicts: list[Verdict] = field(default_factory=list)


def answer(asked: Asked, region: Region, danger: Assessment, progress: Progress) -> Answer:
    """Work a study out. Refused: as ``cooperate``, ``frontier``, ``compare``, ``first_queue``, ``build_problem``."""
    pools, curves, as_of = danger.pools, danger.danger_curves, danger.as_of
    if asked.kind == StudyKind.TOGETHER:
        coarse = strategic_problem(region, pools, curves, as_of=as_of, partial=True)
        made = cooperate(coarse, members=list(asked.members) or None, progress=progress)
        frames = {"coalitions": made.coalitions, "fair_split": made.members, "leaving": made.leaving}
        return Answer(frames, made.verdicts)
    if asked.kind == StudyKind.SCENARIOS:
        changes = {name: list(own) for name, own in asked.scenarios}
        compared = compare(Given(region, pools, as_of), curves, changes, progress=progress)
        return Answer({"scenarios": compared.scenarios, "scenario_queues": compared.queues})
    problem = build_problem(region, pools, curves, as_of=as_of, options=OPTIONS)
    if asked.kind == StudyKind.FRONTIER:
        return Answer({"frontier": frontier(problem, options=OPTIONS, clock=monotonic, progress=progress)})
    draws = first_queue(problem, draws=asked.draws, seed=asked.seed, options=OPTIONS, progress=progress)
    return Answer({"first_year": draws})
