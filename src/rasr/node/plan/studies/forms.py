"""How studies are asked for, and scenarios written."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from rasr.core.plan.cooperation import MOST_MEMBERS
from rasr.core.plan.scenarios import Change
from rasr.node.plan.models import Scenario, StudyKind
from rasr.node.plan.studies.asking import DRAWS, Asked

Choices = list[tuple[str, str]]
LONGEST_NAME = 60
HIGHEST_SEED = 2**31 - 1
CHANGES: dict[str, tuple[Any, Any]] = {
    "line_closes": (_("A line closes"), _("Line")),
    "donor_out": (_("A donor drops out"), _("Donor or fund")),
    "border_shuts": (_("A border shuts"), _("Border")),
    "licence_blown": (_("A store blows its licence"), _("Site that must be empty")),
    "budget": (_("There is more or less money"), _("Donor or fund")),
}
"""Kinds of changes (``core.plan.scenarios.CHANGES``): what happens, and what it happens to."""


class StudyForm(forms.Form):
    """What a study needs to know; ``asked`` tells it."""

    def __init__(self, *given: Any, kind: StudyKind, members: Choices, scenarios: list[Scenario], **more: Any) -> None:
        super().__init__(*given, **more)
        self.kind, self.scenarios = kind, {str(one.pk): one for one in scenarios}
        if kind == StudyKind.TOGETHER:
            self.fields["members"] = _several(_("Who takes part"), members[:MOST_MEMBERS], members)
        if kind == StudyKind.SCENARIOS:
            names = [(pk, one.name) for pk, one in self.scenarios.items()]
            self.fields["scenarios"] = _several(_("Scenarios"), names, names)
        if kind == StudyKind.FIRST_YEAR:
            choices = [(str(count), str(count)) for count in DRAWS]
            self.fields["draws"] = forms.ChoiceField(
                label=_("Draws"), choices=choices, help_text=_("Each is a plan of its own, and takes as long.")
            )
            self.fields["seed"] = forms.IntegerField(
                label=_("Seed"), initial=1, min_value=1, max_value=HIGHEST_SEED,
                help_text=_("The same seed gives the same draws."),
            )  # fmt: skip

    def clean_members(self) -> list[str]:
        """Two at the least, and not more than can be worked out."""
        given: list[str] = self.cleaned_data["members"]
        if not 2 <= len(given) <= MOST_MEMBERS:
            raise forms.ValidationError(_("Choose 2 to %(most)s."), params={"most": MOST_MEMBERS})
        return given

    def asked(self) -> Asked:
        """The study, of a form that is valid."""
        given = self.cleaned_data
        chosen = [self.scenarios[pk] for pk in given.get("scenarios", ())]
        return Asked(
            self.kind,
            members=tuple(given.get("members", ())),
            scenarios=tuple((one.name, tuple(changes_of(one))) for one in chosen),
            draws=int(given.get("draws", 0)),
            seed=given.get("seed", 1),
        )


def _several(label: Any, ticked: Choices, choices: Choices) -> forms.MultipleChoiceField:
    first = [code for code, _name in ticked]
    return forms.MultipleChoiceField(label=label, choices=choices, initial=first, widget=forms.CheckboxSelectMultiple)


def changes_of(scenario: Scenario) -> Iterable[Change]:
    """The changes of a scenario, as the core takes them."""
    for each in scenario.changes:
        yield Change(each["number"], each["kind"], each["target"], each["from_period"], each["factor"])


class ScenarioForm(forms.Form):
    """A new scenario, or a copy of one under another name."""

    def __init__(self, *given: Any, scenarios: Iterable[Scenario], **more: Any) -> None:
        super().__init__(*given, **more)
        self.fields["name"] = forms.CharField(
            label=_("Name"), max_length=LONGEST_NAME, help_text=_("Such as: the line in the north closes.")
        )
        self.fields["copied"] = forms.ChoiceField(
            label=_("Begin with the changes of"),
            choices=[("", _("none")), *((str(one.pk), one.name) for one in scenarios)],
            required=False,
        )


class ChangeForm(forms.Form):
    """One thing that happens in a scenario."""

    def __init__(self, *given: Any, kind: str, targets: Choices, periods: list[tuple[int, str]], **more: Any) -> None:
        super().__init__(*given, **more)
        self.kind = kind
        self.fields["target"] = forms.ChoiceField(label=CHANGES[kind][1], choices=targets)
        if kind == "budget":
            self.fields["factor"] = forms.FloatField(
                label=_("Times the money"), min_value=0, max_value=1000, initial=0.5,
                help_text=_("0.5 is half of it, 2 is twice as much."),
            )  # fmt: skip
        else:
            late = _("By the end of the period") if kind == "licence_blown" else _("From the period")
            self.fields["from_period"] = forms.TypedChoiceField(label=late, choices=periods, coerce=int)

    def change(self) -> Change:
        """The change, of a form that is valid."""
        given = self.cleaned_data
        return Change(0, self.kind, given["target"], given.get("from_period", 1), given.get("factor", 1.0))
