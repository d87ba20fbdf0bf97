"""What is asked of a contaminated area: its extent, what lies there, tasks, released land, checks, the hand-over."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from rasr.core.basis.findings import Refused
from rasr.core.reference import loader
from rasr.node.assessment.hotspots import extent, queries
from rasr.node.assessment.hotspots.services import FACTS
from rasr.node.assessment.models import (
    Activity,
    AreaKind,
    CheckResult,
    Evidence,
    Fate,
    Hotspot,
    HotspotState,
    Release,
)
from rasr.node.people.models import User
from rasr.node.places.models import Site
from rasr.node.records.lots.pages import WhyForm, day, long_text, short
from rasr.node.web import codes
from rasr.node.web.messages import say

MOST_M2, MOST_M, MOST_CM, MOST_PIECES = 10**10, 50_000, 10_000, 10**9
CHOOSE = ("", _("Choose"))


def _area(label: Any, *, required: bool = True, least: int = 1, **more: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=least, max_value=MOST_M2, required=required, **more)


def _degrees(label: Any, most: int, *, required: bool = True) -> forms.FloatField:
    return forms.FloatField(label=label, min_value=-most, max_value=most, required=required)


def _depth(label: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=0, max_value=MOST_CM, required=False)


def _choice(label: Any, choices: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=[CHOOSE, *choices])


class FactsForm(WhyForm):
    """An area and how far it reaches."""

    name = short(_("Name"), required=True)
    kind = _choice(_("Kind of area"), AreaKind.choices)
    found_on = day(_("First reported"))
    latitude_deg = _degrees(_("Latitude of the benchmark, °"), 90)
    longitude_deg = _degrees(_("Longitude of the benchmark, °"), 180)
    radius_m = forms.FloatField(
        label=_("Radius, m"),
        min_value=1,
        max_value=MOST_M,
        required=False,
        help_text=_("Of a ring round the benchmark, where no perimeter is known."),
    )
    perimeter = long_text(_("Perimeter"), help_text=_("One corner on a line: latitude, longitude, in degrees."))
    area_m2 = _area(_("Area as stated, m²"), required=False, help_text=_("Empty: unknown."))
    source = long_text(_("Source"), help_text=_("Who reported it, or which survey."))

    def clean_perimeter(self) -> list[extent.Corner]:
        """Its corners."""
        try:
            return extent.read(self.cleaned_data["perimeter"])
        except Refused as fault:
            raise forms.ValidationError(say(fault)) from fault

    def facts(self) -> dict[str, Any]:
        """What was written, of a form that is valid."""
        found = {name: self.cleaned_data[name] for name in FACTS if name in self.fields}
        return {**found, "perimeter": [list(corner) for corner in found["perimeter"]]}


class EnterForm(FactsForm):
    """A new area: first where."""

    field_order = ("site", "name")
    site = forms.ModelChoiceField(Site.objects.none(), label=_("Site"), empty_label=_("Choose"))

    def __init__(self, *given: Any, actor: User, **more: Any) -> None:
        super().__init__(*given, **more)
        offered = self.fields["site"]
        assert isinstance(offered, forms.ModelChoiceField)
        offered.queryset = queries.sites(actor)


class ChangeForm(FactsForm):
    """One that is known; it may also be suspended."""

    state = forms.ChoiceField(
        label=_("State"), choices=[one for one in HotspotState.choices if one[0] != HotspotState.HANDED_OVER]
    )

    def __init__(self, *given: Any, found: Hotspot, **more: Any) -> None:
        first = {name: getattr(found, name) for name in FACTS}
        super().__init__(*given, initial={**first, "perimeter": extent.written(found.perimeter)}, **more)


class ItemForm(forms.Form):
    """Something that lies there, or is said to."""

    family = forms.ChoiceField(label=_("Family"))
    what = short(_("What"), help_text=_("Type or name, as far as it is known."))
    quantity = forms.IntegerField(
        label=_("Pieces"), min_value=1, max_value=MOST_PIECES, required=False, help_text=_("Empty: unknown.")
    )
    evidence = _choice(_("How it is known"), Evidence.choices)
    latitude_deg = _degrees(_("Latitude, °"), 90, required=False)
    longitude_deg = _degrees(_("Longitude, °"), 180, required=False)
    depth_cm = _depth(_("Depth, cm"))
    noted_on = day(_("Day"), required=True)

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        known = loader.contract("articles").by_name["family"].allowed
        family = self.fields["family"]
        assert isinstance(family, forms.ChoiceField)
        family.choices = [CHOOSE, *((one, str(codes.name("family", one))) for one in known)]
        self.fields["noted_on"].initial = timezone.localdate()

    def clean(self) -> dict[str, Any]:
        """A position is whole or not there."""
        given: dict[str, Any] = super().clean() or {}
        if (given.get("latitude_deg") is None) != (given.get("longitude_deg") is None):
            self.add_error("longitude_deg", _("Write down both latitude and longitude, or neither."))
        return given


class SettleForm(WhyForm):
    """What became of an item."""

    fate = _choice(_("What became of it"), Fate.choices)
    fate_on = day(_("Day"), required=True)
    disposal = short(_("How it was destroyed or removed"))

    def facts(self) -> dict[str, Any]:
        """What was written, of a form that is valid."""
        return {name: self.cleaned_data[name] for name in ("fate", "fate_on", "disposal")}


class TaskForm(forms.Form):
    """Work on the ground."""

    activity = _choice(_("Activity"), Activity.choices)
    implementer = short(_("Implementing organisation"), required=True)
    method = short(_("Operational method"), required=True)
    area_m2 = _area(_("Area to cover, m²"))
    depth_cm = _depth(_("Depth to reach, cm"))
    end_planned_on = day(_("Planned end"), help_text=_("It stands in the list of what is due."))


class ReleaseForm(forms.Form):
    """Land that a task released on a day."""

    on = day(_("Day"), required=True)
    release = _choice(_("How it was released"), Release.choices)
    area_m2 = _area(
        _("Area, m²"), least=0, help_text=_("0 where what a check found is mended on land already released.")
    )
    depth_cm = _depth(_("Depth reached, cm"))
    completes = forms.BooleanField(label=_("The task is completed with it"), required=False)

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.fields["on"].initial = timezone.localdate()


class CheckForm(forms.Form):
    """A quality check of a task."""

    on = day(_("Day"), required=True)
    inspector = short(_("Inspecting organisation"), required=True)
    area_m2 = _area(_("Area looked at, m²"), required=False)
    result = _choice(_("Result"), CheckResult.choices)
    nonconformity = long_text(_("What did not conform"))
    measures = long_text(_("Measures taken"))

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.fields["on"].initial = timezone.localdate()


class HandOverForm(WhyForm):
    """To whom, and since when."""

    on = day(_("Day"), required=True)
    to = short(_("Handed over to"), required=True)

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.fields["on"].initial = timezone.localdate()
