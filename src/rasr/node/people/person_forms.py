"""Forms about a person: what is recorded, a role, an address; why."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ObjectDoesNotExist
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from rasr.node.people import granting
from rasr.node.people.choices import Institution, Role, Sex
from rasr.node.people.models import Grant, User
from rasr.node.people.people_tables import told
from rasr.node.people.place import NODE, Place
from rasr.node.people.place_choices import places
from rasr.node.people.scopes import scope_of
from rasr.node.people.second_person import second_people
from rasr.node.web.said import SaidForm


class FactsForm(forms.Form):
    """What is recorded of a person."""

    name = forms.CharField(
        label=pgettext_lazy("of a person", "Name"),
        max_length=150,
        required=False,
        help_text=_("As others call this person."),
    )
    sex = forms.ChoiceField(
        label=_("Sex"),
        choices=Sex.choices,
        help_text=_("Only for figures that must be reported. Nobody has to say."),
    )
    institution = forms.ChoiceField(
        label=_("Institution"), choices=Institution.choices, help_text=_("For the same figures.")
    )


class ReasonForm(SaidForm):
    """Why."""

    said: ClassVar[dict[str, tuple[Any, bool]]] = {"reason": (_("Reason"), True)}


class AskForm(ReasonForm):
    """Why, of what a second person must approve. The box for emergencies is there only where nobody else is."""

    emergency = forms.BooleanField(
        label=_("Nobody else can approve it: take it as an emergency"),
        required=False,
        help_text=_("It takes effect after a time, unless somebody refuses it. Everybody who manages people sees it."),
    )

    def __init__(self, *given: Any, actor: User, **more: Any) -> None:
        super().__init__(*given, **more)
        if second_people(actor, "approve_grants", *NODE):
            del self.fields["emergency"]


class RoleForm(AskForm):
    """Which role, where, and whether another is taken away with it."""

    role = forms.ChoiceField(label=_("Role"), choices=[("", _("Choose a role")), *Role.choices])
    place = forms.ChoiceField(
        label=_("Where it holds"),
        help_text=_("Only the places that you manage are offered. A role in an organisation holds in all its sites."),
    )
    instead_of = forms.ChoiceField(
        label=_("Taken away with it"),
        required=False,
        help_text=_("To move somebody to another place, choose the role held so far."),
    )

    def __init__(self, *given: Any, actor: User, user: User, **more: Any) -> None:
        super().__init__(*given, actor=actor, **more)
        fields: dict[str, Any] = self.fields
        offered = places(scope_of(actor, "manage_people"))
        fields["place"].choices = [("", _now("Choose a place")), *offered]
        known = {code for code, _name in offered}
        held = [grant for grant in granting.grants(user) if Place.of(grant).code in known]
        fields["instead_of"].choices = [("", _now("Nothing: the role is added")), *map(_named, held)]
        if not held:
            del self.fields["instead_of"]
        self.order_fields(["role", "place", "instead_of"])

    def clean_place(self) -> Place:
        """The place itself."""
        try:
            return Place.read(self.cleaned_data["place"])
        except ObjectDoesNotExist as fault:  # the field lets through only what it offers
            raise forms.ValidationError(_now("Choose a place")) from fault

    def clean_instead_of(self) -> int | None:
        """Key of the role."""
        chosen: str = self.cleaned_data["instead_of"]
        return int(chosen) if chosen else None


class EmailForm(AskForm):
    """Another address."""

    email = forms.EmailField(label=_("New e-mail address"), max_length=254)

    def __init__(self, *given: Any, actor: User, **more: Any) -> None:
        super().__init__(*given, actor=actor, **more)
        self.order_fields(["email"])


def _named(grant: Grant) -> tuple[str, str]:
    return str(grant.pk), told(grant)
