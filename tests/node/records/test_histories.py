"""Every kind of record of the register that has a history has a page of it, for who may see the record alone."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from tests.node.records.catalogue import planted_catalogue
from tests.node.records.counts import planted_counts
from tests.node.records.events import planted_events
from tests.node.records.lots import planted_lots
from tests.node.records.lots.people import people
from tests.node.records.surplus import planted_surplus

from rasr.node.people import histories
from rasr.node.people.models import User
from rasr.node.records.models import Declaration, Upload

pytestmark = pytest.mark.django_db


def page(client: Client, table: str, row: Any) -> HttpResponse:
    """The history of a record."""
    answer: Any = client.get(reverse("people:history", args=(table, str(row.pk))))
    return answer


def test_every_kind_has_a_page(client: Client) -> None:
    """What belongs to a history is asked for by each kind in its own way: none may fail, and none tells a stranger."""
    who = people()
    planted_lots.plant("S1", "seen")
    planted_counts.plant("S1", "seen")
    planted_events.plant("S1", "seen")
    planted_catalogue.plant("S1", "seen")
    planted_surplus.plant("S1", "seen")
    Upload.objects.create(actor=who.loader, name="seen.xlsx", size_bytes=1)
    tables = sorted(table for table in histories.KINDS if table.startswith("records_"))
    assert len(tables) >= 12
    models = {model._meta.db_table: model for model in apps.get_models()}
    nobody = User.objects.create_user("nobody")
    for table in tables:
        found = models[table]._default_manager.all()
        row = (found.filter(reference="seen") if models[table] is Declaration else found).first()
        assert row is not None, table
        client.force_login(who.loader)
        shown = page(client, table, row)
        assert shown.status_code == 200, table
        client.force_login(nobody)
        assert page(client, table, row).status_code in (403, 404), table
