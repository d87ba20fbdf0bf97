"""What every page says of the node: its name, and whether it is a training copy."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from rasr.node.host import queries


def node(_request: HttpRequest) -> dict[str, Any]:
    """``node_name``, ``training``.

    Worked out only where a page shows it: ``readiness`` (``queries.Readiness``), ``last_backup`` (None: never here).
    """
    return {
        "node_name": settings.NODE.name,
        "training": queries.training(),
        "readiness": SimpleLazyObject(partial(queries.readiness, settings.NODE.home)),
        "last_backup": partial(queries.last_backup, settings.NODE.home),  # a template calls it
    }
