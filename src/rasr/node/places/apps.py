"""The app places."""

from __future__ import annotations

from django.apps import AppConfig


class PlacesConfig(AppConfig):
    """Organisations, sites and stores: the rows that rights and records both point to."""

    name = "rasr.node.places"
    label = "places"

    def ready(self) -> None:
        """Let pages know the highest class mark of what somebody sees."""
        from rasr.node.places.queries import highest_mark  # models are there only now
        from rasr.node.web import marks

        marks.highest_seen = highest_mark
