"""What is asked about results of security visits, and of a work that is offered."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from rasr.core.assessment.security.works import catalogue
from rasr.core.basis.findings import Refused
from rasr.node.assessment.leaks.services import Work
from rasr.node.assessment.security import wording
from rasr.node.records.lots.pages import short
from rasr.node.web.crafted import none_crafted

MOST_EUR, MOST_YEARS, MOST_RATE = 1e12, 200.0, 1e9


class AskForm(forms.Form):
    """What is worked out on the page of a site; all of it may be left empty."""

    level = forms.TypedChoiceField(
        label=_("The cheapest works that reach level"), choices=[("", "–"), *((n, n) for n in (1, 2, 3))],
        coerce=int, empty_value=None, required=False,
    )  # fmt: skip
    budget = forms.FloatField(
        label=_("The best works for at most, EUR"), min_value=0, max_value=MOST_EUR, required=False
    )
    years = forms.FloatField(
        label=_("Losses have been kept on record for, years"), min_value=0.1, max_value=MOST_YEARS, required=False
    )


class RateForm(forms.Form):
    """The exchange rate that somebody declares."""

    rate = forms.FloatField(
        label=_("Expected fatalities per year that one unit of the index is worth"),
        min_value=0, max_value=MOST_RATE, required=False, initial=0,
    )  # fmt: skip


class WorkForm(forms.Form):
    """A work and what it would cost."""

    kind = forms.ChoiceField(label=_("Kind of work"))
    store_id = forms.ChoiceField(label=_("Where"), required=False)
    cost_eur = forms.FloatField(
        label=_("Cost, EUR"), min_value=0, max_value=MOST_EUR, required=False,
        help_text=_("From an offer or a contract. Without a cost it is no choice, and is named."),
    )  # fmt: skip
    cost_low_eur = forms.FloatField(label=_("Lowest cost, EUR"), min_value=0, max_value=MOST_EUR, required=False)
    cost_high_eur = forms.FloatField(label=_("Highest cost, EUR"), min_value=0, max_value=MOST_EUR, required=False)
    life_years = forms.FloatField(label=_("Life, years"), min_value=0, max_value=MOST_YEARS, required=False)
    upkeep_eur_per_year = forms.FloatField(
        label=_("Upkeep, EUR a year"), min_value=0, max_value=MOST_EUR, required=False
    )
    source = short(_("Where the cost comes from"))

    def __init__(self, *given: Any, stores: list[str], **more: Any) -> None:
        super().__init__(*given, **more)
        kinds = [(kind, wording.name("works", kind)) for kind in catalogue()]
        places = [("", _("The site as a whole")), *((store, store) for store in stores)]
        for name, choices in (("kind", sorted(kinds, key=lambda one: one[1])), ("store_id", places)):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = choices

    def work(self) -> Work:
        """What is offered, of a form that is valid."""
        given = self.cleaned_data
        return Work(**given | {"store_id": given["store_id"] or None})


def asked(form: forms.Form) -> dict[str, Any]:
    """What a form sent by GET asks; nothing of what is not valid, which the form then says."""
    if form.is_valid():
        return form.cleaned_data
    none_crafted(form)
    return {name: form.cleaned_data.get(name) for name in form.fields}


def worked(act: Any) -> tuple[Any, Refused | None]:
    """What an act gives, or why it is refused."""
    try:
        return act(), None
    except Refused as fault:
        return None, fault
