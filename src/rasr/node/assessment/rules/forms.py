"""What is asked of who types a rule from its document."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from uuid6 import uuid7

from rasr.core.assessment.explosives import rule_checks
from rasr.core.assessment.explosives.distance_functions import FORMS
from rasr.core.assessment.explosives.rule_sets import RuleBook
from rasr.node.assessment.rules import shape, sheets
from rasr.node.assessment.rules.told import HEADINGS, WORDS, word
from rasr.node.assessment.rules.typed import TYPED, Line
from rasr.node.records.lots.pages import WhyForm, day
from rasr.node.web.said import SaidForm

BRANCHES = 6
"""Branches that the page has room for; more come by the form."""
BRANCH = (
    *("q_min_kg", "q_min_included", "q_max_kg", "q_max_included"),
    *("form", "scale", "k0", "k1", "k2", "exponent", "shift_kg"),
)
"""Fields of a branch."""
AS_GIVEN = {"scale": "1", "k0": "0", "k1": "0", "k2": "0", "exponent": "", "shift_kg": "0"}
"""What a figure of a branch is where it stays empty."""
CHOSEN = ("pes", "exposure_kind", "hazard_division", "group_1", "group_2", "answer")
"""What has no value at first: it must be looked at."""
SIDES = {"q_min_included": "yes", "q_max_included": "no"}
WORKBOOKS = (".xlsx", ".xlsm")


def _choice(kind: str, name: str, *, required: bool = True) -> forms.ChoiceField:
    offered = [(code, word(code)) for code in sheets.choices_of(kind, name)]
    if not required or name in CHOSEN:
        offered = [("", "–"), *offered]
    initial = None if name in CHOSEN or not required else rule_checks.ANY
    return forms.ChoiceField(label=HEADINGS[name], choices=offered, required=required, initial=initial)


def _figure(label: Any, **more: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=False,
        max_length=shape.LONGEST_NAME,
        widget=forms.TextInput({"inputmode": "decimal"}),
        **more,
    )


class RuleForm(WhyForm):
    """What every rule has. sheet_id: so that sending it twice asks for it once."""

    sheet_id = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.fields["sheet_id"].initial = uuid7
        self.fields["valid_from"].initial = timezone.localdate

    def typed(self, kind: str) -> dict[str, str]:
        """The columns as text, of a form that is valid."""
        found = {name: self.cleaned_data.get(name) for name in TYPED[kind]}
        return {name: "" if value is None else str(value) for name, value in found.items()}


def _name(label: Any, **more: Any) -> forms.CharField:
    more.setdefault("required", True)
    return forms.CharField(label=label, max_length=shape.LONGEST_NAME, **more)


def _long(label: Any, **more: Any) -> forms.CharField:
    more.setdefault("required", True)
    return forms.CharField(label=label, max_length=shape.LONGEST_TEXT, **more)


class CellForm(RuleForm):
    """One cell: from which store to which exposed site, and what is asked for there."""

    rules = _name(_("Rule set"), help_text=_("aastp-1, desr, or a name for the national rules."))
    edition = _long(_("Edition"))
    clause = _long(_("Clause"), help_text=_("Table, page or paragraph of the document."))
    source = _long(_("Source"), help_text=_("The document, as it calls itself."))
    valid_from = day(_("Valid from"), required=True)
    function = forms.ChoiceField(label=_("Distance function"), required=False)
    k_factor = _figure(_("or k factor"), help_text=_("The distance is then k × Q^(1/3), in m and kg."))
    q_min_kg = _figure(_("Least quantity of the k factor, kg"))
    q_max_kg = _figure(_("Greatest quantity of the k factor, kg"))
    note = _long(_("Note"), required=False)
    ORDER: ClassVar = [
        *("rules", "edition", "pes", "pes_face", "exposure_kind", "exposure_face", "barricaded", "hazard_division"),
        *("effect", "quantity", "function", "k_factor", "q_min_kg", "q_max_kg", "protection", "clause", "source"),
        *("valid_from", "note", "reason", "reason_language"),
    ]

    def __init__(self, *given: Any, book: RuleBook, **more: Any) -> None:
        super().__init__(*given, **more)
        for name in ("pes", "pes_face", "exposure_kind", "exposure_face", "barricaded", "hazard_division", "effect"):
            self.fields[name] = _choice(shape.CELL, name)
        self.fields["quantity"] = _choice(shape.CELL, "quantity", required=False)
        self.fields["protection"] = _choice(shape.CELL, "protection", required=False)
        field = self.fields["function"]
        assert isinstance(field, forms.ChoiceField)
        without = [(code, str(WORDS[code])) for code in rule_checks.WITHOUT_FUNCTION]
        named = [(name, f"{name} ({book.function(name).rules})") for name in sorted(book.functions)]
        field.choices = [("", "–"), *without, *named]
        self.order_fields(self.ORDER)

    def lines(self) -> list[Line]:
        """As a row of the form."""
        return [Line(shape.CELL, 1, self.typed(shape.CELL))]


class MixingForm(RuleForm):
    """What the document says of one pair of compatibility groups."""

    rules = _name(_("Rule set"), help_text=_("aastp-1, desr, or a name for the national rules."))
    edition = _long(_("Edition"))
    condition = _long(
        _("Condition"), required=False, help_text=_("As the document gives it; only where the answer has one.")
    )
    clause = _long(_("Clause"), help_text=_("Table, page or paragraph of the document."))
    source = _long(_("Source"), help_text=_("The document, as it calls itself."))
    valid_from = day(_("Valid from"), required=True)
    note = _long(_("Note"), required=False)
    ORDER: ClassVar = [
        *("rules", "edition", "group_1", "group_2", "answer", "condition", "clause", "source"),
        *("valid_from", "note", "reason", "reason_language"),
    ]

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        for name in ("group_1", "group_2", "answer"):
            self.fields[name] = _choice(shape.MIXING, name)
        self.order_fields(self.ORDER)

    def lines(self) -> list[Line]:
        """As a row of the form."""
        return [Line(shape.MIXING, 1, self.typed(shape.MIXING))]


class FunctionForm(RuleForm):
    """A distance function with its branches."""

    rules = _name(_("Rule set"), help_text=_("aastp-1, desr, or a name for the national rules."))
    function = _name(_("Distance function"), help_text=_("Its name in the document, without spaces."))
    clause = _long(_("Clause"), help_text=_("Table, page or paragraph of the document."))
    source = _long(_("Source"), help_text=_("The document, as it calls itself."))
    valid_from = day(_("Valid from"), required=True)
    note = _long(_("Note"), required=False)

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        for number in range(BRANCHES):
            for name in BRANCH:
                self.fields[f"{name}_{number}"] = self._of_branch(name)
        last = ("reason", "reason_language")
        self.order_fields([*(name for name in self.fields if name not in last), *last])

    def _of_branch(self, name: str) -> forms.Field:
        if name not in ("form", *SIDES):
            return _figure(HEADINGS.get(name, name))
        offered = FORMS if name == "form" else rule_checks.YES_NO
        choices = [(code, word(code)) for code in offered]
        empty = [("", "–")] if name == "form" else []
        return forms.ChoiceField(
            label=HEADINGS[name], choices=[*empty, *choices], required=False, initial=SIDES.get(name)
        )

    def branches(self) -> list[list[forms.BoundField]]:
        """The fields of each branch."""
        return [[self[f"{name}_{number}"] for name in BRANCH] for number in range(BRANCHES)]

    def plain_fields(self) -> list[forms.BoundField]:
        """The fields of the function itself."""
        inner = {f"{name}_{number}" for number in range(BRANCHES) for name in BRANCH}
        return [field for field in self.visible_fields() if field.name not in inner]

    def lines(self) -> list[Line]:
        """As rows of the form, one for each branch that has a form."""
        found = []
        whole = self.typed(shape.FUNCTION)
        for number in range(BRANCHES):
            own = {name: self.cleaned_data.get(f"{name}_{number}") or AS_GIVEN.get(name, "") for name in BRANCH}
            if own["form"]:
                found.append(Line(shape.FUNCTION, number + 1, whole | own))
        return found


class SheetForm(SaidForm):
    """A filled form, and why it is sent."""

    said: ClassVar[dict[str, tuple[Any, bool]]] = {"reason": (_("Reason"), True)}
    sheet_id = forms.UUIDField(widget=forms.HiddenInput)
    file = forms.FileField(label=_("Filled form (.xlsx)"), widget=forms.FileInput({"accept": ".xlsx"}))

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.fields["sheet_id"].initial = uuid7
        for name in ("reason_courtesy", "reason_courtesy_language"):
            del self.fields[name]

    def clean_file(self) -> Any:
        """Held to the ending of a workbook; what is in it is looked at afterwards."""
        file = self.cleaned_data["file"]
        if not (file.name or "").lower().endswith(WORKBOOKS):
            raise forms.ValidationError(_("This is not a workbook. Send the filled form, a file that ends in .xlsx."))
        return file


class WithdrawForm(WhyForm):
    """Why a rule is withdrawn."""
