"""What every page knows of who looks at it."""

from __future__ import annotations

from django.http import HttpRequest

from rasr.node.people.rights import ALL, may


def rights(request: HttpRequest) -> dict[str, dict[str, bool]]:
    """``rights``: right to whether the user has it."""
    user = getattr(request, "user", None)
    return {"rights": {right: user is not None and may(user, right) for right in ALL}}
