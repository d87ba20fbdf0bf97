"""What is asked to propose a candidate site, and to withdraw one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from rasr.node.assessment.candidates.services import BARRICADE, Draft, constructions
from rasr.node.places.models import Organisation
from rasr.node.records.lots.pages import WhyForm, long_text, short
from rasr.node.web import codes


class ProposeForm(WhyForm):
    """A place to which a store may be thought."""

    organisation = forms.ModelChoiceField(Organisation.objects.none(), label=_("Organisation"), empty_label=_("Choose"))
    name = short(_("Name"), required=True)
    latitude_deg = forms.FloatField(label=_("Latitude, °"), min_value=-90, max_value=90)
    longitude_deg = forms.FloatField(label=_("Longitude, °"), min_value=-180, max_value=180)
    construction = forms.ChoiceField(label=_("Construction"), help_text=_("Of what stands there, or would be built."))
    barricaded = forms.ChoiceField(
        label=_("Barricade"), choices=[("no", BARRICADE[False]), ("yes", BARRICADE[True])], initial="no"
    )
    note = long_text(_("Note"))

    def __init__(self, *given: Any, organisations: QuerySet[Organisation], **more: Any) -> None:
        super().__init__(*given, **more)
        whose, built = self.fields["organisation"], self.fields["construction"]
        assert isinstance(whose, forms.ModelChoiceField)
        assert isinstance(built, forms.ChoiceField)
        whose.queryset = organisations
        built.choices = [("", _("Choose")), *((one, codes.NAMES["construction"][one]) for one in constructions())]

    def draft(self) -> Draft:
        """What is proposed, of a form that is valid."""
        given = self.cleaned_data
        return Draft(
            organisation_id=given["organisation"].pk,
            name=given["name"],
            latitude_deg=given["latitude_deg"],
            longitude_deg=given["longitude_deg"],
            construction=given["construction"],
            barricaded=given["barricaded"] == "yes",
            note=given["note"],
            written_in=self.why().language,
        )
