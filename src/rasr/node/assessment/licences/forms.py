"""What is asked to propose a licence, and to fill in an emergency card."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from rasr.core.hazard.divisions import LICENSED_DIVISIONS
from rasr.node.assessment.licences.cards import EVACUATION, WITHDRAWAL
from rasr.node.assessment.licences.wording import FIRE_DIVISIONS
from rasr.node.records.lots.pages import WhyForm, day, long_text, short

DISTANCES = ((WITHDRAWAL, _("withdrawal, m")), (EVACUATION, _("evacuation, m")))


def field_of(division: str) -> str:
    """The name of the field of a division."""
    return f"limit_{division.replace('.', '_')}"


class ProposeForm(WhyForm):
    """The whole licence of a store."""

    valid_until = day(_("Valid until"), required=True)
    conditions = long_text(_("Conditions"), help_text=_("Such as: no work in the store, barricade kept up."))
    document = short(
        _("Document read"),
        help_text=_("Where you have read these distances. Needed where a rule is not verified or not covered."),
    )
    exception = long_text(
        _("Exception"),
        help_text=_("Only where more is to be allowed than the distances do: who has allowed it, and by which paper."),
    )

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        limits = {
            field_of(division): forms.FloatField(
                label=_("Limit for division %(division)s, kg NEQ") % {"division": division},
                required=False,
                min_value=0,
                help_text=_("Empty: no licence for it."),
                widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
            )
            for division in LICENSED_DIVISIONS
        }
        self.fields = {**limits, **self.fields}

    def limits(self) -> dict[str, float]:
        """Division to limit, of a form that is valid."""
        given = {division: self.cleaned_data[field_of(division)] for division in LICENSED_DIVISIONS}
        return {division: kg for division, kg in given.items() if kg is not None}


class WhatIfForm(forms.Form):
    """If so much came, or went."""

    division = forms.ChoiceField(label=_("Hazard division"), choices=[(one, one) for one in LICENSED_DIVISIONS])
    kg = forms.FloatField(label=_("kg NEQ more (less with a minus)"), widget=forms.NumberInput(attrs={"step": "any"}))


class ContactsForm(forms.Form):
    """Whom to call."""

    contacts = long_text(
        _("Contacts"), required=True, help_text=_("One to a line: who, a colon, the telephone number.")
    )
    as_of = day(_("Checked on"), required=True)


class DistancesForm(WhyForm):
    """Withdrawal and evacuation distances by fire division, and where they were read."""

    source = short(_("Document and clause"), help_text=_("Where you have read them. Without it nothing is kept."))
    as_of = day(_("Read on"), required=True)

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        asked = {
            f"{name}_{division}": forms.FloatField(
                label=_("Fire division %(number)s: %(what)s") % {"number": division, "what": what},
                required=False,
                min_value=0,
                widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
            )
            for division in FIRE_DIVISIONS
            for name, what in DISTANCES
        }
        self.fields = {**asked, **self.fields}

    def distances(self) -> dict[str, dict[str, float]]:
        """Fire division to its distances, of a form that is valid."""
        found: dict[str, dict[str, float]] = {}
        for division in FIRE_DIVISIONS:
            for name, _what in DISTANCES:
                value_m = self.cleaned_data[f"{name}_{division}"]
                if value_m is not None:
                    found.setdefault(division, {})[name] = value_m
        return found


def shown(distances: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    """Distances as the form shows them first."""
    return {f"{name}_{division}": value_m for division, given in distances.items() for name, value_m in given.items()}


class AddressForm(forms.Form):
    """What is to become of the address."""

    what = forms.ChoiceField(choices=(("renew", _("Renew")), ("close", _("Close"))))
