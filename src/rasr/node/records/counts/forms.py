"""What is asked of who counts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any, ClassVar

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from rasr.node.people.models import User
from rasr.node.records.counts import queries
from rasr.node.records.counts.services import MOST, Found
from rasr.node.records.forms import offer
from rasr.node.records.models import CountKind, CountLine
from rasr.node.web.said import LONGEST_TEXT, SaidForm

DAYS_AHEAD = 7
LONGEST_CODE = 300
LONGEST_NAME = 200
THERE = (("", "–"), ("1", _("There")), ("0", _("Not there")))
WHAT = (
    ("places", _("The store and its stacks")),
    ("packages", _("Packages: one for each record")),
    ("weapons", _("Weapons: one for each item")),
)
MOST_LABELS = 2_000
"""Labels of one file: 84 sheets."""


class Day(forms.DateField):
    """A day to come."""

    def __init__(self, **given: Any) -> None:
        widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
        super().__init__(widget=widget, input_formats=["%Y-%m-%d"], **given)


class OpenForm(forms.Form):
    """Which store is counted, and how."""

    store = forms.ChoiceField(label=_("Store"))
    kind = forms.ChoiceField(label=_("Kind of count"), choices=CountKind.choices)
    article = forms.ChoiceField(
        label=_("Only this article"),
        required=False,
        help_text=_("Empty: everything in the store. Of a rolling count: what was counted longest ago."),
    )
    handed_to = forms.CharField(
        label=_("Next custodian"),
        required=False,
        max_length=LONGEST_NAME,
        help_text=_("Only for a change of custodian."),
    )
    due_on = Day(label=_("To be done by"))
    blind = forms.BooleanField(label=_("Blind: who counts does not see what is expected"), required=False, initial=True)

    def __init__(self, *given: Any, actor: User, **more: Any) -> None:
        super().__init__(*given, **more)
        stores = queries.stores_to_count(actor)
        offer(self, "store", [(one.pk, f"{one.pk}, {one.site.name}") for one in stores])
        articles = queries.articles_in(stores)
        offer(self, "article", [("", _("All")), *articles.values_list("pk", "name")])
        self.fields["due_on"].initial = timezone.localdate() + timedelta(days=DAYS_AHEAD)


class SheetForm(forms.Form):
    """The figures of some lines of a sheet."""

    def __init__(self, *given: Any, lines: Iterable[CountLine], **more: Any) -> None:
        super().__init__(*given, **more)
        self.lines = list(lines)
        for line in self.lines:
            named = {"aria-labelledby": f"line-{line.position} head-found"}
            found: forms.Field
            if line.item_id is not None:
                found = forms.TypedChoiceField(
                    choices=THERE, coerce=int, empty_value=None, required=False, widget=forms.Select(named)
                )
            else:
                widget = forms.NumberInput({**named, "inputmode": "numeric"})
                found = forms.IntegerField(min_value=0, max_value=MOST, required=False, widget=widget)
            found.initial = line.found
            noted = forms.TextInput({"aria-labelledby": f"line-{line.position} head-note"})
            note = forms.CharField(max_length=LONGEST_TEXT, required=False, widget=noted, initial=line.note)
            self.fields |= {f"found-{line.position}": found, f"note-{line.position}": note}

    def rows(self) -> Iterator[tuple[CountLine, forms.BoundField, forms.BoundField]]:
        """Each line with its two fields."""
        for line in self.lines:
            yield line, self[f"found-{line.position}"], self[f"note-{line.position}"]

    def found(self) -> dict[int, Found]:
        """What was written, of a form that is valid; a line that was not sent stays as it is."""
        given, now = self.cleaned_data, timezone.now()
        return {
            line.position: Found(given[f"found-{line.position}"], given[f"note-{line.position}"], now)
            for line in self.lines
            if f"found-{line.position}" in self.data
        }


class ScanForm(forms.Form):
    """A scanner types the code and Enter; so can anybody."""

    code = forms.CharField(
        label=_("Scan or type a label or a serial number"),
        max_length=LONGEST_CODE,
        widget=forms.TextInput({"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}),
    )


class ExtraForm(forms.Form):
    """Something that stands on no line."""

    number = forms.IntegerField(label=_("How many"), min_value=1, max_value=MOST)
    what = forms.CharField(label=_("What it is, and where it lies"), max_length=LONGEST_TEXT)


class ReportForm(forms.Form):
    """By when the differences are looked into."""

    due_on = Day(label=_("To be looked into by"))

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.fields["due_on"].initial = timezone.localdate() + timedelta(days=DAYS_AHEAD)


class FindingsForm(forms.Form):
    """What the investigation found."""

    findings = forms.CharField(
        label=_("What the investigation found"), max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 4})
    )


class WhyForm(SaidForm):
    """Why; no translation of it is kept."""

    said: ClassVar[dict[str, tuple[Any, bool]]] = {"reason": (_("Reason"), True)}

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        for name in ("reason_courtesy", "reason_courtesy_language"):
            del self.fields[name]
        self.fields["reason"].widget.attrs["rows"] = 2


class HandInForm(forms.Form):
    """The signed file of a sheet that was counted without a network."""

    file = forms.FileField(
        label=_("File of the count"), widget=forms.FileInput(attrs={"accept": ".json,application/json"})
    )


class LabelsForm(forms.Form):
    """Which labels."""

    store = forms.ChoiceField(label=_("Store"))
    what = forms.ChoiceField(label=_("Labels for"), choices=WHAT)

    def __init__(self, *given: Any, actor: User, **more: Any) -> None:
        super().__init__(*given, **more)
        offer(self, "store", [(one.pk, f"{one.pk}, {one.site.name}") for one in queries.stores_seen(actor)])


class FindForm(forms.Form):
    """A code to open."""

    code = forms.CharField(
        label=_("Code of a label"), max_length=LONGEST_CODE, widget=forms.TextInput({"autocomplete": "off"})
    )
