"""The one form of all movements: when and why, where to, how much of which line, and what comes in that is new."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from uuid6 import uuid7

from rasr.node.people.models import User
from rasr.node.places.models import Store
from rasr.node.records.forms import offer
from rasr.node.records.models import Party, PartyKind
from rasr.node.records.movements import queries
from rasr.node.records.movements.queries import Held
from rasr.node.records.movements.shapes import Shape, Source, Target
from rasr.node.web import codes
from rasr.node.web.figures import write
from rasr.node.web.said import SaidForm

MOST = 10**12
"""Pieces or grams in one line; more is a slip of the finger."""
LONGEST_WORD = 200
LOCAL = "%Y-%m-%dT%H:%M"
CHOOSE = ("", _("Choose"))
KEEP = ("", _("stays as it is"))


class Moment(forms.DateTimeField):
    """A day and a time of the node's own clock."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=LOCAL)

    def __init__(self, **given: Any) -> None:
        super().__init__(input_formats=[LOCAL, "%Y-%m-%dT%H:%M:%S"], **given)


class ReasonForm(SaidForm):
    """Why. A movement keeps no translation of it."""

    said: ClassVar[dict[str, tuple[Any, bool]]] = {"reason": (_("Reason"), True)}

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        for name in ("reason_courtesy", "reason_courtesy_language"):
            del self.fields[name]
        self.fields["reason"].widget.attrs["rows"] = 2


BOXES = ("ask", "sure")
"""Boxes that are there only once something was refused that they let pass."""


class MoveForm(ReasonForm):
    """A movement of one kind in one store. rows: what may be chosen; each has a field under its key."""

    movement_id = forms.UUIDField(widget=forms.HiddenInput)
    party_id = forms.ChoiceField(label=_("Who takes it"), required=False)
    party_name = forms.CharField(label=_("Or somebody new: name"), max_length=LONGEST_WORD, required=False)
    party_kind = forms.ChoiceField(label=_("A person or a unit"), choices=PartyKind.choices, required=False)
    party_number = forms.CharField(label=_("Service number"), max_length=LONGEST_WORD, required=False)
    to_store = forms.ChoiceField(label=_("To store"), required=False)
    to_code = forms.CharField(
        label=_("Or a store elsewhere: its id"),
        max_length=LONGEST_WORD,
        required=False,
        help_text=_("As it calls itself."),
    )
    stack = forms.CharField(label=_("Stack or shelf"), max_length=LONGEST_WORD, required=False)
    basis = forms.ChoiceField(label=_("How the quantities are known"), choices=codes.choices("quantity_basis"))
    condition = forms.ChoiceField(label=_("Condition"), required=False)
    purpose = forms.ChoiceField(label=_("Purpose"), required=False)
    lot = forms.CharField(label=_("Lot"), max_length=LONGEST_WORD, required=False)
    year_made = forms.IntegerField(label=_("Year made"), min_value=1850, max_value=2100, required=False)
    declared_surplus_ref = forms.CharField(
        label=_("National decision that it is surplus"), max_length=LONGEST_WORD, required=False
    )
    release_ref = forms.CharField(label=_("Release, if it was evidence"), max_length=LONGEST_WORD, required=False)
    destroy_by = forms.DateField(
        label=_("Destroy by"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    rest = forms.ChoiceField(
        label=_("If less came than was sent"),
        choices=[("way", _("The rest is still on its way")), ("missing", _("The rest is missing"))],
        widget=forms.RadioSelect,
        initial="way",
        required=False,
    )
    effective_at = Moment(label=_("When it happened"), required=False, help_text=_("Leave it empty if it is now."))
    ask = forms.BooleanField(label=_("Ask a second person to let it pass"), required=False)
    sure = forms.BooleanField(label=_("It is another one: I have looked"), required=False)

    def __init__(self, *given: Any, actor: User, shape: Shape, store: Store, rows: Sequence[Held], **more: Any) -> None:
        more.setdefault("initial", {}).setdefault("movement_id", uuid7())
        super().__init__(*given, **more)
        self.shape, self.store, self.rows = shape, store, list(rows)
        for name in set(self.fields) - self._wanted():
            del self.fields[name]
        self._offer(actor)
        for row in self.rows:
            self.fields[row.key] = self._amount(row)
            if row.item is None and row.quantity is None:
                self.fields[f"{row.key}-all"] = forms.BooleanField(label=_("all there is"), required=False)

    def _wanted(self) -> set[str]:
        shape = self.shape
        wanted = {"movement_id", "reason", "reason_language", "effective_at", "basis"}
        if shape.target is Target.PARTY:
            wanted |= {"party_id", "party_name", "party_kind", "party_number"}
        if shape.target in (Target.OTHER, Target.TRANSIT):
            wanted.add("to_store")
        if shape.target is Target.TRANSIT:
            wanted.add("to_code")
        if shape.target in (Target.HERE, Target.OTHER) and shape.source is not Source.NEW:
            wanted.add("stack")
        if shape.target is Target.FACTS:
            wanted |= set(FACTS)
        if shape.source is Source.TRANSIT:
            wanted.add("rest")
        wanted |= {name for name in BOXES if self.data.get(f"may_{name}")}
        return wanted

    def _offer(self, actor: User) -> None:
        shape, fields = self.shape, self.fields
        if "party_id" in fields:
            known = queries.parties(actor).filter(site=self.store.site_id)
            offer(self, "party_id", [CHOOSE, *((one.party_id.hex, one.name) for one in known)])
        if "to_store" in fields:
            others = queries.stores(actor, shape.right).exclude(pk=self.store.pk)
            named = [(one.pk, f"{one.pk}, {one.site.name}") for one in others]
            offer(self, "to_store", [CHOOSE, *named])
            fields["to_store"].required = shape.target is Target.OTHER
        if "condition" in fields:
            offer(self, "condition", [KEEP, *codes.choices("condition")])
            offer(self, "purpose", [KEEP, *codes.choices("purpose")])

    def _amount(self, row: Held) -> forms.Field:
        label = f"{row.batch.article.name}, {row.batch.stock_id}"
        if row.item is not None:
            return forms.BooleanField(label=f"{label}, {row.item}", required=False)
        most = MOST if row.quantity is None or self.shape.source is Source.TRANSIT else row.quantity
        shown = {"inputmode": "numeric", "aria-label": label}
        initial = row.quantity if self.shape.source is Source.TRANSIT else None
        too_many = {"max_value": _now("There are only %(limit_value)s.")}
        return forms.IntegerField(
            label=label,
            min_value=1 if self.shape.source is not Source.TRANSIT else 0,
            max_value=most,
            required=False,
            initial=initial,
            widget=forms.NumberInput(attrs=shown),
            error_messages=too_many,
        )

    def clean_effective_at(self) -> datetime | None:
        """Not in the future, so that a slip in the date is said beside the field."""
        given: datetime | None = self.cleaned_data["effective_at"]
        if given is not None and given > timezone.now():
            raise forms.ValidationError(_now("This lies in the future."))
        return given

    def clean_to_code(self) -> str:
        """A store that is there and open."""
        code: str = self.cleaned_data["to_code"].strip()
        if code and not Store.objects.filter(pk=code, closed=False).exclude(pk=self.store.pk).exists():
            raise forms.ValidationError(_now("There is no such store."))
        return code

    def clean(self) -> dict[str, Any]:
        """Somebody to give it to; at least one line, where lines are chosen."""
        given = super().clean()
        if self.shape.target is Target.TRANSIT and not self.errors and not (given["to_store"] or given["to_code"]):
            self.add_error("to_store", _now("Say where it is sent."))
        if "party_id" in self.fields and not given.get("party_id") and not (given.get("party_name") or "").strip():
            self.add_error("party_id", _now("Say who takes it."))
        if given.get("party_id") and (given.get("party_name") or "").strip():
            self.add_error("party_name", _now("Choose somebody from the list, or write a new name; not both."))
        none_wanted = self.shape.source is Source.NEW or given.get("rest") == "missing"
        if not none_wanted and not self.errors and not self.chosen():
            self.add_error(None, _now("Choose at least one line, and say how many."))
        if self.shape.target is Target.FACTS and not self.errors and not self.new_facts():
            self.add_error(None, _now("Say what it becomes: at least one of the facts changes."))
        return given

    def chosen(self) -> list[tuple[Held, int | None]]:
        """The rows that were chosen and how many of each; None is all there is of an unknown quantity."""
        found: list[tuple[Held, int | None]] = []
        for row in self.rows:
            given = self.cleaned_data.get(row.key)
            if row.item is not None:
                found += [(row, 1)] if given else []
            elif self.cleaned_data.get(f"{row.key}-all"):
                found.append((row, None))
            elif given:
                found.append((row, given))
        return found

    def new_facts(self) -> dict[str, Any]:
        """The facts that become others."""
        return {name: value for name in FACTS if (value := self.cleaned_data.get(name)) not in (None, "")}

    def table(self) -> list[dict[str, Any]]:
        """The rows as the page shows them, each with its bound fields."""
        return [
            {
                "row": row,
                "amount": self[row.key],
                "all": self[f"{row.key}-all"] if f"{row.key}-all" in self.fields else None,
                "held": None if row.quantity is None else write("whole", row.quantity),
            }
            for row in self.rows
        ]

    def others(self) -> list[forms.BoundField]:
        """The fields that are neither lines nor hidden nor of the reason, in the order in which they are asked."""
        lines = {name for row in self.rows for name in (row.key, f"{row.key}-all")}
        apart = {"reason", "reason_language", *BOXES}
        return [one for one in self.visible_fields() if one.name not in lines | apart]

    def boxes(self) -> list[forms.BoundField]:
        """Those of ``BOXES`` that are there."""
        return [self[name] for name in BOXES if name in self.fields]

    def who(self) -> Party | NewParty | None:
        """Who takes it: somebody known or new."""
        if chosen := self.cleaned_data.get("party_id"):
            return Party.objects.get(pk=UUID(hex=chosen), site=self.store.site_id)
        name = (self.cleaned_data.get("party_name") or "").strip()
        kind = self.cleaned_data.get("party_kind") or PartyKind.PERSON
        return NewParty(kind, name, (self.cleaned_data.get("party_number") or "").strip()) if name else None


FACTS = ("condition", "purpose", "lot", "year_made", "declared_surplus_ref", "release_ref", "destroy_by")
"""Facts of a batch that a reclassification may change."""


@dataclass(frozen=True)
class NewParty:
    """Somebody who is not in the books of the site yet."""

    kind: str
    name: str
    number: str


@dataclass(frozen=True)
class NewThing:
    """One line of what comes in. serials: of an article that is kept piece by piece; empty text: it bears none."""

    article_id: str
    quantity: int | None
    lot: str = ""
    condition: str | None = None
    purpose: str = "operational"
    year_made: int | None = None
    stack: str = ""
    serials: Sequence[str] = field(default_factory=tuple)


class ThingForm(forms.Form):
    """One line of what comes in."""

    article = forms.CharField(
        label=_("Article"), max_length=LONGEST_WORD, widget=forms.TextInput({"list": "articles", "autocomplete": "off"})
    )
    quantity = forms.IntegerField(
        label=_("Quantity"),
        min_value=1,
        max_value=MOST,
        required=False,
        widget=forms.NumberInput({"inputmode": "numeric"}),
    )
    lot = forms.CharField(label=_("Lot"), max_length=LONGEST_WORD, required=False)
    condition = forms.ChoiceField(label=_("Condition"), required=False)
    purpose = forms.ChoiceField(label=_("Purpose"), choices=codes.choices("purpose"))
    year_made = forms.IntegerField(label=_("Year made"), min_value=1850, max_value=2100, required=False)
    stack = forms.CharField(label=_("Stack or shelf"), max_length=LONGEST_WORD, required=False)
    serials = forms.CharField(
        label=_("Serial numbers, one in each line"),
        required=False,
        max_length=100_000,
        widget=forms.Textarea({"rows": 2}),
        help_text=_("Of weapons, as they are marked. Write - for one that bears none."),
    )

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        offer(self, "condition", [("", _("unknown")), *codes.choices("condition")])

    def clean(self) -> dict[str, Any]:
        """As many serial numbers as pieces; without them a quantity."""
        given = super().clean() or {}
        serials = _serials(given.get("serials") or "")
        quantity = given.get("quantity")
        if serials and quantity is not None and quantity != len(serials):
            says = _now("%(serials)s serial numbers for %(quantity)s pieces.")
            self.add_error("serials", says % {"serials": len(serials), "quantity": quantity})
        if not serials and quantity is None and "quantity" not in self.errors:
            self.add_error("quantity", _now("Say how many."))
        return given

    def thing(self, articles: Mapping[str, str]) -> NewThing:
        """What was written. articles: what was written of an article to its id."""
        given = self.cleaned_data
        serials = tuple("" if one == "-" else one for one in _serials(given["serials"]))
        return NewThing(
            article_id=articles[given["article"]],
            quantity=len(serials) or given["quantity"],
            lot=given["lot"].strip(),
            condition=given["condition"] or None,
            purpose=given["purpose"],
            year_made=given["year_made"],
            stack=given["stack"].strip(),
            serials=serials,
        )


def _serials(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


class BaseThings(forms.BaseFormSet[ThingForm]):
    """Lines of what comes in; empty ones do not count."""

    def clean(self) -> None:
        """At least one."""
        if any(self.errors):
            return
        if not any(form.has_changed() for form in self.forms):
            raise forms.ValidationError(_now("Write at least one line."))

    def filled(self) -> list[ThingForm]:
        """Those in which something was written."""
        return [form for form in self.forms if form.has_changed()]


MOST_THINGS = 200
Things = forms.formset_factory(ThingForm, formset=BaseThings, extra=1, max_num=MOST_THINGS, absolute_max=MOST_THINGS)
