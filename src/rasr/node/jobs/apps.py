"""The app jobs."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class JobsConfig(AppConfig):
    """Long work: jobs that can be watched, left and cancelled, and the tables they keep."""

    name = "rasr.node.jobs"
    label = "jobs"

    def ready(self) -> None:
        """Let every app name its handlers of jobs."""
        autodiscover_modules("tasks")
