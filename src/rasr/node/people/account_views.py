"""One's own account: who one is here, what protects it, where one is signed in."""

from __future__ import annotations

from typing import Any, ClassVar

from allauth.account.decorators import reauthentication_required
from allauth.account.models import EmailAddress
from allauth.mfa.base.views import IndexView
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView
from allauth.mfa.webauthn.views import AddWebAuthnView, EditWebAuthnView, ReauthenticateWebAuthnView, RemoveWebAuthnView
from allauth.usersessions.views import ListUserSessionsView
from django.conf import settings
from django.contrib import messages
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET
from django.views.generic import View

from rasr.node.people import account_trail, accounts, devices, granting, mail, second_factor, trail
from rasr.node.people.adapter import SecondFactors
from rasr.node.people.looks import no_look
from rasr.node.people.models import User
from rasr.node.people.place import name_of


@no_look
@require_GET
def account(request: HttpRequest) -> HttpResponse:
    """Who I am here."""
    assert isinstance(request.user, User)
    user = request.user
    factors = list(Authenticator.objects.filter(user=user).order_by("created_at"))
    codes = next((one for one in factors if one.type == Authenticator.Type.RECOVERY_CODES), None)
    told = {
        "grants": [(grant.get_role_display(), name_of(grant)) for grant in granting.grants(user)],
        "verified": EmailAddress.objects.filter(user=user, email=user.email, verified=True).exists(),
        "mail": mail.sends(),
        "factors": [one for one in factors if one is not codes],
        "codes_left": len(codes.wrap().get_unused_codes()) if codes else None,
        "sessions": len(accounts.sessions_of(user)),
    }
    return render(request, "people/account.html", told)


@method_decorator(no_look, name="dispatch")
class Sessions(ListUserSessionsView):
    """Where one is signed in; to end it elsewhere there is ``EndSession``, which enters it on the trail."""

    http_method_names: ClassVar = ["get", "head", "options"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The sessions, this one first."""
        context = super(ListUserSessionsView, self).get_context_data(**kwargs)
        rows = accounts.sessions_of(self.request.user)
        here = self.request.session.session_key
        told = [{"row": row, "here": row.session_key == here, "device": devices.told(row.user_agent)} for row in rows]
        return {**context, "sessions": told, "idle_minutes": settings.NODE.idle_minutes}


@method_decorator(reauthentication_required(app="allauth.account"), name="dispatch")
class EndSession(View):
    """End one other session of one's own (``session``: its id), or all others."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """End it. Raises Http404 where it is none of one's own."""
        assert isinstance(request.user, User)
        asked, here = request.POST.get("session", ""), request.session.session_key
        rows = accounts.sessions_of(request.user, but=here)
        if asked:
            rows = [row for row in rows if str(row.pk) == asked]
            if not rows:
                raise Http404
        ended = accounts.end(actor=request.user, rows=rows)
        said = ngettext("{count} session has ended.", "{count} sessions have ended.", ended).format(count=ended)
        messages.success(request, said)
        return redirect("people:sessions")


@method_decorator(no_look, name="dispatch")
class Factors(IndexView):
    """App, passkeys and recovery codes."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With whether one is needed."""
        needed = settings.NODE.needs_second_factor and not second_factor.has_factor(self.request.user)
        return {**super().get_context_data(**kwargs), "needed": needed}


class AddApp(ActivateTOTPView):
    """An app that shows codes."""

    def form_valid(self, form: BaseForm) -> HttpResponse:
        """The factor was just shown, so this session goes on with it."""
        answer: HttpResponse = super().form_valid(form)
        _added(self.request, Authenticator.Type.TOTP, codes=self.did_generate_recovery_codes)
        return answer


class AddPasskey(AddWebAuthnView):
    """A passkey."""

    def form_valid(self, form: BaseForm) -> HttpResponse:
        """The factor was just shown, so this session goes on with it."""
        answer: HttpResponse = super().form_valid(form)
        _added(self.request, Authenticator.Type.WEBAUTHN, codes=self.did_generate_recovery_codes)
        return answer


class NamePasskey(EditWebAuthnView):
    """Another name for a passkey."""

    def form_valid(self, form: BaseForm) -> HttpResponse:
        """Keep it. What it is called stands nowhere else than with the account."""
        answer: HttpResponse = super().form_valid(form)
        table = Authenticator._meta.db_table
        trail.record(
            actor=self.request.user, act="row.change", table=table, row_id=self.object.pk, after={"name": True}
        )
        return answer


class NewCodes(GenerateRecoveryCodesView):
    """Recovery codes made anew."""

    def form_valid(self, form: BaseForm) -> HttpResponse:
        """Make them."""
        answer: HttpResponse = super().form_valid(form)
        assert isinstance(self.request.user, User)
        account_trail.factor(self.request.user, "user.recovery_codes", Authenticator.Type.RECOVERY_CODES)
        return answer


class RemovePasskey(RemoveWebAuthnView):
    """Without this passkey from now on; not the last factor of who needs one."""

    def form_valid(self, form: BaseForm) -> HttpResponse:
        """Remove it."""
        if second_factor.is_last(self.get_object()):
            messages.error(self.request, str(SecondFactors.error_messages["cannot_delete_authenticator"]))
            return HttpResponseRedirect(reverse("mfa_index"))
        answer: HttpResponse = super().form_valid(form)
        return answer


class PasskeyAgain(ReauthenticateWebAuthnView):
    """A passkey once more, before something that protects the account is changed."""

    def form_invalid(self, form: BaseForm) -> HttpResponse:
        """The page again, which says what was wrong."""
        for fault in form.errors.get("credential", []):
            messages.error(self.request, str(fault))
        return HttpResponseRedirect(self.passthrough_next_url(reverse("mfa_reauthenticate_webauthn")))


def _added(request: HttpRequest, kind: str, *, codes: bool) -> None:
    """codes: whether recovery codes were made with it."""
    user = request.user
    assert isinstance(user, User)
    account_trail.factor(user, "user.factor_add", kind)
    if codes:
        account_trail.factor(user, "user.recovery_codes", Authenticator.Type.RECOVERY_CODES)
    second_factor.set_up(request, user)
