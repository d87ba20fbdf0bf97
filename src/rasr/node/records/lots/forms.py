"""What is asked about lots."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from uuid6 import uuid7

from rasr.node.records.lots.pages import SureForm, WhyForm, day, long_text, short, year
from rasr.node.records.models import ConstraintKind, LotIdentity, Verdict


class FactsForm(WhyForm):
    """Facts of a lot."""

    maker = short(_("Maker"))
    country_made = short(_("Made in"))
    year_made = year(_("Year made"))
    shelf_life_until = day(_("Shelf life until"))
    next_test_on = day(_("Next surveillance test"))
    notes = long_text(_("Notes"))


class IdentityForm(SureForm):
    """Number and identity of a lot."""

    number = short(
        _("Lot number"),
        required=True,
        help_text=_("As it is marked. Of a lot whose identity is lost: what the register is to call it."),
    )
    identity = forms.ChoiceField(label=_("Identity"), choices=LotIdentity.choices)


class NameForm(IdentityForm):
    """A lot for stock that has none, or another one. movement_id: so that sending it twice does it once."""

    maker = short(_("Maker"))
    country_made = short(_("Made in"))
    year_made = year(_("Year made"))
    shelf_life_until = day(_("Shelf life until"))
    movement_id = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.fields["movement_id"].initial = uuid7


class ComponentForm(forms.Form):
    """A lot that a lot is made of."""

    part = short(_("Component"), required=True, help_text=_("What it is: fuze, propellant, primer."))
    number = short(_("Lot number"), help_text=_("As it is marked. May be empty where it is not known."))


class ResultForm(forms.Form):
    """A surveillance test."""

    tested_on = day(_("Tested on"), required=True)
    method = short(_("Method"), required=True)
    verdict = forms.ChoiceField(label=_("Verdict"), choices=[("", _("Choose")), *Verdict.choices])
    value = forms.FloatField(
        label=_("Result"), required=False, help_text=_("The number that was measured, if the test gives one.")
    )
    unit = short(_("Unit"), help_text=_("Of the result: %, °C, m/s."))
    laboratory = short(_("Laboratory"))
    reference = short(_("Reference"))
    next_on = day(_("Next test"))

    def clean(self) -> dict[str, Any]:
        """A number has a unit."""
        given: dict[str, Any] = super().clean() or {}
        if given.get("value") is not None and not given.get("unit"):
            self.add_error("unit", ValidationError(_("Say in which unit the result is."), code="no_unit"))
        return given


class LimitForm(forms.Form):
    """A ban or a constraint."""

    kind = forms.ChoiceField(label=_("Kind"), choices=[("", _("Choose")), *ConstraintKind.choices])
    text = long_text(_("What may not be done"), required=True)
    reason = long_text(_("Reason"), required=True)
    reference = short(_("Reference"), help_text=_("Of the order by which it holds."))
    imposed_on = day(_("Imposed on"), required=True)


class LiftForm(WhyForm):
    """Why a ban or a constraint no longer holds, and since when."""

    lifted_on = day(_("Lifted on"), required=True)
