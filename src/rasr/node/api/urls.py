"""Addresses of the API. Who is not signed in gets 401, not the page to sign in."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.views.decorators.http import require_GET

from rasr.node.api.endpoints import api

DESCRIPTION = "openapi-json"
"""Shown like a page: to who is signed in."""


def _open(patterns: list[Any]) -> list[Any]:
    kept = [one for one in patterns if one.name != "api-root"]  # a page of links, of which we have none
    for one in kept:
        if one.name == DESCRIPTION:
            one.callback = require_GET(one.callback)
        else:
            one.callback = login_not_required(one.callback)
    return kept


app_name = "api"
urlpatterns = _open(api.urls[0])
