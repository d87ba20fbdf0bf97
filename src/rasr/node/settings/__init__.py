"""Django's settings, made from the settings of the node (``config.NodeConfig``)."""

from __future__ import annotations

from pathlib import Path

from csp.constants import NONE, SELF
from django.conf import locale
from django.utils.translation import gettext_lazy as _

from rasr.node.config import NodeConfig
from rasr.node.host.keys import secret_key
from rasr.node.host.logs import logging_config

NODE = NodeConfig.read()
HERE = Path(__file__).resolve().parent.parent
PRODUCTION = NODE.mode == "production"
TLS_ONLY = PRODUCTION and NODE.secure_cookies

SECRET_KEY = secret_key(NODE.home) if NODE.mode != "test" else "only for tests"
DEBUG = False
ALLOWED_HOSTS = [*NODE.host_names, *(["testserver"] if NODE.mode == "test" else [])]

INSTALLED_APPS = [
    "rasr.node.web",
    "rasr.node.places",
    "rasr.node.people",
    "rasr.node.jobs",
    "rasr.node.records",
    "rasr.node.assessment",
    "rasr.node.plan",
    "rasr.node.execution",
    "rasr.node.desk",
    "rasr.node.host",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django_tasks",
    "django_tasks_db",
    "django_htmx",
    "django_tables2",
    "django_filters",
    "csp",
]
MIDDLEWARE = [
    "rasr.node.host.middleware.RequestLog",
    "rasr.node.web.headers.Headers",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "rasr.node.web.middleware.NotKept",
    "rasr.node.host.middleware.DatabaseGone",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "rasr.node.web.nofiles.SmallBodies",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "rasr.node.people.middleware.trail.Trail",
    "rasr.node.people.idle.Idle",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "rasr.node.web.middleware.LanguageMiddleware",
    "rasr.node.web.middleware.TextAddress",
    "rasr.node.web.limits.Limits",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "rasr.node.people.second_factor.SecondFactor",
    "django_htmx.middleware.HtmxMiddleware",
    "rasr.node.web.middleware.Marked",
]
ROOT_URLCONF = "rasr.node.urls"
WSGI_APPLICATION = "rasr.node.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "rasr.node.people.context.rights",
                "rasr.node.people.notices.notices",
                "rasr.node.host.context.node",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.DjangoTemplates"

DATABASES = {"default": NODE.database()}
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "rasr_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},  # a full cache forgets counts that have not run out
    }
    if NODE.mode != "test"
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}
"""In the database, so that limits are counted for all processes together."""
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}}

AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = ["rasr.node.people.backends.Backend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.MD5PasswordHasher"
    if NODE.mode == "test"
    else "django.contrib.auth.hashers.Argon2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "rasr.node.people.passwords.Policy"},
    {"NAME": "rasr.node.people.passwords.NotOfNames"},
    {"NAME": "rasr.node.people.passwords.NotKnown"},
]
LOGIN_URL = "people:sign-in"
LOGIN_REDIRECT_URL = "desk:home"
LOGOUT_REDIRECT_URL = "people:sign-in"

# Accounts: django-allauth; see docs/operate/accounts.md. Limits of failed sign-ins: people/lockout.py.
CODE_S = 30 * 60
"""Seconds that a code sent by mail can be used."""
ACCOUNT_ADAPTER = "rasr.node.people.adapter.Accounts"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
# without mail the form leaves the address out
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"  # of who makes an account where the node sends mail: people/stages.py
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT = ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT = CODE_S
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_MAX_ATTEMPTS = ACCOUNT_PASSWORD_RESET_BY_CODE_MAX_ATTEMPTS = 5
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = 3
ACCOUNT_CHANGE_EMAIL = True  # one address each; a new one takes the place of the old once its code was given
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_SESSION_REMEMBER = True  # as long as SESSION_COOKIE_AGE at most; people/idle.py ends it before
ACCOUNT_LOGIN_TIMEOUT = 15 * 60  # s, between password and second factor
ACCOUNT_FORMS = {
    "login": "rasr.node.people.account_forms.SignIn",
    "signup": "rasr.node.people.account_forms.SignUp",
    "change_password": "rasr.node.people.account_forms.ChangePassword",
    "set_password": "rasr.node.people.account_forms.SetPassword",
    "reset_password": "rasr.node.people.account_forms.ResetPassword",
    "reset_password_from_key": "rasr.node.people.account_forms.NewPassword",
    "confirm_password_reset_code": "rasr.node.people.account_forms.PasswordCode",
    "confirm_email_verification_code": "rasr.node.people.account_forms.EmailCode",
    "add_email": "rasr.node.people.account_forms.AddEmail",
    "reauthenticate": "rasr.node.people.account_forms.PasswordAgain",
}
ACCOUNT_RATE_LIMITS = {
    # web.limits counts what is sent from an address: here all who come through one server that ends TLS share one
    **dict.fromkeys(("login", "signup", "reset_password_from_key"), None),
    "login_failed": "5/5m/key,50/d/key",  # of codes of a second factor; passwords: people/lockout.py
    "reset_password": "5/m/key,20/h/key",
}
MFA_ADAPTER = "rasr.node.people.adapter.SecondFactors"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True  # a node may send no mail
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_TOLERANCE = 1  # clocks of a closed network differ; a code is taken once all the same: people/account_forms.py
MFA_RATE_LIMITS = {"webauthn_login": None}  # nothing to guess there
MFA_FORMS = {
    "authenticate": "rasr.node.people.account_forms.Authenticate",
    "reauthenticate": "rasr.node.people.account_forms.AuthenticateAgain",
    "activate_totp": "rasr.node.people.account_forms.ActivateApp",
    "login_webauthn": "rasr.node.people.account_forms.UsePasskeyAlone",
    "authenticate_webauthn": "rasr.node.people.account_forms.UsePasskey",
    "reauthenticate_webauthn": "rasr.node.people.account_forms.UsePasskeyAgain",
    "add_webauthn": "rasr.node.people.account_forms.AddPasskey",
    "edit_webauthn": "rasr.node.people.account_forms.NamePasskey",
}

# Mail: none without a server.
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if NODE.smtp_host else 'dummy'}.EmailBackend"
EMAIL_HOST, EMAIL_PORT, EMAIL_HOST_USER = NODE.smtp_host, NODE.smtp_port, NODE.smtp_user
EMAIL_HOST_PASSWORD = NODE.smtp_password()
EMAIL_USE_TLS, EMAIL_USE_SSL = NODE.smtp_security == "starttls", NODE.smtp_security == "tls"
EMAIL_TIMEOUT = 10  # s
DEFAULT_FROM_EMAIL = SERVER_EMAIL = NODE.mail_from

# Languages: English, one catalogue for Bosnian, Croatian, Montenegrin and Serbian, and five more.
locale.LANG_INFO["bcms"] = {
    "bidi": False,
    "code": "bcms",
    "name": "BCMS",
    "name_local": "bosanski / crnogorski / hrvatski / srpski",
}
LANGUAGES = [
    ("en", _("English")),
    ("bcms", _("Bosnian / Croatian / Montenegrin / Serbian")),
    ("bg", _("Bulgarian")),
    ("mk", _("Macedonian")),
    ("ro", _("Romanian")),
    ("sq", _("Albanian")),
    ("sl", _("Slovene")),
]
LANGUAGE_CODE = NODE.language
LOCALE_PATHS = [HERE / "web/locale"]
FORMAT_MODULE_PATH = ["rasr.node.web.formats"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = NODE.time_zone

STATIC_URL = "static/"
STATIC_ROOT = HERE / "static_built"
STORAGES = {
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if NODE.mode == "test"
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
FILE_UPLOAD_HANDLERS = ["rasr.node.web.nofiles.NoFiles"]  # the page that takes one sets its own
FILE_UPLOAD_TEMP_DIR = NODE.home / "uploads"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500

# Security: everything from the node itself, nothing from outside, nothing inline; see docs/security/hardening.md.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if TLS_ONLY else 0  # sent over TLS only
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SILENCED_SYSTEM_CHECKS = [
    "security.W008",  # no redirect to TLS: a node speaks TLS or to its own machine only, and has no second port
    "security.W021",  # no consent to preload lists: names of closed networks belong in no public list
]
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = TLS_ONLY
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 60 * 60  # s: a day's work
# With the prefix a browser takes a cookie from this very host over TLS only, not from a neighbour in its domain.
SESSION_COOKIE_NAME = "__Host-rasr_session" if TLS_ONLY else "rasr_session"
CSRF_COOKIE_NAME = "__Host-rasr_csrf" if TLS_ONLY else "rasr_csrf"

DJANGO_TABLES2_TEMPLATE = "web/table.html"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
LOGGING = logging_config(NODE.log_level)
