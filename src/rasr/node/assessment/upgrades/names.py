"""Names of the kinds of works, in the language in force."""

from __future__ import annotations

from django.utils.translation import pgettext

from rasr.core.assessment.security.works import catalogue


def kind_name(kind: str) -> str:
    """The name of a kind of works of the catalogue."""
    return pgettext("security", catalogue()[kind].name)
