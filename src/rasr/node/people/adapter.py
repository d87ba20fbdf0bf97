"""What of django-allauth is done our way: who may make an account, what is said and sent, how attempts are counted.

Texts of refusals are our own; what is left of allauth's stands in ``allauth_texts``.
"""

from __future__ import annotations

import logging
from typing import Any, ClassVar

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context as now
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from rasr.node.people import idle, invitations, lockout, mail, second_factor, secrets_kept
from rasr.node.people.models import User
from rasr.node.web import languages

log = logging.getLogger("rasr.accounts")
WRONG = gettext_lazy("The name or the password is wrong.")
TOO_MANY = gettext_lazy("Too many attempts have failed. Wait five minutes, then try again.")
TOO_FAST = gettext_lazy("That was too often. Wait a little, then try again.")
WRONG_CODE = gettext_lazy("The code is wrong or no longer valid.")


class Accounts(DefaultAccountAdapter):
    """Accounts."""

    error_messages: ClassVar[dict[str, str | Promise]] = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": gettext_lazy("This account is closed. Ask your administrator."),
        "duplicate_email": gettext_lazy("This is your address already."),
        "email_password_mismatch": WRONG,
        "email_taken": gettext_lazy("This address cannot be used."),
        "enter_current_password": gettext_lazy("The current password is wrong."),
        "incorrect_code": WRONG_CODE,
        "incorrect_password": gettext_lazy("The password is wrong."),
        "rate_limited": TOO_FAST,
        "same_as_current": gettext_lazy("This is your address already."),
        "too_many_login_attempts": TOO_MANY,
        "username_password_mismatch": WRONG,
        "username_taken": gettext_lazy("This name is taken. Choose another."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """For everybody where the node says so, else for who was invited."""
        return settings.NODE.open_sign_up or invitations.open_for(request) is not None

    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        """Keep an account just made: without a role, in the language of the page."""
        user.language = languages.current()
        saved: User = super().save_user(request, user, form, commit=commit)
        return saved

    def get_login_stages(self) -> list[str]:
        """What stands between the password and being signed in."""
        return ["rasr.node.people.stages.VerifyEmail", "allauth.mfa.stages.AuthenticateStage"]

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Whether the password is asked for again: not of who has just signed in and sets up their first factor."""
        fresh = 0 <= idle.age_s(now.request) < app_settings.LOGIN_TIMEOUT
        if app == "allauth.mfa" and fresh and second_factor.is_first(now.request):
            return False
        return bool(super().is_reauthentication_required(app=app, **kwargs))

    def get_reauthentication_methods(self, user: User | AnonymousUser) -> list[dict[str, Any]]:
        """The ways to show once more that it is oneself, in our words."""
        named = {
            "reauthenticate": _("Use the password"),
            "mfa_reauthenticate": _("Use a code of the app, or a recovery code"),
            "mfa_reauthenticate:webauthn": _("Use a passkey"),
        }
        return [{**way, "description": named[way["id"]]} for way in super().get_reauthentication_methods(user)]

    def get_password_change_redirect_url(self, _request: HttpRequest) -> str:
        """To one's own account."""
        return reverse("people:account")

    def get_email_verification_redirect_url(self, _email_address: Any) -> str:
        """To one's own account."""
        return reverse("people:account")

    def get_client_ip(self, request: HttpRequest) -> str:
        """The address a request came from; this machine's where there is none."""
        return lockout.address_of(request)

    # Attempts.

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count the attempt. Raises ValidationError where it has to wait."""
        counted = lockout.begin(request, _typed(credentials))
        if counted is None:
            raise self.validation_error("too_many_login_attempts")
        self._counted = counted

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """Who has this name and this password."""
        user: User | None = super().authenticate(request, **credentials)
        if user is not None:
            lockout.succeeded(request, _typed(credentials), self._counted)
        return user

    # Mail.

    def get_from_email(self) -> str:
        """The node."""
        return settings.NODE.mail_from

    def format_email_subject(self, subject: str) -> str:
        """With the name of the node in front."""
        return f"[{settings.NODE.name or 'RASR'}] {subject}"

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send a mail in the language of its reader; what goes wrong is said on the page and in the log."""
        if not mail.sends():
            return
        try:
            with translation.override(mail.language_for(email)):
                super().send_mail(template_prefix, email, {"node_name": settings.NODE.name or "RASR", **context})
        except OSError as fault:  # of the network, and whatever a mail server says
            log.error("mail could not be sent", exc_info=fault, extra={"fields": {"mail": template_prefix}})
            if self.request is not None:
                messages.error(
                    self.request, _("The mail could not be sent. Try again later, or ask your administrator.")
                )

    def send_notification_mail(self, template_prefix: str, user: User, *args: Any, **kwargs: Any) -> None:
        """Tell somebody of a change of their account, once it is kept."""
        request, send = self.request, super().send_notification_mail

        def tell() -> None:
            with now.request_context(request):
                send(template_prefix, user, *args, **kwargs)

        transaction.on_commit(tell, robust=True)


class SecondFactors(DefaultMFAAdapter):
    """Second factors."""

    error_messages: ClassVar[dict[str, str | Promise]] = {
        **DefaultMFAAdapter.error_messages,
        "cannot_delete_authenticator": gettext_lazy(
            "This node asks for a second factor. Add another one before you remove this one."
        ),
        "cannot_generate_recovery_codes": gettext_lazy("Set up an app or a passkey first."),
        "incorrect_code": WRONG_CODE,
    }

    def get_totp_issuer(self) -> str:
        """What an app shows: the name of the node."""
        return settings.NODE.name or "RASR"

    def get_totp_label(self, user: User) -> str:
        """And of the account."""
        return user.get_username()

    def _get_site_name(self) -> str:
        return settings.NODE.name or "RASR"

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Not the last one of who needs one."""
        return not second_factor.is_last(authenticator)

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:
        """A name to begin with."""
        number = Authenticator.objects.filter(user=user, type=type).count() + 1
        return pgettext("name of a key", "Passkey {number}").format(number=number)

    def encrypt(self, text: str) -> str:
        """What is kept of a factor, so that the database alone is of no use."""
        return secrets_kept.seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        """And back."""
        return secrets_kept.unseal(encrypted_text)


def _typed(credentials: dict[str, Any]) -> str:
    return str(credentials.get("username") or credentials.get("email") or "")
