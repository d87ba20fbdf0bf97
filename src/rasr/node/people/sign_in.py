"""Signing in, making an account, codes by mail: pages of django-allauth where they do something else than it does."""

from __future__ import annotations

import time
from typing import Any

from allauth.account import views as account
from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.password_reset_by_code import PasswordResetVerificationProcess
from allauth.account.signals import password_reset
from allauth.core import ratelimit
from allauth.mfa.base.views import AuthenticateView
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import NON_FIELD_ERRORS
from django.db import IntegrityError, transaction
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.decorators import method_decorator

from rasr.core.basis.findings import Refused
from rasr.node.people import idle, invitations, lockout, mail
from rasr.node.people.models import User
from rasr.node.web.messages import say

MUST_WAIT = "too_many_login_attempts"
TOO_MANY = 429
RESENT = 3
"""How often a code for a new password can be sent again."""


class SignIn(account.LoginView):
    """Name and password; who is signed in already goes home."""

    template_name = "people/sign_in.html"

    def form_invalid(self, form: BaseForm) -> HttpResponse:
        """The page again; 429 where somebody has to wait."""
        return _told(super().form_invalid(form), form)


class WithFactor(AuthenticateView):
    """The second factor, after the password."""

    def form_invalid(self, form: BaseForm) -> HttpResponse:
        """The page again; 429 where somebody has to wait."""
        return _told(super().form_invalid(form), form)


class SignUp(account.SignupView):
    """A new account, for everybody where the node says so, else with an invitation."""

    def form_valid(self, form: Any) -> HttpResponse:
        """The account and the use of the invitation, or neither."""
        save = form.try_save

        def save_whole(request: HttpRequest) -> tuple[User | None, HttpResponse | None]:
            with transaction.atomic():
                user, answer = save(request)
                if user is not None:  # else somebody has this address: they are told by mail
                    invitations.take(request, user)
            return user, answer

        form.try_save = save_whole
        try:
            answer: HttpResponse = super().form_valid(form)
        except Refused as fault:
            form.add_error(None, say(fault))
            answer = self.form_invalid(form)
        except IntegrityError:  # somebody, or the same form sent twice, was faster
            if not User.objects.filter(username__iexact=form.cleaned_data["username"]).exists():
                raise
            form.add_error("username", get_adapter().error_messages["username_taken"])
            answer = self.form_invalid(form)
        return answer


@method_decorator(login_not_required, name="dispatch")
class ForgottenPassword(account.PasswordResetView):
    """Where to send a code for a new password. Without mail the page says whom to ask."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Show and take the form where the node sends mail."""
        if mail.sends():
            answer: HttpResponseBase = super().dispatch(request, *args, **kwargs)
            return answer
        page: HttpResponseBase = self.render_to_response({"no_mail": True})
        return page


@method_decorator(login_not_required, name="dispatch")
class PasswordCode(account.ConfirmPasswordResetCodeView):
    """The code for a new password; it can be sent again, which begins its time anew."""

    _process: PasswordResetVerificationProcess

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Not with a code of the future: then the clock was set back, and nobody knows how old it is."""
        _drop_of_the_future(PasswordResetVerificationProcess.resume(request))
        answer: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return answer

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Take the code, or send another one."""
        if request.POST.get("action") != "resend":
            answer: HttpResponse = super().post(request, *args, **kwargs)
            return answer
        state = self._process.state
        key = state["email"].lower()
        if state["resend_count"] >= RESENT or not ratelimit.consume(request, action="reset_password", key=key):
            messages.error(request, get_adapter().error_messages["rate_limited"])
        else:
            self._process.record_resend()
            self._process.send()
            _begin_anew(self._process)
        return HttpResponseRedirect(reverse("account_confirm_password_reset_code"))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Whether another code can be sent."""
        told = {"can_resend": self._process.state["resend_count"] < RESENT}
        return {**super().get_context_data(**kwargs), **told}


@method_decorator(login_not_required, name="dispatch")
class EmailCode(account.ConfirmEmailVerificationCodeView):
    """The code sent to an address; it can be sent again, which begins its time anew."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Not with a code of the future, see ``PasswordCode``."""
        _drop_of_the_future(account.flows.email_verification_by_code.EmailVerificationProcess.resume(request))
        answer: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return answer

    def _resend_form_valid(self, form: BaseForm) -> HttpResponse:
        sent = self._process.state["resend_count"]
        answer: HttpResponse = super()._resend_form_valid(form)
        if self._process.state["resend_count"] > sent:
            _begin_anew(self._process)
        return answer

    def _verify_form_valid(self, form: BaseForm) -> HttpResponse:
        with transaction.atomic():  # the address and its entry on the trail, or neither
            answer: HttpResponse = super()._verify_form_valid(form)
        return answer


class Email(account.EmailView):
    """One's address; there is no such page where the node sends no mail."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Raises Http404."""
        if not mail.sends():
            raise Http404
        answer: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return answer

    def _action_remove(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse | None:
        with transaction.atomic():  # the address and its entry on the trail, or neither
            answer: HttpResponse | None = super()._action_remove(request, *args, **kwargs)
        return answer


def _told(answer: HttpResponse, form: BaseForm) -> HttpResponse:
    if any(form.has_error(field, MUST_WAIT) for field in (NON_FIELD_ERRORS, *form.fields)):
        answer.status_code = TOO_MANY
        answer["Retry-After"] = str(60 * lockout.WAIT_MINUTES)
    return answer


def _begin_anew(process: Any) -> None:
    process.state["at"] = time.time()
    process.persist()


def _drop_of_the_future(process: Any) -> None:
    if process and process.state["at"] > time.time() + idle.CLOCK_S:
        process.abort()


def _forget(*, request: HttpRequest, user: User, **_signal: Any) -> None:
    """Who has a new password need not wait for the end of what failed with the old one."""
    for name in filter(None, (user.username, user.email)):
        lockout.forget(request, name)


password_reset.connect(_forget, dispatch_uid="rasr.lockout")
