"""Pages of photographs: one picture, adding one, taking one off; for the records of every table that has them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_http_methods

from rasr.core.basis.findings import Refused
from rasr.node.people.models import User
from rasr.node.people.rights import require
from rasr.node.records import receiving
from rasr.node.records.catalogue import pictures
from rasr.node.records.lots.pages import ActPage, WhyForm, short
from rasr.node.records.models import Picture
from rasr.node.records.views import actor_of
from rasr.node.web import marks
from rasr.node.web.messages import say
from rasr.node.web.nofiles import takes_files

VIEW = "view_register"
KEPT_S = 3600
"""How long a browser keeps a picture: it never changes."""
TYPES = "image/jpeg,image/png,image/webp"


class PictureForm(forms.Form):
    """A photograph with a line below it."""

    file = forms.FileField(label=_("Photograph"), widget=forms.ClearableFileInput(attrs={"accept": TYPES}))
    caption = short(_("What it shows"))


@require_GET
def picture(request: HttpRequest, picture_id: UUID) -> HttpResponse:
    """The picture itself."""
    actor = actor_of(request)
    require(actor, VIEW)
    try:
        found = pictures.picture(actor=actor, picture_id=picture_id)
    except Picture.DoesNotExist as gone:
        raise Http404 from gone
    marks.shows_all_seen(request)
    answer = HttpResponse(bytes(found.content), content_type=found.content_type)
    answer["Cache-Control"] = f"private, max-age={KEPT_S}, immutable"
    answer["Content-Disposition"] = f'inline; filename="{found.pk}.jpg"'
    return answer


@takes_files
@csrf_exempt  # reading the token reads the file; ``receive`` asks for it once the limit stands in front
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest, table: str, row_id: str) -> HttpResponseBase:
    """The page to add a photograph from."""
    actor = actor_of(request)
    require(actor, VIEW)
    name = pictures.called(actor, table, row_id)
    if name is None or not pictures.may_add(actor, table, row_id):
        raise Http404

    def keep(given: dict[str, Any]) -> None:
        file, caption = given["file"].file, given["caption"]
        pictures.add(actor=actor, table=table, row_id=row_id, file=file, caption=caption)

    limit = receiving.limited(request, most_mb=pictures.MOST_MB) if request.method == "POST" else None
    page = AddPage(name, back_to(table, row_id), keep, marks.shows_all_seen)
    return receive(request, page, limit)


@dataclass(frozen=True)
class AddPage:
    """A page to add a photograph from. name, back: what it is of, and where that stands.

    keep: takes what ``form`` gave; Refused is told on the page. marked: says what a page with the form shows.
    """

    name: str
    back: str
    keep: Callable[[dict[str, Any]], object]
    marked: Callable[[HttpRequest], object]
    form: type[forms.Form] = PictureForm


@csrf_protect
def receive(request: HttpRequest, page: AddPage, limit: receiving.Limit | None) -> HttpResponseBase:
    """The form, or what became of the photograph that was sent. limit: stands in front of its files; None: none were.

    Only here is the token asked for, which reads the file.
    """
    fault = ""
    form = page.form() if limit is None else page.form(request.POST, request.FILES)
    if limit is not None and limit.exceeded:
        form = page.form()
        fault = say(Refused("picture_too_large", limit_mb=pictures.MOST_MB, pixels=pictures.MOST_PIXELS))
    elif form.is_bound and form.is_valid():
        try:
            page.keep(form.cleaned_data)
        except Refused as refused:
            fault = say(refused)
        else:
            return redirect(page.back)
    page.marked(request)
    context = {
        "page_title": _("Add a photograph"),
        "name": page.name,
        "back": page.back,
        "form": form,
        "fault": fault,
        "limit_mb": pictures.MOST_MB,
    }
    status = 200 if limit is None else 413 if limit.exceeded else 400
    return render(request, "records/catalogue/picture_add.html", context, status=status)


class Drop(ActPage):
    """Take a photograph off."""

    title, button = _("Take the photograph off"), _("Take off")
    right = VIEW
    above: ClassVar[tuple[str, Any]] = ("records:catalogue", _("Catalogue"))

    def found(self, actor: User, /, **ids: Any) -> Picture:
        """One that the actor may take off."""
        found = pictures.picture(actor=actor, picture_id=ids["picture_id"])
        if not pictures.may_add(actor, found.table, found.row_id):
            raise Picture.DoesNotExist
        return found

    def name(self, found: Picture, /) -> str:
        """What it shows."""
        return found.caption or _now("Photograph")

    def back(self, found: Picture, /) -> str:
        """The page of its record."""
        return back_to(found.table, found.row_id)

    def form(self, _actor: User, _found: Picture, /) -> WhyForm:
        """Why."""
        return WhyForm(self.sent())

    def act(self, actor: User, found: Picture, form: WhyForm, /) -> HttpResponse:
        """Take it off."""
        pictures.drop(actor=actor, picture_id=found.pk, reason=form.why().text)
        self.done(_now("It is taken off."))
        return redirect(self.back(found))


def back_to(table: str, row_id: str) -> str:
    """The page of a record that has pictures."""
    page, argument = pictures.page_of(table)
    return reverse(page, kwargs={argument: row_id})
