"""The form of a what-if: another place, other content, a barricade. It is asked by GET and keeps nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from django import forms
from django.utils.translation import gettext_lazy as _

from rasr.core.assessment.assess import SEEN_M
from rasr.core.assessment.explosives.licensing import DIVISIONS
from rasr.core.assessment.explosives.neighbours import on_sphere_m
from rasr.core.assessment.explosives.response import QUANTITY_KG
from rasr.core.basis.units import M_PER_KM
from rasr.core.hazard.mixing import shipped
from rasr.node.assessment.models import CandidateSite
from rasr.node.assessment.stores.state import Change
from rasr.node.places.models import Site, Store

CANDIDATE = "candidate:"
BARRICADE = {"": None, "yes": True, "no": False}
HAIR_KG = 1e-6


def name_of(division: str) -> str:
    """The name of the field for a hazard division."""
    return f"added_{division.replace('.', '_')}"


class WhatIfForm(forms.Form):
    """A change of one store. sites, candidates: where it may be thought; everywhere: whether at any place besides.

    A candidate site brings its construction and, unless the form says otherwise, its barricade.

    content: known NEQ of the store by hazard division, of which no more can be taken away.
    """

    site = forms.ChoiceField(label=_("Move it to the site"), required=False)
    latitude_deg = forms.FloatField(label=_("or to the latitude, °"), required=False, min_value=-90, max_value=90)
    longitude_deg = forms.FloatField(label=_("and the longitude, °"), required=False, min_value=-180, max_value=180)
    barricaded = forms.ChoiceField(
        label=_("Barricade"),
        required=False,
        choices=[("", _("as it is")), ("yes", _("with a barricade")), ("no", _("without a barricade"))],
    )

    group = forms.ChoiceField(
        label=_("Compatibility group of what comes"),
        required=False,
        choices=lambda: [("", _("not asked")), *((name, name) for name in shipped().groups)],
    )

    def __init__(
        self,
        data: Any,
        *,
        store: Store,
        sites: Sequence[Site],
        candidates: Sequence[CandidateSite],
        everywhere: bool,
        content: dict[str, float],
    ) -> None:
        super().__init__(data)
        self.store, self.sites, self.everywhere = store, {site.pk: site for site in sites}, everywhere
        names = [(site.pk, f"{site.name} ({site.pk})") for site in sites if site.pk != store.site_id]
        chosen = self.fields["site"]
        assert isinstance(chosen, forms.ChoiceField)
        self.candidates = {f"{CANDIDATE}{one.pk}": one for one in candidates}
        thought = [(code, f"{one.name} ({one.organisation.name})") for code, one in self.candidates.items()]
        groups = ((_("Registered sites"), names), (_("Approved candidate sites"), thought))
        chosen.choices = [("", _("as it is")), *((name, group) for name, group in groups if group)]
        self.content = content
        self.divisions = sorted({*DIVISIONS, *content})
        for division in self.divisions:
            self.fields[name_of(division)] = forms.FloatField(
                label=_("Division {division}: kg NEQ more").format(division=division),
                required=False,
                min_value=-content.get(division, 0.0) - HAIR_KG,
                max_value=float(QUANTITY_KG[-1]),
            )

    def added(self) -> list[forms.BoundField]:
        """The fields for content, by division."""
        return [self[name_of(division)] for division in self.divisions]

    def clean(self) -> dict[str, Any]:
        """One place, whole, and not farther from all that one sees than one sees around it."""
        given = super().clean() or {}
        place = given.get("latitude_deg"), given.get("longitude_deg")
        if (place[0] is None) != (place[1] is None) and not self.errors:
            raise forms.ValidationError(_("A place needs both its latitude and its longitude."))
        if place[0] is not None and given.get("site"):
            raise forms.ValidationError(_("Choose a site or write a place, not both."))
        if place[0] is not None and place[1] is not None and not self._in_sight(place[0], place[1]):
            told = _("This place lies farther than {km} km from every site that you see.")
            raise forms.ValidationError(told.format(km=f"{SEEN_M / M_PER_KM:g}"))
        return given

    def change(self) -> Change | None:
        """What is asked for, of a form that is valid; None where nothing is."""
        given = self.cleaned_data
        latitude, longitude = given["latitude_deg"], given["longitude_deg"]
        barricaded, candidate = BARRICADE[given["barricaded"]], self.candidates.get(given["site"])
        if given["site"]:
            there = candidate or self.sites[given["site"]]
            latitude, longitude = there.latitude_deg, there.longitude_deg
        if candidate is not None and barricaded is None:
            barricaded = candidate.barricaded
        built = candidate.construction if candidate is not None else None
        added = {one: max(kg, -self.content.get(one, 0.0)) for one in self.divisions if (kg := given[name_of(one)])}
        made = Change(self.store.pk, added, latitude, longitude, barricaded, built)
        return None if made == Change(self.store.pk) and not given["group"] else made

    def _in_sight(self, latitude_deg: float, longitude_deg: float) -> bool:
        if self.everywhere:
            return True
        known: list[Store | Site] = [self.store, *self.sites.values()]
        there = on_sphere_m([one.latitude_deg for one in known], [one.longitude_deg for one in known])
        away_m = np.linalg.norm(there - on_sphere_m(latitude_deg, longitude_deg), axis=1)
        return bool(away_m.min() <= SEEN_M)
