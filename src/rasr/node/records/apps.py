"""The app records."""

from __future__ import annotations

from django.apps import AppConfig


class RecordsConfig(AppConfig):
    """The register of this node: the ledger of its stock and every other table of a region."""

    name = "rasr.node.records"
    label = "records"

    def ready(self) -> None:
        """Name the records that have a history, leaves of the log, and movements that need a second person."""
        from rasr.node.people.approvals.registry import KINDS
        from rasr.node.records import histories  # models are there only now
        from rasr.node.records.counts import adjusting
        from rasr.node.records.counts import histories as of_counts
        from rasr.node.records.events import histories as of_events
        from rasr.node.records.items import histories as of_items
        from rasr.node.records.ledger import agreeing, covering
        from rasr.node.records.lots import histories as of_lots
        from rasr.node.records.surplus import histories as of_surplus

        histories.tell_all()
        of_lots.tell_all()
        of_items.tell_all()
        of_counts.tell_all()
        of_events.tell_all()
        of_surplus.tell_all()
        covering.cover_all()
        assert {agreeing.OF_KEEPING, adjusting.KIND} <= KINDS.keys()
