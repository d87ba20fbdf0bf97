"""The app records."""

from __future__ import annotations

from django.apps import AppConfig


class RecordsConfig(AppConfig):
    """The register of this node: the ledger of its stock and every other table of a region."""

    name = "rasr.node.records"
    label = "records"
