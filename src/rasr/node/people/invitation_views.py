"""Pages of invitations: the list, inviting with the letter to print, one invitation, withdrawing; joining by a code."""

from __future__ import annotations

import time
from base64 import b64encode
from typing import Any
from uuid import UUID

from allauth.mfa.adapter import get_adapter
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ObjectDoesNotExist
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from rasr.core.basis.findings import Refused
from rasr.node.people import invitations, letters
from rasr.node.people.invitation_forms import CodeForm, InviteForm
from rasr.node.people.invitation_tables import STATES, InvitationTable
from rasr.node.people.looks import no_look
from rasr.node.people.models import Invitation, User
from rasr.node.people.place import NODE, name_of
from rasr.node.people.rights import require
from rasr.node.web import languages
from rasr.node.web.crafted import none_crafted
from rasr.node.web.limits import WINDOW_S, counted
from rasr.node.web.lists import ListPage
from rasr.node.web.messages import say
from rasr.node.web.views import too_many

MOST_CODES = 20
"""Codes that are looked at from one address in a minute."""


class Invitations(ListPage):
    """The invitations that the user may see."""

    name = "invitations"
    page_title = gettext_lazy("Invitations")
    intro = gettext_lazy("Who has the code of an invitation can make one account. An account starts without a role.")
    table_class = InvitationTable
    template_name = "people/invitations.html"
    shows_stock = False

    def queryset(self) -> QuerySet[Invitation]:
        """Their own and those of their places. Raises PermissionDenied."""
        assert isinstance(self.request.user, User)
        return invitations.invitations(self.request.user)


@require_http_methods(["GET", "POST"])
def invite(request: HttpRequest) -> HttpResponse:
    """The form; then the letter with the code, which is shown this once."""
    assert isinstance(request.user, User)
    require(request.user, "manage_people")
    form = InviteForm(request.user, request.POST or None, initial={"language": settings.NODE.language})
    if not form.is_valid():
        none_crafted(form)
        return render(request, "people/invite.html", {"form": form}, status=400 if form.is_bound else 200)
    given = form.cleaned_data
    try:
        made = invitations.invite(
            actor=request.user,
            name=given["name"],
            email=given["email"],
            language=given["language"],
            role=given["role"],
            place=given["place"] if given["role"] else NODE,
        )
    except ObjectDoesNotExist:
        raise Http404 from None
    told = letter(made, request.build_absolute_uri(reverse("people:join")))
    told["sent"] = letters.invited(made.invitation, made.code, told["address"])
    return render(request, "people/invitation_letter.html", told, status=201)


@require_GET
def invitation(request: HttpRequest, invitation_id: UUID) -> HttpResponse:
    """One invitation; without its code, which nobody keeps."""
    row = _found(request, invitation_id)
    state = invitations.state(row)
    told = {"invitation": row, "state": STATES[state], "is_open": state == "open", "place": name_of(row)}
    return render(request, "people/invitation.html", told)


@require_POST
def withdraw(request: HttpRequest, invitation_id: UUID) -> HttpResponse:
    """Take it back."""
    row = _found(request, invitation_id)
    assert isinstance(request.user, User)
    try:
        invitations.withdraw(actor=request.user, invitation_id=row.pk)
        messages.success(request, _("The invitation is withdrawn. Its code is worth nothing now."))
    except Refused as fault:
        messages.error(request, say(fault))
    return redirect("people:invitation", invitation_id=row.pk)


@no_look
@login_not_required
@require_http_methods(["GET", "POST"])
def join(request: HttpRequest) -> HttpResponse:
    """Give the code of an invitation; the page to make the account follows. Too many codes: 429."""
    if request.user.is_authenticated:
        return redirect("desk:home")
    form = CodeForm(request.POST or None)
    status = 200
    if form.is_bound:
        if _too_many_codes(request):
            return too_many(request, wait_s=WINDOW_S)
        status = 400
        if form.is_valid():
            try:
                found = invitations.by_code(form.cleaned_data["code"])
            except Refused as fault:
                form.add_error("code", say(fault))
            else:
                invitations.begin(request, found)
                request.session.setdefault(languages.SESSION_KEY, found.language)
                return redirect("account_signup")
    told = {"form": form, "open_sign_up": settings.NODE.open_sign_up}
    return render(request, "people/join.html", told, status=status)


def letter(made: invitations.Made, address: str) -> dict[str, Any]:
    """What the letter says. address: of the page to join, drawn too for who holds a telephone over it."""
    drawn = get_adapter().build_totp_svg(address)
    return {
        "invitation": made.invitation,
        "code": made.code,
        "address": address,
        "picture": f"data:image/svg+xml;base64,{b64encode(drawn.encode()).decode()}",
    }


def _too_many_codes(request: HttpRequest) -> bool:
    who = f"code {request.META.get('REMOTE_ADDR', '')}"
    return counted("write", who, int(time.time()) // WINDOW_S) > MOST_CODES


def _found(request: HttpRequest, invitation_id: UUID) -> Invitation:
    assert isinstance(request.user, User)
    try:
        return invitations.invitations(request.user).get(pk=invitation_id)
    except Invitation.DoesNotExist:
        raise Http404 from None
