"""What is asked about articles."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from uuid6 import uuid7

from rasr.core.records import names
from rasr.core.reference import loader
from rasr.node.people.models import User
from rasr.node.records.catalogue import queries
from rasr.node.records.filters import DIVISIONS, FAMILIES
from rasr.node.records.lots.pages import WhyForm, long_text, short
from rasr.node.records.models import Article, Naming
from rasr.node.web import codes

EMPTY = ("", _("Choose"))
GROUPS = [
    (code, codes.NAMES["compatibility_group"].get(code, code))
    for code in loader.contract("articles").by_name["compatibility_group"].allowed
]
PURPOSES = [(code, name) for code, name in codes.choices("purpose") if code in ("awaiting_disposal", "evidence")] + [
    (code, name) for code, name in codes.choices("purpose") if code in ("confiscated", "surrendered")
]
"""What something unidentified can be held for: never for use."""


def figure(label: Any, **more: Any) -> forms.FloatField:
    """A mass or another figure that is not below nothing; empty is unknown."""
    return forms.FloatField(label=label, required=False, min_value=0.0, **more)


class FactsForm(WhyForm):
    """All that the catalogue knows of an article."""

    name = short(_("Name"), required=True)
    family = forms.ChoiceField(label=_("Family"), choices=[EMPTY, *FAMILIES])
    unit = forms.ChoiceField(
        label=_("Unit"),
        choices=codes.choices("unit"),
        help_text=_("Piece for what is counted; gram for bulk explosive and powder, which is weighed."),
    )
    hazard_division = forms.ChoiceField(label=_("Hazard division"), choices=[EMPTY, *DIVISIONS])
    compatibility_group = forms.ChoiceField(label=_("Compatibility group"), choices=[EMPTY, *GROUPS])
    un_number = forms.RegexField(r"^\d{4}$", label=_("UN number"), required=False, help_text=_("Four digits."))
    neq_kg_each = figure(_("NEQ of one, kg"), help_text=_("Net explosive quantity. Empty is unknown; 0 is none."))
    mass_kg_each = figure(_("Net mass of one, kg"))
    gross_mass_kg_each = figure(_("Gross mass of one, kg"), help_text=_("With its share of the packing."))
    explosive = short(_("Explosive"))
    mce_kg = figure(_("Maximum credible event, kg"))
    attractiveness = figure(_("Attractiveness, 0 to 1"), max_value=1.0)
    calibre = short(_("Calibre"))
    nsn = short(_("NATO stock number"), help_text=_("13 digits, such as 1305-00-926-9305."))
    make = short(_("Make"))
    model = short(_("Model"))
    country_made = short(_("Made in"))
    shelf_life_months = forms.IntegerField(label=_("Shelf life, months"), required=False, min_value=1, max_value=1200)
    itemised = forms.BooleanField(
        label=_("Every piece is recorded as an item"), required=False, help_text=_("For weapons.")
    )
    notes = long_text(_("Notes"))

    TEXTS: ClassVar[tuple[str, ...]] = ("un_number", "explosive", "calibre")
    """Facts whose empty text is unknown."""

    def clean_nsn(self) -> str:
        """In its form. Raises ValidationError for what is none."""
        number = str(self.cleaned_data["nsn"])
        written = names.stock_number(number) if number else ""
        if written is None:
            raise ValidationError(_("A NATO stock number has 13 digits: 1305-00-926-9305."), code="nsn")
        return written

    def facts(self, of: tuple[str, ...]) -> dict[str, Any]:
        """Some of what was sent, of a form that is valid."""
        given = self.cleaned_data
        return {name: None if name in self.TEXTS and not given[name] else given[name] for name in of if name in given}


class NewForm(FactsForm):
    """A new article; its id is asked first."""

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        told = _("The id by which workbooks and other systems know it. It never changes.")
        self.fields = {"article_id": short(_("Article"), required=True, help_text=told), **self.fields}


class NameForm(WhyForm):
    """Another name."""

    name = short(_("Name"), required=True, help_text=_("As it is written, in any script."))
    naming = forms.ChoiceField(label=_("Designation"), choices=[EMPTY, *Naming.choices])


class PackageForm(forms.Form):
    """How an article is packed."""

    name = short(_("Package"), required=True, help_text=_("Box, crate, pallet."))
    quantity = forms.IntegerField(label=_("Pieces or grams in it"), min_value=1, max_value=10**9)
    gross_mass_kg = figure(_("Gross mass, kg"))
    neq_kg = figure(_("NEQ, kg"))


class ArticleField(forms.CharField):
    """An article by its id, or by one of its names. As cleaned: the article. actor: who asks."""

    def __init__(self, actor: User, **more: Any) -> None:
        self.actor = actor
        super().__init__(max_length=200, help_text=_("Its id, or one of its names as the catalogue has it."), **more)

    def clean(self, value: Any) -> Article:
        """Raises ValidationError where there is none, or more than one."""
        text = super().clean(value)
        found = queries.named(self.actor, text)
        if len(found) > 1:
            told = ", ".join(one.pk for one in found)
            raise ValidationError(_now("More than one article has this name: %s. Give the id.") % told, code="several")
        if not found:
            raise ValidationError(_("The catalogue has no such article."), code="none")
        return found[0]


class ComponentForm(forms.Form):
    """What one of an article is made of."""

    def __init__(self, *given: Any, actor: User, **more: Any) -> None:
        super().__init__(*given, **more)
        self.fields["component"] = ArticleField(actor, label=_("Component"))
        self.fields["quantity"] = forms.IntegerField(label=_("How many in one"), min_value=1, max_value=10**9)


class OnceForm(WhyForm):
    """Posts a movement. movement_id: so that sending it twice does it once."""

    movement_id = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.fields["movement_id"].initial = uuid7


class IntoForm(OnceForm):
    """Which article it is."""

    def __init__(self, *given: Any, actor: User, **more: Any) -> None:
        super().__init__(*given, **more)
        self.fields = {"into": ArticleField(actor, label=_("It is the same as")), **self.fields}


class ApartForm(WhyForm):
    """Which article it is not."""

    def __init__(self, *given: Any, actor: User, **more: Any) -> None:
        super().__init__(*given, **more)
        self.fields = {"other": ArticleField(actor, label=_("It is not the same as")), **self.fields}


class UnknownForm(OnceForm):
    """Something unidentified that was found."""

    name = short(
        _("What it looks like"),
        required=True,
        help_text=_("In a few words: everybody who sees the catalogue reads them. Say no more than that here."),
    )
    family = forms.ChoiceField(label=_("What it may be"), choices=[EMPTY, *FAMILIES])
    store = forms.ChoiceField(label=_("Store"))
    stack = short(_("Stack or place in it"), help_text=_("Keep it apart from everything else."))
    quantity = forms.IntegerField(
        label=_("Quantity"),
        required=False,
        min_value=1,
        max_value=10**9,
        help_text=_("Empty where nobody can count it."),
    )
    purpose = forms.ChoiceField(label=_("Held as"), choices=PURPOSES)
    notes = long_text(_("Marks, measures, state, how it was found"))

    def __init__(self, *given: Any, stores: list[tuple[str, str]], **more: Any) -> None:
        super().__init__(*given, **more)
        field = self.fields["store"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [EMPTY, *stores]


class AmountForm(forms.Form):
    """An amount of an article, given in one way."""

    PIECES, MASS, NEQ = "quantity", "mass", "neq"
    amount = forms.FloatField(label=_("Amount"), min_value=0.0, max_value=1e12)
    given_as = forms.ChoiceField(
        label=_("Given as"),
        choices=[(PIECES, _("pieces or grams")), (MASS, _("gross mass, kg")), (NEQ, _("NEQ, kg"))],
    )
