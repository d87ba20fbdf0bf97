"""What is asked about surveys, about points drawn by hand, and about something to be built."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from rasr.node.assessment.models import Survey, SurveyFile
from rasr.node.assessment.surroundings import files
from rasr.node.records.lots.pages import day, short
from rasr.node.web import codes
from rasr.node.web.lists import Words

KINDS = ("inhabited_building", "vulnerable_building", "public_traffic_route", "workshop", "open_air")
RELATIONS = ("worker", "related", "public")
ROWS = 8
"""Points drawn by hand at once."""
KNOWN_AS = {
    "exposure_id": ("id", "fid", "osm_id"),
    "x": ("longitude_deg", "longitude", "lon", "lng", "x", "easting"),
    "y": ("latitude_deg", "latitude", "lat", "y", "northing"),
}
"""Usual headings, by which a column is proposed."""
LABELS = {
    "exposure_id": _("Id"),
    "kind": _("Kind"),
    "persons_day": _("Persons by day"),
    "persons_night": _("Persons by night"),
    "relation": _("Relation to the site"),
    "building_type": _("Kind of building"),
    "length_m": _("Length of the route, m"),
    "vehicles_per_day": _("Vehicles per day"),
}
HIGHEST_EPSG = 998_999


def named(group: str, known: Iterable[str]) -> list[tuple[str, Any]]:
    """Codes with their names, after an empty choice."""
    return [("", "–"), *((code, codes.NAMES[group][code]) for code in known)]


def latitude() -> forms.FloatField:
    """A field for a latitude."""
    return forms.FloatField(label=_("Latitude, degrees"), min_value=-90, max_value=90, widget=_degrees("lat"))


def longitude() -> forms.FloatField:
    """A field for a longitude."""
    return forms.FloatField(label=_("Longitude, degrees"), min_value=-180, max_value=180, widget=_degrees("lon"))


def _degrees(which: str) -> forms.NumberInput:
    return forms.NumberInput(attrs={"step": "any", "inputmode": "decimal", f"data-{which}": ""})


class FileForm(forms.Form):
    """A file of a survey."""

    title = short(_("Name"), required=True, help_text=_("What the survey is called from now on."))
    surveyed_on = day(_("Surveyed on"), required=True)
    file = forms.FileField(label=_("File"), widget=forms.ClearableFileInput(attrs={"accept": ",".join(files.ENDINGS)}))


class TakeForm(forms.Form):
    """The exposures of the register as a survey."""

    title = short(_("Name"), required=True)
    surveyed_on = day(_("Surveyed on"), required=True)


class CutForm(forms.Form):
    """A survey cut to what stands round the stores."""

    title = short(_("Name"), required=True)
    within_km = forms.FloatField(label=_("Distance from the nearest store, km"), min_value=0.001, max_value=20_000)


class MappingForm(forms.Form):
    """Which column of a file is which of the table."""

    def __init__(self, *given: Any, file: SurveyFile, **more: Any) -> None:
        super().__init__(*given, **more)
        self.file = file
        tried = {**file.mapping, **file.mapping.get("columns", {})}
        offered = [("", _("not in the file")), *((name, name) for name in file.columns)]
        for name in (*(("y", "x") if file.form == files.CSV else ()), *files.FACTS):
            label = {"y": _("Latitude or northing"), "x": _("Longitude or easting")}.get(name) or LABELS[name]
            needed = name in ("x", "y")
            self.fields[name] = forms.ChoiceField(
                label=label,
                choices=offered,
                required=needed,
                initial=tried.get(name) or self._proposed(name),
                widget=forms.Select({"translate": "no"}),  # columns of the sender
            )
        self.fields["kind_of_all"] = forms.ChoiceField(
            label=_("Kind of all, where no column says it"),
            choices=named("kind", KINDS),
            required=False,
            initial=file.mapping.get("kind"),
        )
        if not file.crs:
            self.fields["crs"] = forms.IntegerField(
                label=_("Coordinate system, EPSG number"),
                min_value=1,
                max_value=HIGHEST_EPSG,
                initial=file.mapping.get("crs"),
                help_text=_("The file does not say it. 4326 is WGS 84, in degrees."),
            )

    def _proposed(self, name: str) -> str:
        lower = {column.strip().lower(): column for column in reversed(self.file.columns)}
        return next((lower[known] for known in (name, *KNOWN_AS.get(name, ())) if known in lower), "")

    def clean(self) -> dict[str, Any]:
        """The kind is said by a column, or for all."""
        cleaned: dict[str, Any] = super().clean() or {}
        if not cleaned.get("kind") and not cleaned.get("kind_of_all"):
            self.add_error("kind_of_all", _("Say which column holds the kind, or of which kind all are."))
        return cleaned

    def mapping(self) -> files.Mapping:
        """What was chosen, of a form that is valid."""
        given = self.cleaned_data
        return files.Mapping(
            columns={name: given[name] for name in files.FACTS if given[name]},
            prefix=f"{self.file.surveyed_on:%Y%m%d}-",
            kind=given["kind_of_all"],
            x=given.get("x", ""),
            y=given.get("y", ""),
            crs=given.get("crs") or 0,
        )


class DrawForm(forms.Form):
    """A survey drawn by hand: of another one, or of nothing. left_out: ids, one to a line."""

    title = short(_("Name"), required=True)
    surveyed_on = day(_("Surveyed on"), required=True)
    base = forms.ModelChoiceField(
        Survey.objects.none(), label=_("On top of"), required=False, empty_label=_("nothing"), widget=forms.Select
    )
    left_out = forms.CharField(
        label=_("No longer there"),
        required=False,
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Ids of the survey on top of which it is drawn, one to a line."),
    )

    def __init__(self, *given: Any, surveys: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        field = self.fields["base"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = surveys

    def clean_left_out(self) -> list[str]:
        """The ids."""
        return [line.strip() for line in self.cleaned_data["left_out"].splitlines() if line.strip()]


class PointForm(forms.Form):
    """An exposed site drawn by hand."""

    kind = forms.ChoiceField(label=_("Kind"), choices=lambda: named("kind", KINDS))
    latitude_deg = latitude()
    longitude_deg = longitude()
    persons_day = forms.FloatField(label=_("Persons by day"), required=False, min_value=0, max_value=1e9)
    persons_night = forms.FloatField(label=_("Persons by night"), required=False, min_value=0, max_value=1e9)
    relation = forms.ChoiceField(
        label=_("Relation to the site"), choices=lambda: named("relation", RELATIONS), required=False
    )


Points = forms.formset_factory(PointForm, extra=ROWS, max_num=ROWS, absolute_max=ROWS, validate_max=True)


class AskForm(forms.Form):
    """Something that is to be built."""

    about = short(_("What it is about"), required=True, help_text=_("The number of the file, or the name."))
    kind = forms.ChoiceField(label=_("Kind"), choices=lambda: named("kind", KINDS))
    latitude_deg = latitude()
    longitude_deg = longitude()


class CompareForm(Words):
    """Two surveys to compare. same_place: so near under another id it is the same."""

    earlier = forms.ModelChoiceField(Survey.objects.none(), label=_("Earlier survey"), required=False)
    later = forms.ModelChoiceField(Survey.objects.none(), label=_("Later survey"), required=False)
    same_place_m = forms.FloatField(
        label=_("The same place within, m"), required=False, min_value=0, max_value=1000, initial=0
    )

    def __init__(self, *given: Any, surveys: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        for name in ("earlier", "later"):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = surveys
