"""No text of django-allauth reaches a page that our catalogues do not have."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import allauth
import pytest
from allauth.account.adapter import get_adapter
from allauth.core import context
from allauth.mfa.adapter import get_adapter as get_factor_adapter
from django.conf import settings
from django.test import RequestFactory
from django.utils.module_loading import import_string
from tests.node.conftest import somebody

from rasr.node.people import account_forms
from rasr.node.people.allauth_texts import MET

ROOT = Path(allauth.__file__).parent
PARTS = ("account", "mfa", "usersessions")
LEFT_OUT = ("admin.py", "apps.py", "models.py", "migrations", "tests", "flows", "trust")
KEYWORDS = {"_", "gettext", "gettext_lazy", "pgettext", "ngettext"}
REPLACED = {
    "labels and hints, see account_forms.LABELS": {
        "Authenticator code", "Code", "Current Password", "Email", "Email (optional)", "Email address", "Login",
        "New Password", "New Password (again)", "Password", "Password (again)", "Passwordless", "Username",
        "Username or email", "Forgot your password?",
        "Enabling passwordless operation allows you to sign in using just this key, but imposes additional requirements"
        " such as biometrics or PIN protection.",
    },
    "ways to show once more that it is oneself, see adapter.Accounts": {
        "Use a security key", "Use authenticator app or code", "Use your password",
    },
    "names of passkeys, see adapter.SecondFactors": {"Backup key", "Key nr. {number}", "Master key"},
}  # fmt: skip
NOT_MET = {
    "telephones": {
        "A user is already registered with this phone number.", "Email or phone",
        "Enter a phone number including country code (e.g. +1 for the US).", "Phone",
        "The phone number and/or password you specified are not correct.",
        "The phone number is not assigned to any user account.", "Username or phone", "Username, email or phone",
    },
    "an address typed twice": {
        "Email (again)", "Email address confirmation", "You must type the same email each time.",
    },
    "links in mail": {"Invalid or expired key.", "The password reset token was invalid."},
    "more addresses than one": {
        "You cannot add more than %d email addresses.", "You cannot remove your primary email address.",
        "Your primary email address must be verified.",
    },
    "no name, or several ways to name oneself": {
        "Invalid login.", "Please select only one.", "Remember Me",
        "The email address is not assigned to any user account.",
        "Username (optional)", "Username can not be used. Please use other username.",
    },
    "factors only for proved addresses": {
        "You cannot activate two-factor authentication until you have verified your email address.",
        "You cannot add an email address to an account protected by two-factor authentication.",
    },
}  # fmt: skip


def said_by(path: Path) -> set[str]:
    """Every text that a module hands to gettext."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in KEYWORDS:
            found |= {
                arg.value for arg in node.args[-1:] if isinstance(arg, ast.Constant) and isinstance(arg.value, str)
            }
    return found


def overridden() -> set[str]:
    """What allauth says under the codes that our adapters have their own words for."""
    found = set()
    for adapter in (get_adapter(), get_factor_adapter()):
        theirs = type(adapter).__mro__[1].error_messages
        found |= {str(said) for code, said in theirs.items() if adapter.error_messages[code] is not said}
    return found


def test_every_text_of_allauth_is_ours_or_never_met() -> None:
    paths = [
        path
        for part in PARTS
        for path in (ROOT / part).rglob("*.py")
        if not any(left in path.relative_to(ROOT).parts for left in LEFT_OUT)
    ]
    said = set().union(*map(said_by, paths))
    known = overridden().union(MET, *REPLACED.values(), *NOT_MET.values())
    assert said - known == set(), "new with this version of allauth: met by somebody, or not?"
    assert said >= MET
    assert set().union(*NOT_MET.values(), *REPLACED.values()) <= said, "gone with this version of allauth"


@pytest.mark.django_db
@pytest.mark.parametrize("path", [*settings.ACCOUNT_FORMS.values(), *settings.MFA_FORMS.values()])
def test_every_form_is_in_our_words(path: str, rf: RequestFactory) -> None:
    form = drawn(import_string(path), rf)
    for name, field in form.fields.items():
        if not field.widget.is_hidden:
            assert field.label in account_forms.LABELS.values(), name
        assert "placeholder" not in field.widget.attrs
        assert bool(field.help_text) == (name == "password1")


def drawn(form_class: Any, rf: RequestFactory) -> Any:
    """A form as its page would show it."""
    request = rf.get("/")
    request.session = {}
    user = request.user = somebody("keeper", "administrator")
    known = {"user": user, "request": request, "code": "x", "email": "a@example.org", "instance": Named()}
    wanted = {
        "SignIn": ["request"], "EmailCode": ["code", "user", "email"], "PasswordCode": ["code"],
        "ResetPassword": [], "SignUp": [], "NamePasskey": ["instance"], "UsePasskeyAlone": [],
    }  # fmt: skip
    with context.request_context(request):
        names = wanted.get(form_class.__name__, ["user"])
        return form_class(**{name: known[name] for name in names})


class Named:
    """A passkey with a name."""

    name = "Telephone"

    def wrap(self) -> Named:
        """Itself."""
        return self
