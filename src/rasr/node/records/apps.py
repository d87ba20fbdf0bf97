"""The app records."""

from __future__ import annotations

from django.apps import AppConfig


class RecordsConfig(AppConfig):
    """The register of this node: the ledger of its stock and every other table of a region."""

    name = "rasr.node.records"
    label = "records"

    def ready(self) -> None:
        """Name the records that have a history on the trail, and those that are leaves of the log."""
        from rasr.node.records import histories  # models are there only now
        from rasr.node.records.ledger import covering

        histories.tell_all()
        covering.cover_all()
