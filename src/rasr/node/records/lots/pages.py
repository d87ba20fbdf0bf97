"""A page that asks what is needed, does one thing and goes back: what is done to a lot, a ban, an item."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from rasr.core.basis.findings import Refused
from rasr.node.people.models import User
from rasr.node.records.lots.told import Why
from rasr.node.records.views import Righted, actor_of
from rasr.node.web import languages, marks
from rasr.node.web.crafted import none_crafted
from rasr.node.web.messages import say
from rasr.node.web.said import LONGEST_TEXT

LONGEST = 200
"""Characters of a short text: a number, a name."""


def short(label: Any, *, required: bool = False, **more: Any) -> forms.CharField:
    """A field for a short text."""
    return forms.CharField(label=label, required=required, max_length=LONGEST, **more)


def long_text(label: Any, *, required: bool = False, **more: Any) -> forms.CharField:
    """A field for a longer text."""
    widget = forms.Textarea(attrs={"rows": 3})
    return forms.CharField(label=label, required=required, max_length=LONGEST_TEXT, widget=widget, **more)


def day(label: Any, *, required: bool = False, **more: Any) -> forms.DateField:
    """A field for a day."""
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return forms.DateField(label=label, required=required, widget=widget, input_formats=["%Y-%m-%d"], **more)


def year(label: Any) -> forms.IntegerField:
    """A field for a year."""
    return forms.IntegerField(label=label, required=False, min_value=1800, max_value=2200)


class WhyForm(forms.Form):
    """Why it is done, and in which language that is written; asked last."""

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.fields["reason"] = long_text(_("Reason"), required=True)
        self.fields["reason_language"] = forms.ChoiceField(
            label=_("Written in"), choices=settings.LANGUAGES, initial=languages.current(), required=False
        )

    def why(self) -> Why:
        """What was written, of a form that is valid."""
        given = self.cleaned_data
        return Why(given["reason"], given["reason_language"] or languages.current())


class SureForm(WhyForm):
    """With a box to tick, which is shown only where something looks like a mistake."""

    sure = forms.BooleanField(label=_("I have looked: it is another one."), required=False, widget=forms.HiddenInput)

    def ask(self) -> None:
        """Show the box."""
        self.fields["sure"].widget = forms.CheckboxInput()


class ActPage(Righted):
    """The page. ``found`` reads what it is about, ``form`` asks, ``act`` does it and says where to go."""

    template_name: ClassVar[str] = "records/lots/act.html"
    right = "judge_stock"
    title: str | Promise
    button: str | Promise = _("Keep")
    above: ClassVar[tuple[str, str | Promise]] = ("records:lots", _("Lots"))
    """Address and name of the list that it belongs to."""
    makes_sure: ClassVar[tuple[str, ...]] = ()
    """Codes of refusals that somebody may set aside by ticking the box."""

    @abstractmethod
    def found(self, actor: User, /, **ids: Any) -> Any:
        """What it is about. Raises ObjectDoesNotExist."""

    @abstractmethod
    def form(self, actor: User, found: Any, /) -> forms.Form:
        """The form, empty or as it was sent (``self.sent``)."""

    @abstractmethod
    def act(self, actor: User, found: Any, form: Any, /) -> HttpResponse:
        """Do it. Raises Refused, PermissionDenied, ObjectDoesNotExist."""

    @abstractmethod
    def back(self, found: Any, /) -> str:
        """The address that it leads back to."""

    def name(self, found: Any, /) -> str:
        """What it is about, in a word."""
        return str(found)

    def told(self, _actor: User, _found: Any, /) -> list[str]:
        """What one should know before, in sentences."""
        return []

    def get(self, request: HttpRequest, **ids: Any) -> HttpResponse:
        """The form."""
        actor, found = self._about(request, ids)
        return self._page(actor, found, self.form(actor, found))

    def post(self, request: HttpRequest, **ids: Any) -> HttpResponse:
        """Do what was sent; the form again, with what is wrong."""
        actor, found = self._about(request, ids)
        form = self.form(actor, found)
        if not form.is_valid():
            none_crafted(form)
            return self._page(actor, found, form, 400)
        try:
            return self.act(actor, found, form)
        except ObjectDoesNotExist as missing:
            raise Http404 from missing
        except Refused as fault:
            form.add_error(None, say(fault))
            if fault.code in self.makes_sure and isinstance(form, SureForm):
                form.ask()
            return self._page(actor, found, form, 400)

    def sent(self) -> Any:
        """What was sent, if anything."""
        return self.request.POST if self.request.method == "POST" else None

    def done(self, sentence: str | Promise) -> None:
        """Say it on the next page."""
        messages.success(self.request, str(sentence))

    def _about(self, request: HttpRequest, ids: dict[str, Any]) -> tuple[User, Any]:
        actor = actor_of(request)
        try:
            return actor, self.found(actor, **ids)
        except ObjectDoesNotExist as missing:
            raise Http404 from missing

    def _page(self, actor: User, found: Any, form: forms.Form, status: int = 200) -> HttpResponse:
        marks.shows_all_seen(self.request)
        context = {
            "page_title": self.title,
            "button": self.button,
            "above": self.above,
            "name": self.name(found),
            "back": self.back(found),
            "form": form,
            "told": self.told(actor, found),
        }
        return render(self.request, self.template_name, context, status=status)


class NewPage(ActPage):
    """A form for what is not there yet: it leads back to the list that it will stand in (``above``)."""

    def found(self, _actor: User, /, **_ids: Any) -> None:
        """Nothing yet."""

    def name(self, _found: None, /) -> str:
        """What will be."""
        return _now("New")

    def back(self, _found: None, /) -> str:
        """The list."""
        return reverse(self.above[0])
