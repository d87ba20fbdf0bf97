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
    "rasr.node.desk",
    "rasr.node.host",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_tasks",
    "django_tasks_db",
    "django_htmx",
    "django_tables2",
    "django_filters",
    "csp",
]
MIDDLEWARE = [
    "rasr.node.host.middleware.RequestLog",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "rasr.node.web.middleware.NotKept",
    "rasr.node.host.middleware.DatabaseGone",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "rasr.node.web.nofiles.SmallBodies",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "rasr.node.web.middleware.LanguageMiddleware",
    "rasr.node.web.middleware.TextAddress",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
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
                "rasr.node.host.context.node",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.DjangoTemplates"

DATABASES = {"default": NODE.database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}}

AUTH_USER_MODEL = "people.User"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.MD5PasswordHasher"
    if NODE.mode == "test"
    else "django.contrib.auth.hashers.Argon2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "people:sign-in"
LOGIN_REDIRECT_URL = "desk:home"
LOGOUT_REDIRECT_URL = "people:sign-in"

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

# Security: everything from the node itself, nothing from outside, nothing inline.
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
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION and NODE.secure_cookies
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 60 * 60  # s: a day's work
SESSION_COOKIE_NAME = "rasr_session"
CSRF_COOKIE_NAME = "rasr_csrf"

DJANGO_TABLES2_TEMPLATE = "web/table.html"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
LOGGING = logging_config(NODE.log_level)
