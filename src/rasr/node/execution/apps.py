"""The app execution."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ExecutionConfig(AppConfig):
    """Campaigns: what is carried out of a plan."""

    name = "rasr.node.execution"
    label = "execution"

    def ready(self) -> None:
        """Its campaigns have a history on the trail."""
        from rasr.node.execution import queries  # models are there only now
        from rasr.node.execution.models import Campaign
        from rasr.node.people import histories

        page = {"page": "execution:campaign", "argument": "campaign_id", "parts": ("execution:drop", "execution:find")}
        histories.tell(Campaign, _("Campaign"), queries.told_of, **page)
