"""Ids in forms that nobody was offered: what is out of scope is answered as what is not there."""

from __future__ import annotations

from django.forms import BaseForm
from django.http import Http404

CODES = {"invalid_choice", "invalid_pk_value"}
"""What fields say of a choice that they do not offer."""


def is_crafted(form: BaseForm) -> bool:
    """Whether the form was sent a choice it does not offer."""
    if not form.is_bound:
        return False
    return any(fault.code in CODES for faults in form.errors.as_data().values() for fault in faults)


def none_crafted(form: BaseForm) -> None:
    """Raises Http404 where the form was sent a choice it does not offer; the trail then has an entry of it."""
    if is_crafted(form):
        raise Http404
