"""Tags for what people write: the text with its language, the courtesy translation beside it, and the fields of a form.

``{% load said %}{% said approval "reason" %}``, ``{% said_fields form "reason" %}``.
"""

from __future__ import annotations

from typing import Any

from django import forms, template

from rasr.node.web import languages
from rasr.node.web.said import Said
from rasr.report.texts import LANGUAGES

register = template.Library()


@register.inclusion_tag("web/said.html")
def said(row: Any, name: str) -> dict[str, Any]:
    """What stands in the columns of a row."""
    found = Said.read(row, name)
    return {
        "said": found,
        "lang": _tag(found.language),
        "courtesy_lang": _tag(found.courtesy_language),
    }


@register.inclusion_tag("web/said_fields.html")
def said_fields(form: forms.Form, name: str) -> dict[str, Any]:
    """The text with its language, and the translation folded away; open where one was begun."""
    courtesy, other = form[f"{name}_courtesy"], form[f"{name}_courtesy_language"]
    return {
        "text": form[name],
        "language": form[f"{name}_language"],
        "courtesy": courtesy,
        "courtesy_language": other,
        "open": bool(courtesy.value() or courtesy.errors or other.errors),
    }


def _tag(language: str) -> str:
    """The tag of HTML; empty where nobody knows the language: then it is not that of the page either."""
    return languages.html_lang(language) if language in LANGUAGES else ""
