"""Addresses of accounts under the names that django-allauth gives them. Only what is wanted stands here.

Not here: social accounts, codes in place of a password, phones, trust in a browser, lists of recovery codes that were
seen before.
"""

from __future__ import annotations

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as passkeys
from django.urls import path
from django.views.decorators.http import require_POST

from rasr.node.people import account_views, sign_in
from rasr.node.people.whole import in_one

FACTOR = "account/second-factor/"
urlpatterns = [
    path("sign-in/", sign_in.SignIn.as_view(), name="account_login"),
    path("sign-in/second-factor/", in_one(sign_in.WithFactor.as_view()), name="mfa_authenticate"),
    path("sign-in/passkey/", in_one(passkeys.login_webauthn), name="mfa_login_webauthn"),
    path("sign-out/", require_POST(in_one(account.logout)), name="account_logout"),
    path("account/sign-up/", sign_in.SignUp.as_view(), name="account_signup"),
    path("account/closed/", account.account_inactive, name="account_inactive"),
    path("account/again/", account.reauthenticate, name="account_reauthenticate"),
    path("account/email/", sign_in.Email.as_view(), name="account_email"),
    path("account/email/code/", sign_in.EmailCode.as_view(), name="account_email_verification_sent"),
    path("account/password/", in_one(account.password_change), name="account_change_password"),
    path("account/password/set/", in_one(account.password_set), name="account_set_password"),
    path("account/password/forgotten/", sign_in.ForgottenPassword.as_view(), name="account_reset_password"),
    path(
        "account/password/forgotten/code/", sign_in.PasswordCode.as_view(), name="account_confirm_password_reset_code"
    ),
    path(
        "account/password/forgotten/new/",
        in_one(account.complete_password_reset),
        name="account_complete_password_reset",
    ),
    path(
        "account/password/forgotten/done/",
        account.password_reset_from_key_done,
        name="account_password_reset_completed",
    ),
    path("account/sessions/", account_views.Sessions.as_view(), name="usersessions_list"),
    path(FACTOR, account_views.Factors.as_view(), name="mfa_index"),
    path(f"{FACTOR}again/", in_one(mfa.reauthenticate), name="mfa_reauthenticate"),
    path(f"{FACTOR}app/", in_one(account_views.AddApp.as_view()), name="mfa_activate_totp"),
    path(f"{FACTOR}app/remove/", in_one(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path(f"{FACTOR}recovery-codes/", codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path(f"{FACTOR}recovery-codes/new/", in_one(account_views.NewCodes.as_view()), name="mfa_generate_recovery_codes"),
    path(f"{FACTOR}passkeys/", account_views.Factors.as_view(), name="mfa_list_webauthn"),
    path(f"{FACTOR}passkeys/add/", in_one(account_views.AddPasskey.as_view()), name="mfa_add_webauthn"),
    path(f"{FACTOR}passkeys/again/", in_one(account_views.PasskeyAgain.as_view()), name="mfa_reauthenticate_webauthn"),
    path(
        f"{FACTOR}passkeys/<int:pk>/remove/",
        in_one(account_views.RemovePasskey.as_view()),
        name="mfa_remove_webauthn",
    ),
    path(f"{FACTOR}passkeys/<int:pk>/", in_one(account_views.NamePasskey.as_view()), name="mfa_edit_webauthn"),
]
