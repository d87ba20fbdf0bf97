"""The app plan."""

from __future__ import annotations

from django.apps import AppConfig


class PlanConfig(AppConfig):
    """Plans: asked for, solved, kept, compared."""

    name = "rasr.node.plan"
    label = "plan"
