"""What is asked to begin a visit, to answer, to settle a conflict, and to add a photograph."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from rasr.core.assessment.security import questions
from rasr.node.assessment.security import wording
from rasr.node.records.catalogue.picture_views import TYPES
from rasr.node.records.lots.pages import LONGEST, day


class BeginForm(forms.Form):
    """With which questions, and on which day."""

    set_id = forms.ChoiceField(label=_("Questions"))
    visited_on = day(_("Day of the visit"), required=True)

    def __init__(self, *given: Any, kind: str, **more: Any) -> None:
        super().__init__(*given, **more)
        chosen = self.fields["set_id"]
        assert isinstance(chosen, forms.ChoiceField)
        chosen.choices = [(each, wording.name("sets", each)) for each in questions.sets_for(kind)]
        self.fields["visited_on"].initial = timezone.localdate()


class PlaceForm(forms.Form):
    """A question about a place: a store, or the site (empty)."""

    store = forms.CharField(required=False, max_length=LONGEST)
    question = forms.CharField(max_length=LONGEST)

    def key(self) -> tuple[str | None, str]:
        """Store and question, of a form that is valid."""
        return self.cleaned_data["store"] or None, self.cleaned_data["question"]


class AnswerForm(PlaceForm):
    """An answer with its note, and what stood there when it was given."""

    answer = forms.CharField(required=False, max_length=LONGEST)
    note = forms.CharField(required=False, max_length=20_000)
    seen = forms.CharField(required=False, max_length=LONGEST)


class SettleForm(PlaceForm):
    """Which of the answers holds, and why."""

    answer = forms.CharField(max_length=LONGEST)
    reason = forms.CharField(required=False, max_length=2_000)


class OtherForm(forms.Form):
    """Another visit to the same site."""

    other = forms.UUIDField()


class PhotographForm(forms.Form):
    """A photograph."""

    file = forms.FileField(label=_("Photograph"), widget=forms.ClearableFileInput(attrs={"accept": TYPES}))
