"""The jobs of uploads: their long work, in the name of who asked for it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.urls import reverse

from rasr.node.jobs.registry import Work, handler
from rasr.node.records import bringing, uploading
from rasr.node.records.choices import Loading


@handler("check_upload")
def check_upload(work: Work) -> dict[str, Any]:
    """Check a workbook. parameters: upload_id."""
    upload_id = work.parameters["upload_id"]
    found = uploading.check(actor=work.actor, upload_id=upload_id, progress=work.progress)
    return {"url": reverse("records:upload", args=[upload_id]), "state": found.state}


@handler("load_upload")
def load_upload(work: Work) -> dict[str, Any]:
    """Post a checked workbook. parameters: upload_id, loading (``Loading``), of a count also due_on."""
    upload_id, loading = work.parameters["upload_id"], work.parameters["loading"]
    told = {"url": reverse("records:upload", args=[upload_id])}
    given: dict[str, Any] = {"actor": work.actor, "upload_id": upload_id, "progress": work.progress}
    if loading == Loading.COUNT:
        counts = bringing.post_count(**given, due_on=date.fromisoformat(work.parameters["due_on"]))
        return told | {"counts": sum("count_id" in one for one in counts)}
    if loading == Loading.OPENING:
        return told | {"version": bringing.post_opening(**given).version}
    return told | {"version": uploading.load(**given, complete=loading == Loading.WHOLE).version}
