"""The table of jobs."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _

from rasr.node.jobs.stages import kind_told
from rasr.node.web.columns import Code, Day


class Kind(tables.Column):
    """The kind of a job by its name."""

    def render(self, value: str) -> str:
        """Its name."""
        return str(kind_told(value))


class JobTable(tables.Table):
    """Jobs, newest first."""

    kind = Kind(verbose_name=_("Work"), linkify=("jobs:job", {"job_id": tables.A("job_id")}))
    subject = tables.Column(verbose_name=_("Of"))
    state = Code("state", verbose_name=_("State"))
    asked_at = Day(verbose_name=_("Asked"))
    ended_at = Day(verbose_name=_("Ended"))
    actor = tables.Column(verbose_name=_("By"), accessor="actor__username")

    class Meta:
        order_by = ("-asked_at",)

    def order_subject(self, rows: Any, is_descending: bool) -> tuple[Any, bool]:
        """By what is shown, not by what is hidden behind it."""
        return rows.order_by("-subject" if is_descending else "subject", "pk"), True
