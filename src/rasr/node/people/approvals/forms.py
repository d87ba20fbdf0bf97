"""Forms of approvals."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from rasr.node.web.said import SaidForm

APPROVE, REFUSE = "approve", "refuse"


class DecisionForm(SaidForm):
    """Yes or no, and why. digest: of what the page showed."""

    said: ClassVar[dict[str, tuple[Any, bool]]] = {"reason": (_("Reason"), True)}
    digest = forms.CharField(max_length=64, widget=forms.HiddenInput)
    decision = forms.ChoiceField(choices=((APPROVE, _("Approve")), (REFUSE, _("Refuse"))), widget=forms.HiddenInput)
