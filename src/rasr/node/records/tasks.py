"""The jobs of uploads: their long work, in the name of who asked for it."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from rasr.node.jobs.registry import Work, handler
from rasr.node.records import uploading


@handler("check_upload")
def check_upload(work: Work) -> dict[str, Any]:
    """Check a workbook. parameters: upload_id."""
    upload_id = work.parameters["upload_id"]
    found = uploading.check(actor=work.actor, upload_id=upload_id, progress=work.progress)
    return {"url": reverse("records:upload", args=[upload_id]), "state": found.state}


@handler("load_upload")
def load_upload(work: Work) -> dict[str, Any]:
    """Load a checked workbook. parameters: upload_id, complete."""
    upload_id, complete = work.parameters["upload_id"], bool(work.parameters["complete"])
    loaded = uploading.load(actor=work.actor, upload_id=upload_id, complete=complete, progress=work.progress)
    return {"url": reverse("records:upload", args=[upload_id]), "version": loaded.version}
