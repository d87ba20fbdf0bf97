"""What is asked of an upgrade project: facts, works with their cost, who pays, how it goes on, a programme."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from rasr.core.basis.findings import Finding
from rasr.core.reference import loader
from rasr.node.assessment.models import Programme, SecurityVisit, Upgrade
from rasr.node.assessment.upgrades import costs, queries
from rasr.node.assessment.upgrades.names import kind_name
from rasr.node.people.models import User
from rasr.node.people.place import Place
from rasr.node.places.models import Organisation
from rasr.node.records.lots.pages import WhyForm, day, long_text, short
from rasr.node.web import codes
from rasr.node.web.messages import say

CHOOSE = ("", _("Choose"))
SPARE = 3
"""Empty lines that are offered below those that are written."""
MOST_LINES = 40
WORK, MONEY = ("kind", "what", "cents", "currency", "clause"), ("donor", "cents", "currency")
VISITS = ("visit_before", "visit_after")
MOST_STATED = 10_000


def _assessment(label: Any) -> forms.ModelChoiceField[SecurityVisit]:
    return forms.ModelChoiceField(SecurityVisit.objects.none(), label=label, required=False, empty_label=_("None"))


class FactsForm(WhyForm):
    """What is known of a project besides its works."""

    name = short(_("Name"), required=True)
    programme = forms.ModelChoiceField(
        Programme.objects.none(), label=_("Programme"), required=False, empty_label=_("None")
    )
    contractor = short(_("Contractor"))
    contract_on = day(_("Contract of"))
    start_planned_on = day(_("Planned start"))
    handover_planned_on = day(_("Planned handover"), help_text=_("It stands in the list of what is due."))
    upkeep_owner = short(_("Who pays the upkeep"), help_text=_("Organisation and budget, once the works are accepted."))
    visit_before = _assessment(_("Assessment before"))
    visit_after = _assessment(_("Assessment after"))

    def __init__(self, *given: Any, actor: User, found: Upgrade | None = None, **more: Any) -> None:
        named = [name for name in self.base_fields if name != "place"]
        first = {} if found is None else {name: getattr(found, name) for name in named}
        super().__init__(*given, initial=first, **more)
        self._offer("programme", queries.programmes(actor, queries.MANAGE), first.get("programme"))
        for name in VISITS:
            if found is None:
                del self.fields[name]
            else:
                self._offer(name, queries.visits(actor, found.site_id), first[name])

    def _offer(self, name: str, rows: QuerySet[Any], now: Any) -> None:
        """Offer these rows; not asked, and left as it is, is what stands there unseen."""
        if (now is not None and now not in rows) or (name in VISITS and not rows):
            del self.fields[name]
            return
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = rows

    def clean(self) -> dict[str, Any]:
        """Days in their order."""
        given: dict[str, Any] = super().clean() or {}
        for fault in costs.date_faults(given.get("start_planned_on"), given.get("handover_planned_on")):
            self.add_error("handover_planned_on", say(fault))
        return given

    def facts(self) -> dict[str, Any]:
        """What was written, of a form that is valid."""
        asked = {name: value for name, value in self.cleaned_data.items() if name in self.base_fields}
        chosen = [name for name in asked if isinstance(self.fields[name], forms.ModelChoiceField)]
        plain = {name: value for name, value in asked.items() if name not in {*chosen, "place"}}
        return plain | {f"{name}_id": None if asked[name] is None else asked[name].pk for name in chosen}


class ProposeForm(FactsForm):
    """A new project: first where."""

    field_order = ("place", "name")
    place = forms.ChoiceField(label=_("Where"))

    def __init__(self, *given: Any, actor: User, **more: Any) -> None:
        super().__init__(*given, actor=actor, **more)
        whole = [(Place(site_id=one.pk).code, one.name) for one in queries.sites(actor)]
        single = [(Place(store_id=one.pk).code, f"{one.pk}, {one.site.name}") for one in queries.stores(actor)]
        offered = self.fields["place"]
        assert isinstance(offered, forms.ChoiceField)
        offered.choices = [CHOOSE, *whole, *single]

    def where(self) -> Place:
        """The place, of a form that is valid."""
        return Place.read(self.cleaned_data["place"])


class CostsForm(WhyForm):
    """Works and money, a line each; a line that is emptied is taken away."""

    def __init__(self, *given: Any, known: costs.Costs, **more: Any) -> None:
        super().__init__(*given, **more)
        why = {name: self.fields.pop(name) for name in ("reason", "reason_language")}
        self.rows = {
            costs.WORKS: min(len(known.works) + SPARE, MOST_LINES),
            costs.MONEY: min(len(known.money) + SPARE, MOST_LINES),
        }
        kinds = [CHOOSE, *((kind, kind_name(kind)) for kind in costs.kinds())]
        for at in range(self.rows[costs.WORKS]):
            kind = forms.ChoiceField(label=_("Kind of work"), choices=kinds, required=False)
            what, clause = short(_("What")), short(_("Clause met"), help_text=_("Document and number only."))
            cents, currency = _amount(_("Cost"), _("Empty: unknown.")), _currency()
            self._add(costs.WORKS, at, kind=kind, what=what, cents=cents, currency=currency, clause=clause)
            self._fill(costs.WORKS, at, known.works)
        for at in range(self.rows[costs.MONEY]):
            self._add(costs.MONEY, at, donor=short(_("Donor")), cents=_amount(_("Money")), currency=_currency())
            self._fill(costs.MONEY, at, known.money)
        self.fields.update(why)

    def works(self) -> Iterator[list[forms.BoundField]]:
        """The fields of each line of works."""
        return self._lines(costs.WORKS, WORK)

    def money(self) -> Iterator[list[forms.BoundField]]:
        """The fields of each line of money."""
        return self._lines(costs.MONEY, MONEY)

    def reasons(self) -> list[forms.BoundField]:
        """The fields below."""
        return [self["reason"], self["reason_language"]]

    def clean(self) -> dict[str, Any]:
        """Every fault at once, each at its line."""
        given: dict[str, Any] = super().clean() or {}
        if not self.errors:
            for fault in costs.faults(self.costs()):
                self.add_error(self._field(fault), say(fault))
        return given

    def costs(self) -> costs.Costs:
        """What was written, of a form that is valid."""
        works = [costs.Work(**self._line(costs.WORKS, at, WORK)) for at in self._used(costs.WORKS, WORK)]
        money = [self._line(costs.MONEY, at, MONEY) for at in self._used(costs.MONEY, MONEY)]
        return costs.Costs(tuple(works), tuple(costs.Money(**{**one, "cents": one["cents"] or 0}) for one in money))

    def _add(self, table: str, at: int, **fields: forms.Field) -> None:
        self.fields.update({f"{table}_{name}_{at}": field for name, field in fields.items()})

    def _fill(self, table: str, at: int, known: tuple[Any, ...]) -> None:
        for name in WORK if table == costs.WORKS else MONEY:
            if at < len(known):
                value = getattr(known[at], name)
                shown = costs.written(value) if name == "cents" and value is not None else value
                self.fields[f"{table}_{name}_{at}"].initial = shown

    def _lines(self, table: str, names: Iterable[str]) -> Iterator[list[forms.BoundField]]:
        for at in range(self.rows[table]):
            yield [self[f"{table}_{name}_{at}"] for name in names]

    def _line(self, table: str, at: int, names: Iterable[str]) -> dict[str, Any]:
        found = {name: self.cleaned_data.get(f"{table}_{name}_{at}") for name in names}
        cents = found["cents"]
        unknown = cents is None and table == costs.WORKS
        found["currency"] = "" if unknown else (found["currency"] or "").upper()
        return {**found, "cents": None if cents is None else int(cents * costs.CENTS)}

    def _used(self, table: str, names: Iterable[str]) -> list[int]:
        asked = [name for name in names if name != "currency"]
        cells = self.cleaned_data
        return [
            at
            for at in range(self.rows[table])
            if any(cells.get(f"{table}_{name}_{at}") not in (None, "") for name in asked)
        ]

    def _field(self, fault: Finding) -> str | None:
        if fault.row is None:
            return None
        used = self._used(fault.table, WORK if fault.table == costs.WORKS else MONEY)
        return f"{fault.table}_{fault.column}_{used[fault.row - 1]}"


class StepForm(WhyForm):
    """That it goes on, and since when."""

    on = day(_("Day"), required=True)

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.fields["on"].initial = timezone.localdate()


class ProgrammeForm(WhyForm):
    """A programme with what is stated of it, by kind of site."""

    organisation = forms.ModelChoiceField(Organisation.objects.none(), label=_("Organisation"), empty_label=_("Choose"))
    name = short(_("Name"), required=True)
    source = long_text(_("Source"), required=True, help_text=_("Where the numbers below are stated."))

    def __init__(self, *given: Any, organisations: QuerySet[Organisation], **more: Any) -> None:
        super().__init__(*given, **more)
        offered = self.fields["organisation"]
        assert isinstance(offered, forms.ModelChoiceField)
        offered.queryset = organisations
        why = {name: self.fields.pop(name) for name in ("reason", "reason_language")}
        for kind in site_kinds():
            self.fields[f"stated_{kind}"] = forms.IntegerField(
                label=str(codes.name("kind", kind)), min_value=0, max_value=MOST_STATED, required=False
            )
        self.fields.update(why)

    def stated(self) -> dict[str, int]:
        """Kind of site to the number that is stated, where one is."""
        given = {kind: self.cleaned_data[f"stated_{kind}"] for kind in site_kinds()}
        return {kind: number for kind, number in given.items() if number is not None}


def site_kinds() -> tuple[str, ...]:
    """The kinds a site may be of."""
    return tuple(loader.contract("sites").by_name["kind"].allowed)


def _amount(label: Any, help_text: Any = "") -> forms.DecimalField:
    return forms.DecimalField(label=label, required=False, max_digits=14, decimal_places=2, help_text=help_text)


def _currency() -> forms.RegexField:
    return forms.RegexField(
        f"^(?i:{costs.CURRENCY})$", label=_("Currency"), required=False, max_length=3, initial=costs.EURO
    )
