"""What is asked after something happened, an inspection, a reading; in as few fields as will do on a phone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from uuid6 import uuid7

from rasr.node.people.choices import Sex
from rasr.node.people.models import User
from rasr.node.records.counts.queries import articles_in
from rasr.node.records.events import queries
from rasr.node.records.events.services import Hurt, Report
from rasr.node.records.forms import offer
from rasr.node.records.ledger.breaching import TO_REPORT
from rasr.node.records.lots.pages import WhyForm, day, long_text, short
from rasr.node.records.models import (
    Activity,
    CivilStatus,
    Harm,
    IncidentKind,
    InspectionKind,
    InspectionResult,
    Movement,
)
from rasr.node.records.movements import queries as movements
from rasr.node.records.movements.forms import LOCAL, Moment

CHOOSE = ("", _("Choose"))
PEOPLE = 4
"""Lines for people hurt: one for each sex and status; more of them are put down beside, as further figures."""
MOST = 10**12
MOST_PEOPLE = 100_000
DAYS_TO_ACT = 14
"""Days that are proposed for an action; assumed."""
KNOWN = (
    *("kind", "what", "happened_at", "where", "activity", "quantity"),
    *("cause_reported", "immediate_action", "ban_proposed"),
)
"""Facts of a report that are fields of its form."""


def local_now() -> str:
    """The time of the node's clock, as a field for a moment writes it."""
    return timezone.localtime().strftime(LOCAL)


class PlaceForm(forms.Form):
    """Where: a store, or a site outside of its stores."""

    place = forms.ChoiceField(label=_("Where"))

    def __init__(self, *given: Any, actor: User, **more: Any) -> None:
        super().__init__(*given, **more)
        stores = list(queries.stores(actor))
        self.places: dict[str, tuple[str, str | None]] = {f"store:{one.pk}": (one.site_id, one.pk) for one in stores}
        sites = list(queries.sites(actor))
        self.places |= {f"site:{one.pk}": (one.pk, None) for one in sites}
        outside = _("outside of a store")
        named = [(f"store:{one.pk}", f"{one.pk}, {one.site.name}") for one in stores]
        named += [(f"site:{one.pk}", f"{one.name}, {outside}") for one in sites]
        offer(self, "place", named if len(named) == 1 else [CHOOSE, *named])

    def site_and_store(self) -> tuple[str, str | None]:
        """Site and store, of a form that is valid."""
        return self.places[self.cleaned_data["place"]]


class HurtForm(forms.Form):
    """How many people were hurt, by sex and status, as one source has it."""

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        choices = (("harm", Harm, _("Harm")), ("sex", Sex, _("Sex")), ("status", CivilStatus, _("Status")))
        for at in range(PEOPLE):
            self.fields[f"number_{at}"] = forms.IntegerField(
                label=_("How many"), min_value=0, max_value=MOST_PEOPLE, required=False
            )
            for name, kinds, label in choices:
                # nobody is put down as killed because the field stood like that
                offered = [CHOOSE, *kinds.choices] if name == "harm" else kinds.choices
                self.fields[f"{name}_{at}"] = forms.ChoiceField(
                    label=label, choices=offered, required=False, initial="" if name == "harm" else "not_recorded"
                )
        self.fields["source"] = short(_("Where the numbers are from"), help_text=_("A name, a report, a hospital."))
        self.fields["stated_on"] = day(_("Stated on"), initial=timezone.localdate())

    def people(self) -> Iterator[list[forms.BoundField]]:
        """The four fields of each line."""
        for at in range(PEOPLE):
            yield [self[f"{name}_{at}"] for name in ("number", "harm", "sex", "status")]

    def clean(self) -> dict[str, Any]:
        """Numbers have a source, and say what happened."""
        given: dict[str, Any] = super().clean() or {}
        if self._numbers(given) and not given.get("source"):
            self.add_error("source", ValidationError(_("Say where the numbers are from."), code="no_source"))
        for at in self._numbers(given):
            if not given.get(f"harm_{at}"):
                self.add_error(f"harm_{at}", ValidationError(_("Say what happened to them."), code="no_harm"))
        return given

    def hurt(self) -> tuple[Hurt, ...]:
        """The lines with a number, of a form that is valid; 0 is a number."""
        given = self.cleaned_data
        stated_on = given["stated_on"] or timezone.localdate()
        return tuple(
            Hurt(
                given[f"harm_{at}"],
                given[f"sex_{at}"] or Sex.NOT_RECORDED.value,
                given[f"status_{at}"] or CivilStatus.NOT_RECORDED.value,
                given[f"number_{at}"],
                given["source"],
                stated_on,
            )
            for at in self._numbers(given)
        )

    def _numbers(self, given: dict[str, Any]) -> list[int]:
        return [at for at in range(PEOPLE) if given.get(f"number_{at}") is not None]


class ReportForm(PlaceForm, HurtForm):
    """What is known at once: what, where, when, who was hurt."""

    field_order = ("kind", "place", "happened_at", "what")
    incident_id = forms.UUIDField(widget=forms.HiddenInput)
    kind = forms.ChoiceField(label=_("Kind"), choices=[CHOOSE, *IncidentKind.choices])
    happened_at = Moment(label=_("When"), required=False, help_text=_("Leave it empty if nobody knows."))
    what = long_text(_("What happened"), required=True)
    where = short(_("Where exactly"))
    activity = forms.ChoiceField(label=_("What was being done"), choices=Activity.choices, initial=Activity.NOT_KNOWN)
    article = forms.ChoiceField(label=_("Article"), required=False)
    quantity = forms.IntegerField(
        label=_("How many pieces or grams"),
        min_value=0,
        max_value=MOST,
        required=False,
        help_text=_("As far as known."),
    )
    cause_reported = long_text(_("Cause, as it is told"))
    immediate_action = long_text(_("What was done at once"))
    ban_proposed = long_text(_("Proposed ban"), help_text=_("What should not be used until it is looked into."))

    def __init__(self, *given: Any, actor: User, **more: Any) -> None:
        super().__init__(*given, actor=actor, **more)
        self.fields["incident_id"].initial = uuid7
        self.fields["happened_at"].initial = local_now
        articles = articles_in(queries.stores(actor)).values_list("pk", "name")
        offer(self, "article", [("", _("Not known, or none")), *articles])

    def known(self) -> Report:
        """What was written, of a form that is valid."""
        given = self.cleaned_data
        return Report(article_id=given["article"] or None, **{name: given[name] for name in KNOWN})


def lost(actor: User, movement_id: str) -> dict[str, Any]:
    """What a movement that somebody may see says of a loss, for its report; nothing for any other."""
    try:
        found = movements.movement(actor, UUID(movement_id))
    except (ValueError, Movement.DoesNotExist):
        return {}
    if found.kind not in TO_REPORT:
        return {}
    known = {
        "incident_id": found.pk,
        "kind": found.kind if found.kind in IncidentKind else "",
        "place": f"site:{found.site_id}",
        "happened_at": timezone.localtime(found.effective_at).strftime(LOCAL),
        "what": found.reason,
    }
    for line in movements.seen(actor, movements.rows_of(actor, found.pk)[:1]):
        if line.origin.store_id:
            known["place"] = f"store:{line.origin.store_id}"
        known |= {"article": line.line.batch.article_id, "quantity": line.line.quantity}
    return known


class FiguresForm(HurtForm):
    """Further figures beside those that stand there."""


class FoundForm(WhyForm):
    """What was found since."""

    happened_at = Moment(label=_("When"), required=False)
    where = short(_("Where exactly"))
    activity = forms.ChoiceField(label=_("What was being done"), choices=Activity.choices)
    quantity = forms.IntegerField(label=_("Quantity"), min_value=0, max_value=MOST, required=False)
    cause_found = long_text(_("Cause, as it was found"))
    immediate_action = long_text(_("What was done at once"))
    ban_proposed = long_text(_("Proposed ban"))

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.fields["reason"].label = _("Source: who found it, and how")


class ActionForm(forms.Form):
    """Something to be done by a day."""

    action_id = forms.UUIDField(widget=forms.HiddenInput)
    text = long_text(_("What is to be done"), required=True)
    responsible = short(_("Who does it"))
    due_on = day(_("Due"), required=True)

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.fields["action_id"].initial = uuid7
        self.fields["due_on"].initial = timezone.localdate() + timedelta(days=DAYS_TO_ACT)


class DoneForm(forms.Form):
    """That it is done."""

    done_on = day(_("Done on"), required=True)
    done_text = long_text(_("What was done"), required=True)

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.fields["done_on"].initial = timezone.localdate()


class InspectionForm(PlaceForm):
    """An inspection or a test."""

    field_order = ("kind", "place", "done_on", "done_by", "result", "text", "next_on")
    inspection_id = forms.UUIDField(widget=forms.HiddenInput)
    kind = forms.ChoiceField(label=_("Kind"), choices=[CHOOSE, *InspectionKind.choices])
    done_on = day(_("Done on"), required=True)
    done_by = short(_("Inspector"), required=True)
    result = forms.ChoiceField(label=_("Result"), choices=[CHOOSE, *InspectionResult.choices])
    text = long_text(_("What was found"))
    next_on = day(pgettext_lazy("time", "Next"), help_text=_("When it is due again."))

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.fields["inspection_id"].initial = uuid7
        self.fields["done_on"].initial = timezone.localdate()

    def facts(self) -> dict[str, Any]:
        """What was written, of a form that is valid."""
        return {name: self.cleaned_data[name] for name in ("kind", "done_on", "done_by", "result", "text", "next_on")}


class ReadingForm(forms.Form):
    """Temperature and humidity."""

    measured_at = Moment(label=_("Measured"))
    temperature_c = forms.FloatField(label=_("Temperature, °C"), required=False)
    humidity_pct = forms.FloatField(label=_("Relative humidity, %"), required=False, min_value=0, max_value=100)

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.fields["measured_at"].initial = local_now
