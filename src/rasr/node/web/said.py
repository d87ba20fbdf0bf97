"""What people write keeps the language it was written in, and may carry a courtesy translation beside it.

What was written holds; the translation only helps to read it. A model holds it in four columns: ``reason``,
``reason_language``, ``reason_courtesy``, ``reason_courtesy_language``. A form takes it by ``SaidForm``, a page shows it
by the tags of ``templatetags/said.py``.

>>> Said("Prebrojano.", "bcms", "Counted.", "en").columns("reason")["reason_courtesy"]
'Counted.'
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from rasr.node.web import languages

LONGEST_TEXT = 2_000
"""Characters of a text that somebody writes."""


@dataclass(frozen=True)
class Said:
    """A text with its language, and a courtesy translation with its own; empty where there is none."""

    text: str = ""
    language: str = ""
    courtesy: str = ""
    courtesy_language: str = ""

    @classmethod
    def of(cls, given: Said | str) -> Said:
        """A bare text has no language: the command line's."""
        return cls(given) if isinstance(given, str) else given

    @classmethod
    def read(cls, row: Any, name: str) -> Said:
        """From the four columns of a row, the first of this name; a column it does not have is empty."""
        return cls(*(getattr(row, column, "") or "" for column in _columns(name)))

    def columns(self, name: str) -> dict[str, str]:
        """As the four columns of a row hold it."""
        values = (self.text, self.language, self.courtesy, self.courtesy_language)
        return dict(zip(_columns(name), values, strict=True))


NOTHING = Said()


def _columns(name: str) -> tuple[str, str, str, str]:
    return name, f"{name}_language", f"{name}_courtesy", f"{name}_courtesy_language"


class SaidForm(forms.Form):
    """A form in which people write. said: name of each text to its label and whether it must be given.

    For each it has four fields; ``said_of`` gives what was written. Show them by ``{% said_fields form "reason" %}``.
    """

    said: ClassVar[dict[str, tuple[Any, bool]]] = {}

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        for name, (label, required) in self.said.items():
            self.fields |= _fields(name, label, required)

    def clean(self) -> dict[str, Any]:
        """A translation is of something, and into another language."""
        cleaned: dict[str, Any] = super().clean() or {}
        for name in self.said:
            text, language, courtesy, other = (cleaned.get(column) for column in _columns(name))
            if courtesy and not text and name not in self.errors:
                self.add_error(name, _("Write what is translated."))
            if courtesy and language == other:
                self.add_error(f"{name}_courtesy_language", _("Choose another language than that of the text."))
        return cleaned

    def said_of(self, name: str) -> Said:
        """What was written, of a form that is valid; without a text or a translation there is no language of it."""
        text, language, courtesy, other = (self.cleaned_data.get(column) or "" for column in _columns(name))
        return Said(text, language if text else "", courtesy, other if courtesy else "")


def _fields(name: str, label: Any, required: bool) -> dict[str, forms.Field]:
    area = forms.Textarea(attrs={"rows": 3})
    known = settings.LANGUAGES
    here = languages.current()
    fields: tuple[forms.Field, ...] = (
        forms.CharField(label=label, required=required, max_length=LONGEST_TEXT, widget=area),
        forms.ChoiceField(label=_("Written in"), choices=known, initial=here, required=False),
        forms.CharField(label=_("Courtesy translation"), required=False, max_length=LONGEST_TEXT, widget=area),
        forms.ChoiceField(
            label=_("Translated into"), choices=known, initial="bcms" if here == "en" else "en", required=False
        ),
    )
    return dict(zip(_columns(name), fields, strict=True))
