"""The forms of accounts: those of django-allauth, in our words, without what it does not need to ask."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allauth.account import forms as account
from allauth.account.models import EmailAddress
from allauth.core import context as now
from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa import app_settings as second_factors
from allauth.mfa.base import forms as mfa
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    EditWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from allauth.mfa.webauthn.internal.auth import parse_authentication_response
from django import forms
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from rasr.node.people import adapter, invitations, lockout, mail, passwords

LABELS = {
    "code": _("Code"),
    "email": _("E-mail address"),
    "login": _("User name or e-mail address"),
    "name": pgettext_lazy("name of a key", "Name"),
    "oldpassword": _("Current password"),
    "password": _("Password"),
    "password1": _("New password"),
    "password2": _("New password once more"),
    "passwordless": _("Sign in with this passkey alone, without name and password"),
    "username": _("User name"),
}
"""What a field of this name is called on every page."""
LONGEST_NAME = 60


class Worded(forms.Form):
    """In our words: labels above, nothing in the fields, the rule for a new password before it is typed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if name in LABELS:
                field.label = LABELS[name]
            field.help_text = passwords.rule_lazy() if name == "password1" else ""
            field.widget.attrs.pop("placeholder", None)
        for name in ("code", "login"):
            if name in self.fields:
                self.fields[name].widget.attrs["autofocus"] = True


class SignIn(Worded, account.LoginForm):
    """Name and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].widget.attrs |= {"autocomplete": "username webauthn", "maxlength": lockout.LONGEST_NAME}


class SignUp(Worded, account.SignupForm):
    """A new account; an address only where the node sends mail, or the invitation names one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        invitation = invitations.open_for(now.request)
        if not mail.sends() and not (invitation and invitation.email):
            del self.fields["email"]

    def clean(self) -> dict[str, Any]:
        """Raises ValidationError where the invitation is for another address."""
        cleaned = super().clean() or {}
        invitations.fits(now.request, cleaned.get("email", ""))
        return cleaned


class ChangePassword(Worded, account.ChangePasswordForm):
    """Another password, with the one there is."""


class SetPassword(Worded, account.SetPasswordForm):
    """A password for who has none."""


class ResetPassword(Worded, account.ResetPasswordForm):
    """Where to send a code. Only an address that was proved gets one; the page says the same of every address."""

    def clean_email(self) -> str:
        """Finds whose it is."""
        email: str = super().clean_email()
        proved = set(EmailAddress.objects.filter(email=email, verified=True).values_list("user_id", flat=True))
        self.users: list[Any] = [user for user in self.users if user.pk in proved]
        return email


class NewPassword(Worded, account.ResetPasswordKeyForm):
    """A new password in place of one that was forgotten."""


class PasswordCode(Worded, account.ConfirmPasswordResetCodeForm):
    """The code sent to who forgot a password."""


class EmailCode(Worded, account.ConfirmEmailVerificationCodeForm):
    """The code sent to an address."""


class AddEmail(Worded, account.AddEmailForm):
    """Another address."""


class PasswordAgain(Worded, account.ReauthenticateForm):
    """The password once more, before something that protects the account is changed."""


class Authenticate(Worded, mfa.AuthenticateForm):
    """The second factor at sign-in."""

    def clean_code(self) -> str:
        """Raises ValidationError for a code that is wrong or was used."""
        return _once(super().clean_code(), self.authenticator)


class AuthenticateAgain(Worded, mfa.ReauthenticateForm):
    """The second factor once more, before something that protects the account is changed."""

    def clean_code(self) -> str:
        """Raises ValidationError for a code that is wrong or was used."""
        return _once(super().clean_code(), self.authenticator)


class ActivateApp(Worded, ActivateTOTPForm):
    """The first code of an app, which shows that it has the secret."""


class AddPasskey(Worded, AddWebAuthnForm):
    """A new passkey and its name."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _shorten(self.fields["name"])
        self.fields["passwordless"].initial = True

    def clean(self) -> dict[str, Any]:
        """Raises ValidationError where it is not right."""
        with _refusing_what_is_crafted():
            return super().clean() or {}


class UsePasskey(Worded, AuthenticateWebAuthnForm):
    """A passkey as the second factor."""

    def clean_credential(self) -> Any:
        """Raises ValidationError where it is not right."""
        with _refusing_what_is_crafted():
            return super().clean_credential()


class UsePasskeyAlone(Worded, LoginWebAuthnForm):
    """A passkey in place of name and password."""

    def clean_credential(self) -> Any:
        """Raises ValidationError where it is not right, or asked for neither finger nor PIN.

        What was asked of the passkey may come from another page of this session, which wanted only a touch.
        """
        with _refusing_what_is_crafted():
            found = super().clean_credential()
            answer = parse_authentication_response(self.cleaned_data["credential"])
            if not answer.response.authenticator_data.is_user_verified():
                raise ValidationError(adapter.WRONG_CODE, code="incorrect_code")
            return found


class UsePasskeyAgain(Worded, ReauthenticateWebAuthnForm):
    """A passkey once more, before something that protects the account is changed."""

    def clean_credential(self) -> Any:
        """Raises ValidationError where it is not right."""
        with _refusing_what_is_crafted():
            return super().clean_credential()


class NamePasskey(Worded, EditWebAuthnForm):
    """Another name for a passkey."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _shorten(self.fields["name"])


@contextmanager
def _refusing_what_is_crafted() -> Iterator[None]:
    """What only looks like the answer of a passkey breaks in many ways inside of the library that reads it."""
    try:
        yield
    except (AttributeError, LookupError, TypeError, ValueError, struct.error) as fault:
        raise ValidationError(adapter.WRONG_CODE, code="incorrect_code") from fault


def _shorten(name: forms.Field) -> None:
    name.widget.attrs["maxlength"] = LONGEST_NAME
    name.validators.append(MaxLengthValidator(LONGEST_NAME))


def _once(code: str, by: Authenticator) -> str:
    """The code; a code of an app is taken once, also while it would still hold. Raises ValidationError."""
    if by.type == Authenticator.Type.TOTP:
        holds_s = second_factors.TOTP_PERIOD * (2 * second_factors.TOTP_TOLERANCE + 1)
        key = f"people:code-used:{by.pk}:{normalize_user_code(code)}"
        if not cache.add(key, 1, timeout=holds_s):
            raise ValidationError(adapter.WRONG_CODE, code="incorrect_code")
    return code
