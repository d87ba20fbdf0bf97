"""Counts for the walk, for the trail of every form and for the counting of queries, by the services."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from tests.node.conftest import somebody
from tests.node.records.counts.test_signed import all_lines, file_of

from rasr.node.people.models import User
from rasr.node.records.counts import codes, queries, services
from rasr.node.records.counts.services import Found
from rasr.node.records.models import Article, Count, CountState, Item, Place


def chief() -> User:
    """Who keeps everything."""
    found = User.objects.filter(username="chief-of-counts").first()
    return found or somebody("chief-of-counts", "technical_officer")


def plant(store_id: str, says: str) -> Count:
    """A count under way, with something found besides that says something."""
    due_on = timezone.localdate() + timedelta(days=7)
    count = services.open_count(actor=chief(), store_id=store_id, kind="full", due_on=due_on)
    services.add_found(actor=chief(), count_id=count.pk, found=1, note=says)
    Count.objects.filter(pk=count.pk).update(handed_to=says, findings=says)
    return count


def place_code(store_id: str) -> str:
    """The code of the label of a store."""
    place, _made = Place.objects.get_or_create(kind="store", store_id=store_id, ref="")
    return codes.code_of(codes.PLACE, place.pk)


def _bare(store_id: str) -> Count:
    due_on = timezone.localdate() + timedelta(days=7)
    return services.open_count(actor=chief(), store_id=store_id, kind="full", due_on=due_on)


def _counted(store_id: str) -> Count:
    count = _bare(store_id)
    found = {line.position: Found(line.expected or 0) for line in queries.lines(count)}
    services.enter(actor=chief(), count_id=count.pk, found=found)
    return count


def _at(state: str) -> Callable[[str], Count]:
    def made(store_id: str) -> Count:
        count = _counted(store_id)
        at = {"counted_line": count.frozen_line, "counted_at": timezone.now(), "findings": "So."}
        Count.objects.filter(pk=count.pk).update(state=state, **at)
        return count

    return made


def _today() -> str:
    return timezone.localdate().isoformat()


def _file(count: Count) -> SimpleUploadedFile:
    return SimpleUploadedFile("count.json", file_of(count, chief(), all_lines(count)))


def _label() -> str:
    return codes.code_of(codes.ITEM, Item.objects.create(article=Article.objects.earliest("pk")).pk)


Data = Callable[[Count], dict[str, Any]]
SENT: dict[str, tuple[str, Callable[[str], Count], Data]] = {
    "count-enter": ("count.enter", _bare, lambda _count: {"found-1": "1"}),
    "count-scan": ("count.enter", _bare, lambda _count: {"code": _label()}),
    "count-extra": ("count.enter", _bare, lambda _count: {"what": "crates", "number": "2"}),
    "count-finish": ("count.finish", _counted, lambda _count: {}),
    "count-report": ("count.report", _at(CountState.COUNTED), lambda _count: {"due_on": _today()}),
    "count-findings": ("count.investigate", _at(CountState.INVESTIGATION), lambda _count: {"findings": "So."}),
    "count-settle": ("count.close", _at(CountState.INVESTIGATION), lambda _count: {"reason": "So."}),
    "count-drop": ("count.drop", _bare, lambda _count: {"reason": "So."}),
    "count-hand-in": ("count.enter", _bare, lambda count: {"file": _file(count)}),
}
"""Name of a form to the act it leaves, the count it wants, and what it sends."""
