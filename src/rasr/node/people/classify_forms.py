"""The form that sets a class mark."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from rasr.node.web import marks
from rasr.node.web.said import SaidForm


class ClassifyForm(SaidForm):
    """Which mark, and why."""

    said: ClassVar[dict[str, tuple[Any, bool]]] = {"reason": (_("Reason"), True)}
    mark = forms.TypedChoiceField(label=_("Class mark"), coerce=int, choices=marks.choices)
