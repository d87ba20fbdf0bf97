"""The app people."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig

HAVE_ACTS = ("rasr.node.people.granting", "rasr.node.people.emergency", "rasr.node.people.classify")
"""What registers acts that need a second person."""
LISTEN = ("rasr.node.people.idle", "rasr.node.people.second_factor", "rasr.node.people.sign_in")
"""What listens to signing in: from the start, not from the first request on."""


class PeopleConfig(AppConfig):
    """Who may see and do what on this node."""

    name = "rasr.node.people"
    label = "people"

    def ready(self) -> None:
        """Tell the room of places who may see which; name the records that have a history, and acts for two people."""
        from rasr.node.people import account_trail, their_histories  # models are there only now
        from rasr.node.people.scopes import scope_of
        from rasr.node.places.queries import scope_by

        scope_by(scope_of)
        their_histories.tell_all()
        account_trail.listen()
        for module in (*HAVE_ACTS, *LISTEN):
            import_module(module)
