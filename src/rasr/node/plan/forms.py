"""How a plan is asked for."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from rasr.core.plan.options import Options

LIMITS_S = (("300", _("5 minutes")), ("900", _("15 minutes")), ("3600", _("1 hour")))


class PlanForm(forms.Form):
    """The few options a planner decides on; sent empty, it asks for the usual plan."""

    partial = forms.BooleanField(
        label=_("Plan what has a line"),
        required=False,
        help_text=_("Where no line takes a family, or there is no money at all, plan the rest."),
    )
    seconds = forms.ChoiceField(
        label=_("Search for at most"),
        choices=LIMITS_S,
        required=False,
        initial=f"{Options.seconds:.0f}",
        help_text=_("A plan that the clock ends says so; it may be worse."),
    )

    def options(self) -> Options:
        """What was asked for; call it on a valid form."""
        given = self.cleaned_data
        return Options(partial=given["partial"], seconds=float(given["seconds"] or Options.seconds))
