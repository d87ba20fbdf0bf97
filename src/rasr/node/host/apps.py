"""The app host."""

from __future__ import annotations

from django.apps import AppConfig


class HostConfig(AppConfig):
    """What keeps the node running, and what tells whether it does."""

    name = "rasr.node.host"
    label = "host"

    def ready(self) -> None:
        """Let what leaves a training copy say so in its name."""
        from rasr.node.host import queries  # models are there only now
        from rasr.node.web import exports

        exports.is_training = queries.training
