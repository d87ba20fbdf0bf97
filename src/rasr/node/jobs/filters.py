"""What the list of jobs can be narrowed to."""

from __future__ import annotations

from typing import Any

import django_filters
from django.utils.translation import gettext_lazy as _

from rasr.node.jobs.models import Job, State
from rasr.node.jobs.registry import kinds
from rasr.node.jobs.stages import kind_told


def kind_choices() -> list[tuple[str, Any]]:
    """Every kind of job with its name."""
    return [(kind, kind_told(kind)) for kind in kinds()]


class JobFilter(django_filters.FilterSet):
    """Kind and state."""

    kind = django_filters.ChoiceFilter(label=_("Work"), choices=kind_choices)
    state = django_filters.ChoiceFilter(label=_("State"), choices=State.choices)

    class Meta:
        model = Job
        fields = ("kind", "state")
