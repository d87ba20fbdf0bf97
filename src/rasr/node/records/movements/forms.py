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
from rasr.node.records.models import Origin, Package, Party, PartyKind
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
REST_ON_ITS_WAY, REST_MISSING = "way", "discrepancy"
"""What is said of the part of a despatch that did not come: nothing yet, or the kind of movement that records it."""


PURPOSES_OF: dict[Origin, tuple[str, ...]] = {
    Origin.FOUND: ("operational",),
    Origin.SEIZED: ("evidence", "confiscated"),
    Origin.SURRENDERED: ("surrendered", "evidence", "confiscated", "awaiting_disposal"),
}
"""How something is found, and what it may be held for then: the first unless another is said; what was simply found,
for anything."""


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
    """A movement of one kind in one store. rows: what may be chosen; each has a field under its key.

    find: words by which it is found who may take it. more_parties: how many more there are than are offered.
    """

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
    origin = forms.ChoiceField(
        label=_("How it came"), choices=[(one.value, one.label) for one in PURPOSES_OF], required=False
    )
    basis = forms.ChoiceField(label=_("How the quantities are known"), choices=codes.choices("quantity_basis"))
    condition = forms.ChoiceField(label=_("Condition"), required=False)
    purpose = forms.ChoiceField(label=_("Purpose"), required=False)
    lot = forms.CharField(label=_("Lot"), max_length=LONGEST_WORD, required=False)
    year_made = forms.IntegerField(label=_("Year made"), min_value=1850, max_value=2100, required=False)
    release_ref = forms.CharField(label=_("Release, if it was evidence"), max_length=LONGEST_WORD, required=False)
    destroy_by = forms.DateField(
        label=_("Destroy by"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    rest = forms.ChoiceField(
        label=_("If less came than was sent"),
        choices=[
            (REST_ON_ITS_WAY, _("The rest is still on its way")),
            (REST_MISSING, _("The rest is missing")),
            ("loss", _("The rest was lost")),
            ("theft", _("The rest was stolen")),
        ],
        widget=forms.RadioSelect,
        initial=REST_ON_ITS_WAY,
        required=False,
    )
    effective_at = Moment(label=_("When it happened"), required=False, help_text=_("Leave it empty if it is now."))
    ask = forms.BooleanField(label=_("Ask a second person to let it pass"), required=False)
    sure = forms.BooleanField(label=_("It is another one: I have looked"), required=False)

    def __init__(
        self,
        *given: Any,
        actor: User,
        shape: Shape,
        store: Store,
        rows: Sequence[Held],
        find: str = "",
        **more: Any,
    ) -> None:
        more.setdefault("initial", {}).setdefault("movement_id", uuid7())
        super().__init__(*given, **more)
        self.shape, self.store, self.rows = shape, store, list(rows)
        for name in set(self.fields) - self._wanted():
            del self.fields[name]
        self.more_parties = 0
        self._offer(actor, find)
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
        if shape.kind == "find":
            wanted.add("origin")
        wanted |= {name for name in BOXES if self.data.get(f"may_{name}")}
        return wanted

    def _offer(self, actor: User, find: str) -> None:
        shape, fields = self.shape, self.fields
        if "party_id" in fields:
            known = queries.parties_known(actor, self.store.site_id, find, str(self.data.get("party_id", "")))
            named = [(one.party_id.hex, f"{one.name}, {one.number}" if one.number else one.name) for one in known.rows]
            offer(self, "party_id", [CHOOSE, *named])
            self.more_parties = known.more
        if "to_store" in fields:
            others = queries.stores(actor, shape.right).exclude(pk=self.store.pk)
            offer(self, "to_store", [CHOOSE, *((one.pk, f"{one.pk}, {one.site.name}") for one in others)])
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
        none_wanted = self.shape.source is Source.NEW or given.get("rest", REST_ON_ITS_WAY) != REST_ON_ITS_WAY
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


FACTS = ("condition", "purpose", "lot", "year_made", "release_ref", "destroy_by")
"""Facts of a batch that a reclassification may change; that it is surplus is said on the page of the decision."""


@dataclass(frozen=True)
class NewParty:
    """Somebody who is not in the books of the site yet."""

    kind: str
    name: str
    number: str


@dataclass(frozen=True)
class NewThing:
    """One line of what comes in. serials: of an article that is kept piece by piece; empty text: it bears none.

    origin: how it was found; empty where that follows from the kind of movement.
    """

    article_id: str
    quantity: int | None
    lot: str = ""
    condition: str | None = None
    purpose: str = "operational"
    year_made: int | None = None
    stack: str = ""
    serials: Sequence[str] = field(default_factory=tuple)
    origin: str = ""


class ThingForm(forms.Form):
    """One line of what comes in. A number of packages is worked out as pieces and shown before anything is recorded.

    packages: names of packages to choose from. origin: how it was found, which its purpose follows unless one is said;
    None where it was not found.
    """

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
    package = forms.ChoiceField(label=_("Counted in"), required=False)
    worked_out = forms.IntegerField(required=False, widget=forms.HiddenInput)
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

    def __init__(self, *given: Any, packages: Sequence[str] = (), origin: str | None = None, **more: Any) -> None:
        super().__init__(*given, **more)
        self.origin = origin
        self.pieces: int | None = None
        offer(self, "condition", [("", _("unknown")), *codes.choices("condition")])
        if packages:
            offer(self, "package", [("", _("pieces, or grams")), *((name, name) for name in packages)])
        else:
            del self.fields["package"]
        if origin is not None:
            offer(self, "purpose", [("", _("as it came")), *codes.choices("purpose")])
            self.fields["purpose"].required = False

    def clean(self) -> dict[str, Any]:
        """As many serial numbers as pieces; without them a quantity; a purpose that goes with how it came."""
        given = super().clean() or {}
        serials = _serials(given.get("serials") or "")
        quantity = given.get("quantity")
        if self.origin in (Origin.SEIZED, Origin.SURRENDERED) and "purpose" in given:
            fitting = PURPOSES_OF[Origin(self.origin)]
            if given["purpose"] and given["purpose"] not in fitting:
                told = ", ".join(str(name) for code, name in codes.choices("purpose") if code in fitting)
                self.add_error("purpose", _now("What came like this is held as: %(purposes)s.") % {"purposes": told})
        if given.get("package"):
            self._in_packages(serials, quantity)
            return given
        if serials and quantity is not None and quantity != len(serials):
            says = _now("%(serials)s serial numbers for %(quantity)s pieces.")
            self.add_error("serials", says % {"serials": len(serials), "quantity": quantity})
        if not serials and quantity is None and "quantity" not in self.errors:
            self.add_error("quantity", _now("Say how many."))
        return given

    def _in_packages(self, serials: Sequence[str], quantity: int | None) -> None:
        if serials:
            self.add_error("package", _now("Serial numbers are counted one by one, not in packages."))
        elif quantity is None and "quantity" not in self.errors:
            self.add_error("quantity", _now("Say how many packages."))

    def unpack(self, package: Package | None, known: Sequence[Package]) -> None:
        """How many pieces, or grams, so many packages are; to be seen once before it counts. known: of the article."""
        if package is None:
            says = _now("It has no such package. It has: %(packages)s.")
            told = ", ".join(f"{one.name} ({write('whole', one.quantity)})" for one in known) or "–"
            self.add_error("package", says % {"packages": told})
            return
        pieces = self.cleaned_data["quantity"] * package.quantity
        if pieces > MOST:
            self.add_error("quantity", _now("That is more than there can be."))
            return
        self.pieces = pieces
        if self.cleaned_data["worked_out"] != pieces:
            says = _now("%(number)s × %(each)s = %(all)s pieces or grams. Look whether that is so, and send it again.")
            numbers = {"number": self.cleaned_data["quantity"], "each": package.quantity, "all": pieces}
            self.add_error("quantity", says % {name: write("whole", one) for name, one in numbers.items()})

    def thing(self, articles: Mapping[str, str]) -> NewThing:
        """What was written. articles: what was written of an article to its id."""
        given = self.cleaned_data
        serials = tuple("" if one == "-" else one for one in _serials(given["serials"]))
        return NewThing(
            article_id=articles[given["article"]],
            quantity=self.pieces or len(serials) or given["quantity"],
            lot=given["lot"].strip(),
            condition=given["condition"] or None,
            purpose=given["purpose"] or PURPOSES_OF[Origin(self.origin or Origin.FOUND)][0],
            year_made=given["year_made"],
            stack=given["stack"].strip(),
            serials=serials,
            origin=self.origin or "",
        )


def _serials(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


class BaseThings(forms.BaseFormSet[ThingForm]):
    """Lines of what comes in; empty ones do not count."""

    def clean(self) -> None:
        """At least one; what was counted in packages is worked out."""
        if any(self.errors):
            return
        if not self.filled():
            raise forms.ValidationError(_now("Write at least one line."))
        packed = [form for form in self.filled() if form.cleaned_data.get("package")]
        articles, _missing = queries.articles_named(form.cleaned_data["article"] for form in packed)
        known = queries.packages_of(articles.values())
        for form in packed:
            article_id = articles.get(form.cleaned_data["article"])
            if article_id is None:
                form.add_error("article", _now("There is no such article, or there are several of that name."))
                continue
            of_it = known.get(article_id, [])
            chosen = next((one for one in of_it if one.name == form.cleaned_data["package"]), None)
            form.unpack(chosen, of_it)

    def filled(self) -> list[ThingForm]:
        """Those in which something was written."""
        return [form for form in self.forms if form.has_changed()]


MOST_THINGS = 200
Things = forms.formset_factory(ThingForm, formset=BaseThings, extra=1, max_num=MOST_THINGS, absolute_max=MOST_THINGS)
