"""The app work."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class WorkConfig(AppConfig):
    """Long work: jobs that can be watched, left and cancelled, and the tables they keep."""

    name = "rasr.node.work"
    label = "work"

    def ready(self) -> None:
        """Let every app name its handlers of jobs."""
        autodiscover_modules("tasks")
