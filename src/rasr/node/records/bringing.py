"""A checked workbook posted as opening balances, or handed in as counts of its stores. Else see ``uploading.load``."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any
from uuid import UUID

import polars as pl
from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from django.utils import timezone

from rasr.core.basis.findings import Refused
from rasr.node.people.models import User
from rasr.node.people.rights import require
from rasr.node.records import bridge, staging, uploading
from rasr.node.records.choices import Loading, Outcome
from rasr.node.records.counts import services as counting
from rasr.node.records.counts.services import Found
from rasr.node.records.counts.written import Sheet, open_written
from rasr.node.records.ledger import write
from rasr.node.records.load import Loaded, Progress, load_region, silent
from rasr.node.records.models import Holding, Upload, UploadState
from rasr.node.web.plain import plain


def post_opening(*, actor: User, upload_id: UUID | str, progress: Progress = silent) -> Loaded:
    """Receive what the register lacks of a checked upload; what is there already stays as it is.

    What else moved since does not matter as long as the same lines are posted that were shown. Sent again, the same
    workbook posts nothing. Raises PermissionDenied, Upload.DoesNotExist; Refused: upload_closed, register_moved_on, and
    those of ``load_region``.
    """
    found = uploading.to_post(actor=actor, upload_id=upload_id)
    progress("reading", 0.0)
    region = uploading.read(found)
    with transaction.atomic():
        write.lock_register()
        now = staging.opening(bridge.read_tables(), region)
        if staging.digest(now.lines) != _ways(found).get(Loading.OPENING, {}).get("digest"):
            raise Refused("register_moved_on")
        loaded = load_region(
            actor=actor, region=now.region, complete=False, source=found.name, upload=found, progress=progress
        )
        uploading.move(found, UploadState.LOADED, loaded_at=timezone.now())
        told = {"loading": Loading.OPENING.value, "register_version": loaded.version}
        uploading.enter(actor, "upload.load", found, told)
    uploading.delete_files(found)
    return loaded


def post_count(
    *, actor: User, upload_id: UUID | str, due_on: date, progress: Progress = silent
) -> list[dict[str, Any]]:
    """Hand in a count of each store of a checked upload, as of when it was checked; what moved since is expected.

    What cannot be counted is told for its store, and stops no other. Gives for each: store_id, and code with its
    numbers where it was refused, else count_id, state and left (lines without a figure: the sheet is still open).

    Raises PermissionDenied, Upload.DoesNotExist; Refused: upload_closed, count_due_passed.
    """
    require(actor, counting.RIGHT)
    if due_on < timezone.localdate():
        raise Refused("count_due_passed", day=due_on.isoformat())
    found = uploading.to_post(actor=actor, upload_id=upload_id)
    if Loading.COUNT not in _ways(found):
        raise Refused("upload_closed", path=found.name)
    lines = uploading.lines(actor=actor, upload_id=upload_id, loading=Loading.COUNT)
    stores = lines["store_id"].unique().sort().to_list()
    told = []
    with transaction.atomic():
        for done, store_id in enumerate(stores):
            progress("writing", done / len(stores))
            sheet = _sheet(found, store_id, lines.filter(pl.col("store_id") == store_id))
            told.append({"store_id": store_id, **_hand_in(actor, sheet, due_on)})
        kept = {**found.differences, "posted": told}
        uploading.move(found, UploadState.LOADED, loaded_at=timezone.now(), differences=kept)
        after = {"loading": Loading.COUNT.value, "counts": sum("count_id" in one for one in told), "stores": len(told)}
        uploading.enter(actor, "upload.load", found, after)
    uploading.delete_files(found)
    return told


def emptied(found: Upload) -> list[str]:
    """Stores of a workbook that held something when it was checked, and hold nothing now."""
    stocked = set(_ways(found).get(Loading.COUNT, {}).get("stocked", ()))
    if not stocked:
        return []
    held = Holding.objects.filter(store__in=stocked).exclude(quantity=0).order_by()
    return sorted(stocked - set(held.values_list("store_id", flat=True).distinct()))


def _ways(found: Upload) -> dict[str, Any]:
    ways: dict[str, Any] = found.differences.get("ways", {})
    return ways


def _sheet(found: Upload, store_id: str, lines: pl.DataFrame) -> Sheet:
    """The figures of one store as they were shown."""
    known = lines.filter(pl.col("batch_id").is_not_null())
    return Sheet(
        store_id=store_id,
        frozen_line=found.differences["line"],
        frozen_at=datetime.fromisoformat(found.differences["at"]),
        found={UUID(batch): quantity for batch, quantity in known.select("batch_id", "after").iter_rows()},
        beside=tuple(_beside(lines)),
        source=found.name,
    )


def _beside(lines: pl.DataFrame) -> Iterator[Found]:
    """What is on no record of the store, named by its record, article and lot."""
    none = lines.filter(pl.col("outcome") == Outcome.NO_RECORD.value)
    for quantity, *names in none.select("after", "stock_id", "article_id", "lot").iter_rows():
        yield Found(quantity, ", ".join(filter(None, names)))


def _hand_in(actor: User, sheet: Sheet, due_on: date) -> dict[str, Any]:
    try:
        with transaction.atomic():
            count = open_written(actor=actor, sheet=sheet, due_on=due_on)
    except Refused as refused:
        return {"code": refused.code, "numbers": plain(refused.numbers)}
    except ObjectDoesNotExist:
        return {"code": "count_store_unknown", "numbers": {}}
    left = 0
    try:
        count = counting.finish(actor=actor, count_id=count.pk)
    except Refused as refused:
        if refused.code != "count_lines_left":
            raise
        left = int(refused.numbers["number"])
    return {"count_id": str(count.pk), "state": count.state, "left": left}
