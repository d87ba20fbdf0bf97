"""The app assessment."""

from __future__ import annotations

from django.apps import AppConfig


class AssessmentConfig(AppConfig):
    """Runs of the danger assessment, kept and shown."""

    name = "rasr.node.assessment"
    label = "assessment"
