"""Photographs of upgrade projects: one, adding one, taking one off."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods

from rasr.core.basis.findings import Refused
from rasr.node.assessment.models import Upgrade, UpgradePhoto
from rasr.node.assessment.upgrades import photographs, queries
from rasr.node.assessment.upgrades.page import photographs_told
from rasr.node.assessment.upgrades.views import UpgradePage
from rasr.node.people.models import User
from rasr.node.people.rights import require
from rasr.node.records import receiving
from rasr.node.records.catalogue import pictures
from rasr.node.records.catalogue.picture_views import AddPage, receive
from rasr.node.records.lots.pages import WhyForm
from rasr.node.records.views import actor_of
from rasr.node.web import marks
from rasr.node.web.nofiles import takes_files


@never_cache
@require_GET
def photo(request: HttpRequest, upgrade_photo_id: UUID) -> HttpResponse:
    """The photograph itself; no browser keeps it."""
    actor = actor_of(request)
    require(actor, queries.VIEW)
    try:
        content = photographs.content(queries.photo(actor, upgrade_photo_id))
    except (UpgradePhoto.DoesNotExist, Refused) as gone:
        raise Http404 from gone
    marks.shows_confidential(request)
    return HttpResponse(content, content_type="image/jpeg")


@takes_files
@csrf_exempt  # reading the token reads the file; ``receive`` asks for it once the limit stands in front
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest, upgrade_id: UUID) -> HttpResponseBase:
    """The page to add a photograph from."""
    actor = actor_of(request)
    require(actor, queries.MANAGE)
    try:
        found = queries.upgrade(actor, upgrade_id, queries.MANAGE)
    except Upgrade.DoesNotExist as gone:
        raise Http404 from gone

    def keep(given: dict[str, Any]) -> None:
        photographs.add(actor=actor, upgrade_id=found.pk, file=given["file"].file, caption=given["caption"])

    limit = receiving.limited(request, most_mb=pictures.MOST_MB) if request.method == "POST" else None
    page = AddPage(found.name, reverse("assessment:upgrade", args=[found.pk]), keep, marks.shows_confidential)
    return receive(request, page, limit)


class Drop(UpgradePage):
    """Take a photograph off."""

    title, button = _("Take the photograph off"), _("Take off")

    def found(self, actor: User, /, **ids: Any) -> UpgradePhoto:
        """One of a project that the actor manages."""
        return queries.photo(actor, ids["upgrade_photo_id"], queries.MANAGE)

    def name(self, found: UpgradePhoto, /) -> str:
        """What it shows."""
        return photographs_told(found) or _now("Photograph")

    def back(self, found: UpgradePhoto, /) -> str:
        """The page of its project."""
        return reverse("assessment:upgrade", args=[found.upgrade_id])

    def form(self, _actor: User, _found: UpgradePhoto, /) -> WhyForm:
        """Why."""
        return WhyForm(self.sent())

    def act(self, actor: User, found: UpgradePhoto, form: WhyForm, /) -> HttpResponse:
        """Take it off."""
        photographs.drop(actor=actor, photo_id=found.pk, why=form.why())
        self.done(_now("It is taken off."))
        return redirect(self.back(found))
