"""What is asked of who sends and loads a workbook."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from rasr.node.records.choices import NAMES, Loading
from rasr.node.records.preview import REPLACING, Preview
from rasr.node.web import codes
from rasr.node.web.lists import Words

COUNT_DAYS = 7
"""Days that a count is given at first, as on the page that opens one."""
WORKBOOKS = (".xlsx", ".xlsm")
"""A workbook with macros is let through to where it is refused with the reason."""


class UploadForm(forms.Form):
    """A workbook to send in."""

    file = forms.FileField(
        label=_("Workbook"),
        widget=forms.FileInput(attrs={"accept": ".xlsx", "aria-describedby": "file-limit file-said"}),
        error_messages={
            "required": _("Choose a workbook first."),
            "empty": _("The file is empty. Choose the workbook that holds your records."),
            "missing": _("Choose a workbook first."),
            "invalid": _("Choose a workbook first."),
        },
    )

    def clean_file(self) -> UploadedFile[bytes]:
        """Held to the ending of a workbook; what is in it is looked at by the check."""
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        if not (file.name or "").lower().endswith(WORKBOOKS):
            says = _("This is not a workbook. Send a file that ends in .xlsx; older ones can be saved as .xlsx.")
            raise ValidationError(says, code="not_a_workbook")
        return file


class LoadForm(forms.Form):
    """How a checked workbook is to be loaded, against the preview that was shown."""

    loading = forms.ChoiceField(
        label=_("What the file stands for"),
        choices=Loading.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what the file stands for.")},
    )
    due_on = forms.DateField(
        label=_("Differences are to be counted again by"),
        help_text=_("Only for a count."),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        input_formats=["%Y-%m-%d"],
    )
    sure = forms.BooleanField(label=_("I know that stock will be booked as unexplained."), required=False)
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, preview: Preview, moved_on: bool = False, **given: Any) -> None:
        super().__init__(*args, **given)
        self.preview = preview
        offered = preview.offered(moved_on=moved_on)
        offer(self, "loading", [(one.value, one.label) for one in offered])
        self.fields["loading"].initial = next(iter(offered), None)
        self.fields["version"].initial = preview.version
        self.fields["due_on"].initial = timezone.localdate() + timedelta(days=COUNT_DAYS)

    def clean(self) -> dict[str, Any]:
        """Held to the tick where stock goes to unexplained, and to the preview in force."""
        given: dict[str, Any] = super().clean() or {}
        if given.get("version") != self.preview.version:
            raise ValidationError(_("The preview has been made anew since. Look at it again."), code="other_preview")
        if "loading" not in given:
            return given
        if given["loading"] == Loading.COUNT:
            self._check_day(given.get("due_on"))
        replaces = given["loading"] in REPLACING
        if replaces and self.preview.unexplained(whole=given["loading"] == Loading.WHOLE) and not given.get("sure"):
            says = _("Tick the box: stock will be booked as unexplained.")
            self.add_error("sure", ValidationError(says, code="not_sure"))
        return given

    def _check_day(self, day: date | None) -> None:
        if day is None and "due_on" not in self.errors:
            self.add_error("due_on", ValidationError(_("Choose a day."), code="required"))
        elif day is not None and day < timezone.localdate():
            self.add_error("due_on", ValidationError(_("Choose today or a later day."), code="passed"))


def offer(form: forms.Form, name: str, choices: Sequence[tuple[str, str | Promise]]) -> None:
    """Let a field of a form offer these choices."""
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = list(choices)


class FindingsForm(Words):
    """Which findings to see."""

    field_order = ("severity", "table", "q")
    severity = forms.ChoiceField(label=_("Severity"), required=False)
    table = forms.ChoiceField(label=_("Table"), required=False)

    def __init__(self, *args: Any, tables: list[str], **given: Any) -> None:
        super().__init__(*args, **given)
        severities = [(code, name) for code, name in codes.choices("severity") if code != "refused"]
        offer(self, "severity", [("", _("All")), *severities])
        named = [(table, f"{NAMES[table]} ({table})" if table in NAMES else table) for table in tables]
        offer(self, "table", [("", _("All")), *named])
