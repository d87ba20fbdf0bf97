"""What is asked about decisions on surplus, and about stock that is declared."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from uuid6 import uuid7

from rasr.node.places.models import Organisation
from rasr.node.records.lots.pages import WhyForm, day, long_text, short


class DecisionForm(forms.Form):
    """A decision of the nation."""

    reference = short(_("Reference"), required=True, help_text=_("As it stands on the decision."))
    decided_on = day(_("Decided on"), required=True)
    authority = short(_("Authority"), required=True, help_text=_("Who decided: the government, a ministry."))
    organisation = forms.ModelChoiceField(Organisation.objects.none(), label=_("Whose stock"), empty_label=_("Choose"))
    text = long_text(_("Decision"))

    def __init__(self, *given: Any, organisations: QuerySet[Organisation], **more: Any) -> None:
        super().__init__(*given, **more)
        field = self.fields["organisation"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = organisations


class DeclareForm(WhyForm):
    """How much of a record is declared. movement_id: so that sending it twice does it once."""

    quantity = forms.IntegerField(label=_("Quantity"), required=False, min_value=1, help_text=_("Empty: all of it."))
    movement_id = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *given: Any, counted: bool, **more: Any) -> None:
        super().__init__(*given, **more)
        self.fields["movement_id"].initial = uuid7
        if not counted:
            del self.fields["quantity"]
