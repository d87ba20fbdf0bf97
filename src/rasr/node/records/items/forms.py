"""What is asked about items."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy
from uuid6 import uuid7

from rasr.node.records.items.services import UNREADABLE, ItemDraft
from rasr.node.records.lots.pages import SureForm, WhyForm, long_text, short, year
from rasr.node.records.models import Custody, LegalStatus, Origin, SerialState

MOST_AT_ONCE = 2_000
"""Items that are told apart by one form."""
LONGEST_SERIAL = 100
SERIALS = LONGEST_SERIAL * MOST_AT_ONCE


class FactsForm(SureForm):
    """Facts of an item."""

    serial = short(
        _("Serial number as marked"),
        help_text=_("Letter by letter as it is stamped, in its own script. Empty where none can be read."),
    )
    serial_state = forms.ChoiceField(label=_("Serial number"), choices=SerialState.choices)
    marks = short(_("Other marks"), help_text=_("Of the maker, of proof, of import."))
    year_made = year(_("Year made"))
    origin = forms.ChoiceField(label=pgettext_lazy("of an item", "Origin"), choices=Origin.choices)
    notes = long_text(_("Notes"))


class LegalForm(WhyForm):
    """What the law says of an item."""

    legal_status = forms.ChoiceField(label=_("Legal status"), choices=LegalStatus.choices)
    case_number = short(_("Case number"))
    legal_hold = forms.BooleanField(label=_("Legal hold: nothing may be done with it but keep it"), required=False)
    owner = short(_("Owner"))
    release_ref = short(_("Release"), help_text=_("The reference of the decision that releases it."))


class Once(WhyForm):
    """A form that posts a movement: sent twice it does it once."""

    movement_id = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.fields["movement_id"].initial = uuid7


class HandForm(Once):
    """To which court or laboratory an item is handed."""

    custody = forms.ChoiceField(
        label=_("To"),
        choices=[("", _("Choose")), *((code, name) for code, name in Custody.choices if code != Custody.STORE)],
    )
    to = short(_("Name of the court or laboratory"), required=True)


class BackForm(Once):
    """Into which store an item comes back."""

    store_id = forms.ChoiceField(label=_("Store"))

    def __init__(self, *given: Any, stores: Iterable[str], **more: Any) -> None:
        super().__init__(*given, **more)
        field = self.fields["store_id"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(one, one) for one in stores]


class ItemiseForm(SureForm, Once):
    """Serial numbers of the pieces that become items, one in a line, and how many bear none that can be read."""

    stack = forms.ChoiceField(label=_("Stack"), required=False)
    serials = forms.CharField(
        label=_("Serial numbers"),
        required=False,
        max_length=SERIALS,
        widget=forms.Textarea(attrs={"rows": 10, "spellcheck": "false", "autocapitalize": "off"}),
        help_text=_("One in a line, as they are marked, in their own script."),
    )
    without = forms.IntegerField(
        label=_("Pieces without a number that can be read"), required=False, min_value=0, max_value=MOST_AT_ONCE
    )
    without_state = forms.ChoiceField(
        label=_("Why it cannot be read"),
        required=False,
        choices=[(code, name) for code, name in SerialState.choices if code in UNREADABLE],
    )
    origin = forms.ChoiceField(
        label=pgettext_lazy("of an item", "Origin"), choices=Origin.choices, initial=Origin.UNKNOWN
    )

    def __init__(self, *given: Any, stacks: Iterable[str], **more: Any) -> None:
        super().__init__(*given, **more)
        field = self.fields["stack"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(stack, stack or _("none")) for stack in stacks]
        if len(field.choices) == 1:
            field.widget = forms.HiddenInput()
            field.initial = field.choices[0][0]

    def clean(self) -> dict[str, Any]:
        """At least one item, and not too many at once."""
        given: dict[str, Any] = super().clean() or {}
        serials = [line.strip() for line in given.get("serials", "").splitlines() if line.strip()]
        count = len(serials) + (given.get("without") or 0)
        if not count:
            self.add_error("serials", ValidationError(_("Write at least one serial number, or how many bear none.")))
        if count > MOST_AT_ONCE:
            says = ngettext("At most {most} item at once.", "At most {most} items at once.", MOST_AT_ONCE)
            self.add_error("serials", ValidationError(says.format(most=MOST_AT_ONCE)))
        if any(len(serial) > LONGEST_SERIAL for serial in serials):
            self.add_error("serials", ValidationError(_("One of the numbers is too long: write one in a line.")))
        return given | {"serials": serials}

    def drafts(self) -> list[ItemDraft]:
        """The items, of a form that is valid."""
        given = self.cleaned_data
        origin = given["origin"]
        read = [ItemDraft(serial, origin=origin) for serial in given["serials"]]
        state = given["without_state"] or SerialState.MISSING
        return read + [ItemDraft("", state, origin=origin)] * (given["without"] or 0)
