"""The app jobs."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class JobsConfig(AppConfig):
    """Long work: jobs that can be watched, left and cancelled, and the tables they keep."""

    name = "rasr.node.jobs"
    label = "jobs"

    def ready(self) -> None:
        """Let every app name its handlers of jobs; jobs have a history on the trail."""
        from rasr.node.jobs import queries  # models are there only now
        from rasr.node.jobs.models import Job
        from rasr.node.people import histories

        page = {"page": "jobs:job", "argument": "job_id", "parts": ("jobs:cancel",)}
        histories.tell(Job, _("Job"), queries.told_of, **page)
        autodiscover_modules("tasks")
