"""What every page knows of who looks at it."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from rasr.node.people.approvals import queries as approvals
from rasr.node.people.rights import ALL, may


def rights(request: HttpRequest) -> dict[str, Any]:
    """``rights``: right to whether the user has it. ``approvals_waiting``: how many wait for them, asked when shown."""
    user = getattr(request, "user", None) or AnonymousUser()
    return {
        "rights": {right: may(user, right) for right in ALL},
        "approvals_waiting": SimpleLazyObject(lambda: approvals.waiting(user).count()),
    }
