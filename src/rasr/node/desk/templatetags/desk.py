"""Tags of the pages of the desk: ``{% load desk %}``."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import template
from django.urls import reverse

from rasr.core.hazard.mixing import Mixing
from rasr.node.desk import names, telling
from rasr.node.desk.queries.due import Due

register = template.Library()


@register.simple_tag
def due_told(item: Due) -> str:
    """The sentence of something due."""
    return telling.due(item.code, item.count)


@register.simple_tag
def due_address(item: Due) -> str:
    """The list where it is seen."""
    page = "desk:stores" if item.stores else "records:stock"
    return f"{reverse(page)}?{urlencode(item.query)}"


@register.filter
def starred(name: Any) -> str:
    """A jurisdiction's name, with the asterisk of Kosovo*."""
    return names.starred(name)


@register.filter
def spaced(code: str) -> str:
    """A code of the rule data as words."""
    return code.replace("_", " ")


@register.filter
def mixing_told(rule: Mixing) -> str:
    """What a rule of mixing says."""
    return telling.mixing_answer(rule)
