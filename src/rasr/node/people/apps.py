"""The app people."""

from __future__ import annotations

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Who may see and do what on this node."""

    name = "rasr.node.people"
    label = "people"

    def ready(self) -> None:
        """Tell the room of places who may see which."""
        from rasr.node.people.scopes import scope_of  # models are there only now
        from rasr.node.places.queries import scope_by

        scope_by(lambda actor, prefix: scope_of(actor).sites(prefix))
