"""A log of its own for tests: a home folder with its key and witness, and a small register whose history it covers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.test import override_settings
from uuid6 import uuid7

from rasr.node.people import log_key, sequencer, trail
from rasr.node.people.models import User
from rasr.node.places.models import Jurisdiction, Organisation, Site, Store
from rasr.node.records.ledger import write
from rasr.node.records.models import Article, Movement
from rasr.node.records.services import BatchDraft, LineDraft, MovementDraft, Spot

START = datetime(2027, 5, 31, 12, tzinfo=UTC)


class Editor:
    """Runs statements in the transaction of the test, as somebody who has the database may."""

    connection: Any = connection

    def execute(self, sql: Any, params: Any = None) -> None:
        """Run one."""
        with connection.cursor() as cursor:
            cursor.execute(sql, params)


@contextmanager
def log_home(folder: Path) -> Iterator[Path]:
    """The node keeps its log in this folder for a while; its witness."""
    with override_settings(NODE=replace(settings.NODE, home=folder)):
        sequencer.forget()
        yield log_key.path_of(log_key.WITNESS)
    sequencer.forget()


def entry(user: User | None = None, **more: Any) -> Any:
    """An entry on the trail."""
    return trail.record(actor=user, act="row.change", table="places_site", row_id="S1", **more)


def small_register(user: User, movements: int) -> None:
    """Stores, batches, and so many movements of two lines each, with a checkpoint after every fifth."""
    Jurisdiction.objects.create(jurisdiction_id="J", name="J", position=0)
    Organisation.objects.create(organisation_id="O", jurisdiction_id="J", kind="defence", name="O", position=0)
    at = {"latitude_deg": 42.0, "longitude_deg": 21.0}
    Site.objects.create(site_id="S", organisation_id="O", kind="depot", name="S", position=0, **at)
    stores = [f"S{number}" for number in range(4)]
    for place, store in enumerate(stores):
        Store.objects.create(store_id=store, site_id="S", construction="unknown", position=place, **at)
    danger = {"hazard_division": "1.1", "compatibility_group": "D"}
    for place, article in enumerate("AB"):
        Article.objects.create(
            article_id=article, name=article, family="mortar", unit="piece", position=place, **danger
        )
    batches = [
        BatchDraft(uuid7(), f"B{number}", "A", f"L{number}", purpose="training", total_mass_kg=number / 7)
        for number in range(8)
    ]
    for number in range(movements):
        one, other = (batches[(number + step) % 8].batch_id for step in (0, 3))
        here, gone = Spot.store(stores[number % 4]), Spot("lost")
        lines = (
            LineDraft(one, number, "counted", Spot("acquired"), here),
            LineDraft(other, None, None, Spot("unexplained"), gone),
        )
        when = START + timedelta(minutes=number)
        brought = () if number else tuple(batches)
        written(user, MovementDraft(uuid7(), "transfer", when, f"reason {number}", lines, batches=brought))
        if number % 5 == 4:
            sequencer.sequence(when)
    sequencer.sequence(START + timedelta(days=1))
    assert Movement.objects.count() == movements


def written(user: User, movement: MovementDraft) -> None:
    """Write a movement as the ledger does, whatever rights and rules say of it."""
    with transaction.atomic():
        register = write.lock_register()
        write.write(actor=user, register=register, movements=[movement])
        write.moved_on(register)
