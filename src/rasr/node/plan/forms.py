"""How a plan is asked for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from rasr.core.basis.units import kg_from_tonne
from rasr.core.plan.holds import Hold
from rasr.core.plan.options import Options
from rasr.node.plan.deciding import holds_in_force
from rasr.node.records.lots.pages import WhyForm, day

NEVER, AT_LEAST = "never", "at_least"
DECISIONS = ((NEVER, _("Nothing goes this way")), (AT_LEAST, _("At least so much goes this way")))
LIMITS_S = (("300", _("5 minutes")), ("900", _("15 minutes")), ("3600", _("1 hour")))


@dataclass(frozen=True)
class Ways:
    """What a decision may name: each a code and how it is called."""

    origins: list[tuple[str, str]]
    lines: list[tuple[str, str]]
    families: list[tuple[str, str]]


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

    without = forms.BooleanField(
        label=_("Leave aside what was decided by hand"),
        required=False,
        help_text=_("Else the plan keeps to it, and tells what that costs."),
    )

    def options(self) -> Options:
        """What was asked for; call it on a valid form."""
        given = self.cleaned_data
        holds = () if given["without"] else holds_in_force()
        return Options(partial=given["partial"], seconds=float(given["seconds"] or Options.seconds), holds=holds)


class ThroughForm(WhyForm):
    """Up to which period what a plan sends is held fast, and why."""

    def __init__(self, *given: Any, periods: Iterable[tuple[int, str]], **more: Any) -> None:
        super().__init__(*given, **more)
        through = forms.TypedChoiceField(label=_("What begins by the end of"), choices=list(periods), coerce=int)
        self.fields = {"through": through, **self.fields}

    def through(self) -> int:
        """The last period, of a form that is valid."""
        return int(self.cleaned_data["through"])


class DecideForm(WhyForm):
    """A way from a site to a line, and what is decided about it."""

    origin = forms.ChoiceField(label=_("From site"))
    line = forms.ChoiceField(label=_("To line"))
    family = forms.ChoiceField(label=_("Family"), required=False)
    decision = forms.ChoiceField(label=_("Decision"), choices=DECISIONS, initial=NEVER)
    at_least_tonne = forms.FloatField(label=_("At least, t"), required=False, min_value=0.001, max_value=1e7)
    by_day = day(_("No later than"), help_text=_("Empty: by the end of the plan."))

    def __init__(self, *given: Any, ways: Ways, **more: Any) -> None:
        super().__init__(*given, **more)
        every = [("", _("Every family"))]
        for name, choices in (("origin", ways.origins), ("line", ways.lines), ("family", [*every, *ways.families])):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = choices

    def clean(self) -> dict[str, Any]:
        """A mass where something is to be sent."""
        given = super().clean() or self.cleaned_data
        if given.get("decision") == AT_LEAST and "at_least_tonne" in given and given["at_least_tonne"] is None:
            self.add_error("at_least_tonne", _("Say how much is sent at the least."))
        return given

    def hold(self) -> Hold:
        """What is decided, of a form that is valid."""
        given = self.cleaned_data
        way = given["origin"], given["line"], given["family"] or None
        if given["decision"] == NEVER:
            return Hold(*way, never=True)
        return Hold(*way, at_least_kg=kg_from_tonne(given["at_least_tonne"]), by=given["by_day"])
