"""Pages of emergency cards: the card, what is written on it, its paper, and the card that opens without signing in."""

from __future__ import annotations

import time
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import BadRequest, ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from rasr.node.assessment.licences import cards, distances, printing, queries, wording
from rasr.node.assessment.licences.forms import AddressForm, ContactsForm, DistancesForm, shown
from rasr.node.assessment.licences.sheet import sheet_of
from rasr.node.assessment.licences.views import language_of
from rasr.node.assessment.models import EmergencyCard
from rasr.node.people import trail
from rasr.node.people.looks import no_look
from rasr.node.people.models import User
from rasr.node.people.rights import require
from rasr.node.places.models import Store
from rasr.node.records.lots.pages import ActPage
from rasr.node.records.views import actor_of
from rasr.node.web import exports, languages, marks
from rasr.node.web.crafted import none_crafted
from rasr.node.web.limits import WINDOW_S, counted
from rasr.node.web.said import Said
from rasr.node.web.views import too_many
from rasr.report.texts import LANGUAGES

ABOVE = ("desk:stores", _("Stores"))
MOST_LOOKS = 30
"""Cards that are opened from one address in a minute without signing in, found or not."""


@require_GET
def card(request: HttpRequest, store_id: str) -> HttpResponse:
    """The card of a store, and what may be done with it."""
    actor = actor_of(request)
    found = _store(request, actor, store_id)
    kept = queries.card(found.pk)
    context = {
        "store": found,
        "page_title": _now("Emergency card of %(store)s") % {"store": found.pk},
        "card": kept,
        "sheet": sheet_of(kept, found),
        "address": _address(request, kept),
        "waits": queries.distances_waiting(actor, found.pk),
        "not_agreed": bool(kept.distances) and not kept.agreed,
        "writes": queries.holds(actor, cards.OF_CONTACTS, found.pk),
        "judges": queries.holds(actor, cards.OF_SAFETY, found.pk),
        "languages": list(LANGUAGES),
    }
    return render(request, "assessment/licences/card.html", context)


@require_GET
def pdf(request: HttpRequest, store_id: str) -> HttpResponse:
    """The card on paper, in the language of the reader or in another one that is asked for."""
    actor = actor_of(request)
    found = _store(request, actor, store_id)
    kept, mark = queries.card(found.pk), marks.shown(request)
    # who may not judge may print the card, but not with the address that opens it
    address = _address(request, kept) if queries.holds(actor, cards.OF_SAFETY, found.pk) else ""
    with translation.override(language_of(request)):
        content = printing.card(sheet_of(kept, found), address)
    answer = HttpResponse(content, content_type="application/pdf")
    stem = f"emergency-card-{found.pk}".replace("/", "-")
    return exports.kept_file(answer, exports.file_name(stem, "pdf", mark), ("emergency card", 1, "pdf"))


class _CardPage(ActPage):
    """A form about the card of a store."""

    above = ABOVE

    def found(self, actor: User, /, **ids: Any) -> Store:
        """The store, where the actor has the right."""
        store = queries.store(actor, ids["store_id"])
        if not queries.holds(actor, self.right, store.pk):
            raise Store.DoesNotExist
        marks.shows(self.request, store.site.mark)
        return store

    def name(self, found: Store, /) -> str:
        """The store."""
        return found.pk

    def back(self, found: Store, /) -> str:
        """Its card."""
        return reverse("assessment:licence-card", args=[found.pk])


class Contacts(_CardPage):
    """Write down whom to call."""

    title, right = _("Contacts of the emergency card"), cards.OF_CONTACTS

    def form(self, _actor: User, found: Store, /) -> ContactsForm:
        """Beginning with those that stand there."""
        kept = queries.card(found.pk)
        return ContactsForm(self.sent(), initial={"contacts": kept.contacts, "as_of": timezone.localdate()})

    def act(self, actor: User, found: Store, form: ContactsForm, /) -> HttpResponse:
        """Keep them."""
        cards.write_contacts(actor=actor, store_id=found.pk, **form.cleaned_data)
        self.done(_now("The contacts are kept. Print the card anew."))
        return redirect(self.back(found))


class Distances(_CardPage):
    """Write down withdrawal and evacuation distances as they stand in a document."""

    title, right, button = _("Distances of the emergency card"), cards.OF_SAFETY, _("Ask for the agreement")

    def told(self, _actor: User, _found: Store, /) -> list[str]:
        """That nothing is known here."""
        return [
            _now("The rules of this node have no withdrawal and evacuation distances. What is empty is not covered."),
            _now("Take them from the document that is in force at the site, and say which."),
            _now("They are on the card when a second person, with the same document, has agreed."),
        ]

    def form(self, _actor: User, found: Store, /) -> DistancesForm:
        """Beginning with those that stand there."""
        kept = queries.card(found.pk)
        first = {**shown(kept.distances), "source": kept.source, "as_of": timezone.localdate()}
        return DistancesForm(self.sent(), initial=first)

    def act(self, actor: User, found: Store, form: DistancesForm, /) -> HttpResponse:
        """Ask for the second person."""
        given, why = form.cleaned_data, form.why()
        draft = distances.Draft(found.pk, form.distances(), given["source"], given["as_of"])
        reason = Said(why.text, why.language)
        asked = distances.propose(actor=actor, session=trail.session(), draft=draft, reason=reason)
        self.done(_now("Asked for. The card tells them when a second person has agreed; print it anew then."))
        return redirect("people:approval", approval_id=asked.pk)


@require_POST
def address(request: HttpRequest, store_id: str) -> HttpResponse:
    """Give the card a new address, or take it away."""
    actor = actor_of(request)
    require(actor, cards.OF_SAFETY)
    if not queries.holds(actor, cards.OF_SAFETY, store_id):
        raise Http404
    form = AddressForm(request.POST)
    if not form.is_valid():
        none_crafted(form)
        raise BadRequest
    try:
        if form.cleaned_data["what"] == "renew":
            cards.renew_address(actor=actor, store_id=store_id)
            messages.success(request, _now("The card has a new address. Print it anew; the old paper opens nothing."))
        else:
            cards.close_address(actor=actor, store_id=store_id)
            messages.success(request, _now("The address is closed. Nobody opens the card without signing in."))
    except ObjectDoesNotExist as gone:
        raise Http404 from gone
    return redirect("assessment:licence-card", store_id)


@login_not_required
@no_look
@never_cache
@require_GET
def opened(request: HttpRequest, address: str) -> HttpResponse:
    """The card for whoever has its address. Too many in a minute: 429."""
    if (match := request.resolver_match) is not None:
        match.kwargs = {}  # the trail tells of the page, never of the address
    who = str(request.META.get("REMOTE_ADDR", ""))
    if not request.user.is_authenticated and counted("write", f"card {who}", int(time.time()) // WINDOW_S) > MOST_LOOKS:
        return too_many(request, wait_s=WINDOW_S)
    try:
        found = queries.opened_by(address)
    except EmergencyCard.DoesNotExist as gone:
        raise Http404 from gone
    cards.looked_at(found, who)
    asked = language_of(request)
    with translation.override(asked):
        context = {"sheet": sheet_of(found, found.store), "languages": list(LANGUAGES), "shapes": wording.SHAPES}
        answer = render(request, "assessment/licences/open_card.html", context)
        answer.headers["Content-Language"] = languages.html_lang()
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


def _store(request: HttpRequest, actor: User, store_id: str) -> Store:
    require(actor, queries.VIEW)
    try:
        found = queries.store(actor, store_id)
    except Store.DoesNotExist as gone:
        raise Http404 from gone
    marks.shows(request, found.site.mark)
    return found


def _address(request: HttpRequest, kept: EmergencyCard) -> str:
    """Where the card opens without signing in; empty where it is closed."""
    if kept.address is None:
        return ""
    return request.build_absolute_uri(reverse("assessment:licence-open-card", args=[kept.address]))
