"""Whether a kept run is of the node as it is now: of the same records, by the same rule data and program."""

from __future__ import annotations

from importlib.metadata import version
from typing import TypeVar, cast

from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet

from rasr.node.assessment.rules import services as rules
from rasr.node.jobs.models import KeptRun
from rasr.node.records.queries import register

Run = TypeVar("Run", bound=KeptRun)


def in_force(inputs_digest: str) -> dict[str, str]:
    """What a run of these records made now would stand on: columns of ``KeptRun``."""
    return {"inputs_digest": inputs_digest, "rule_edition": rules.edition(), "version": version("rasr")}


def marked(runs: QuerySet[Run]) -> QuerySet[Run]:
    """Runs with ``stale``: whether register, rule data or program have moved on since they were made."""
    asked = ExpressionWrapper(~Q(**in_force(register().digest)), output_field=BooleanField())
    return cast("QuerySet[Run]", runs.annotate(stale=asked))
