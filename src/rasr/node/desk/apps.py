"""The app desk."""

from __future__ import annotations

from django.apps import AppConfig


class DeskConfig(AppConfig):
    """Pages that draw on many rooms."""

    name = "rasr.node.desk"
    label = "desk"
