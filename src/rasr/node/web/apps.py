"""The app web."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.apps import AppConfig
from django_tables2 import utils

Signature = tuple[tuple[str, ...], str | None]


class WebConfig(AppConfig):
    """Templates, static files and tags that every app draws on."""

    name = "rasr.node.web"
    label = "web"

    def ready(self) -> None:
        """Let django-tables2 look at the signature of a method once, not for every cell: half the time of a list."""
        if utils.signature is not _signature_once:
            utils.signature = _signature_once


_plain: Callable[[Any], Signature] = utils.signature
_known: dict[Any, Signature] = {}


def _signature_once(function: Any) -> Signature:
    """Arguments of a function; kept for methods, which are as many as the program has, and not for what pages make."""
    method = getattr(function, "__func__", None)
    if method is None:
        return _plain(function)
    found = _known.get(method)
    if found is None:
        found = _known[method] = _plain(function)
    return found
