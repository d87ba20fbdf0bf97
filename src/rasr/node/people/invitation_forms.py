"""Forms of invitations, of joining, and of a lost second factor."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from rasr.node.people.choices import Role
from rasr.node.people.invitations import SIGNS_IN_CODE
from rasr.node.people.models import User
from rasr.node.people.place import Place
from rasr.node.people.place_choices import places
from rasr.node.people.scopes import scope_of
from rasr.node.web.said import SaidForm

LONGEST_CODE = 4 * SIGNS_IN_CODE
"""As somebody types it, with whatever they put between the signs."""


class InviteForm(forms.Form):
    """Whom to invite, and which role they are to get."""

    name = forms.CharField(
        label=pgettext_lazy("of a person", "Name"), max_length=150, help_text=_("Who will use the code.")
    )
    email = forms.EmailField(
        label=_("E-mail address"),
        required=False,
        help_text=_("May be empty. If it is given, only this address can be used."),
    )
    language = forms.ChoiceField(
        label=_("Language"), choices=settings.LANGUAGES, help_text=_("Of the letter and of the pages to join.")
    )
    role = forms.ChoiceField(
        label=_("Role"), required=False, help_text=_("Given only after a second person has approved it.")
    )
    place = forms.ChoiceField(label=_("Where the role holds"), required=False)

    def __init__(self, actor: User, data: Any = None, **more: Any) -> None:
        super().__init__(data, **more)
        named: dict[str, Any] = self.fields
        named["role"].choices = [("", _("None yet")), *Role.choices]
        named["place"].choices = [("", _("Choose")), *places(scope_of(actor, "manage_people"))]

    def clean(self) -> dict[str, Any]:
        """A role needs a place; the place is read."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("role") and "place" in cleaned:
            try:
                cleaned["place"] = Place.read(cleaned["place"])
            except ObjectDoesNotExist:
                self.add_error("place", _("Choose where the role holds."))
        return cleaned


class CodeForm(forms.Form):
    """The code of an invitation."""

    code = forms.CharField(
        label=_("Code"),
        max_length=LONGEST_CODE,
        help_text=_("As it stands on the letter: four groups of four signs. Small or capital letters are the same."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )


class LostFactorForm(SaidForm):
    """Why a second factor is to be taken off."""

    said: ClassVar = {"reason": (_("Reason"), True)}
    emergency = forms.BooleanField(label=_("Nobody else can approve it: take it as an emergency"), required=False)
