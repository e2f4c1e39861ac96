"""Settings: one file, a few environment variables, safe defaults.

XINQIAO_HOME          data folder (default ./var)
XINQIAO_SECRETS       folder of keys (default XINQIAO_HOME/secrets)
XINQIAO_DATABASE_URL  postgresql://user:password@host/name; the default is SQLite in XINQIAO_HOME
XINQIAO_HOSTS         comma-separated host names this server answers to (default: this machine only)
XINQIAO_HTTPS         1 when served behind TLS: secure cookies, HSTS, redirect
XINQIAO_DEMO          1 marks a demonstration: accounts may skip the second factor, and every page says so
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from xinqiao.kernel.home import home, secret

HOME = home()
PACKAGE = Path(__file__).resolve().parent.parent
TESTING = "pytest" in sys.modules
DEMO = os.environ.get("XINQIAO_DEMO", "") == "1" or (HOME / "demo").exists()
HTTPS = os.environ.get("XINQIAO_HTTPS", "") == "1"
DEBUG = False
SECRET_KEY = secret("django").hex()
ALLOWED_HOSTS = [
    *filter(None, os.environ.get("XINQIAO_HOSTS", "").split(",")),
    "127.0.0.1",
    "localhost",
    "[::1]",
    *(["testserver"] if TESTING else []),
]

ROOMS = [
    "xinqiao.insight",
    "xinqiao.inspections",
    "xinqiao.honours",
    "xinqiao.plans",
    "xinqiao.cases",
    "xinqiao.signals",
    "xinqiao.screening",
    "xinqiao.registry",
    "xinqiao.rosters",
    "xinqiao.teams",
    "xinqiao.directory",
    "xinqiao.budgets",
    "xinqiao.packs",
    "xinqiao.indicators",
    "xinqiao.access",
    "xinqiao.people",
    "xinqiao.documents",
    "xinqiao.ui",
    "xinqiao.outbox",
    "xinqiao.audit",
    "xinqiao.vault",
    "xinqiao.accounts",
]
INSTALLED_APPS = [
    *ROOMS,
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "axes",
    "csp",
    "django_htmx",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "xinqiao.access.middleware.ActorMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "xinqiao.config.urls"
ASGI_APPLICATION = "xinqiao.config.asgi.application"
FORM_RENDERER = "xinqiao.ui.forms.Renderer"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "xinqiao.ui.context.shell",
            ],
            "builtins": ["xinqiao.ui.templatetags.ui", "xinqiao.accounts.templatetags.accounts"],
        },
    }
]


def _sqlite() -> dict[str, object]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": HOME / "xinqiao.sqlite3",
        "OPTIONS": {
            # IMMEDIATE: a reader that turns writer in mid-transaction would be refused instead of waiting.
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-32000;",
        },
    }


def _postgresql(url: str) -> dict[str, object]:
    parts = urlsplit(url)
    query = parse_qs(parts.query)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.get("host", [parts.hostname or ""])[0],
        "PORT": str(parts.port or query.get("port", [""])[0]),
        # sslmode, sslrootcert, …: dropping one in silence would send sealed and open columns alike in the clear
        "OPTIONS": {name: values[0] for name, values in query.items() if name not in {"host", "port"}},
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }


DATABASE_URL = os.environ.get("XINQIAO_DATABASE_URL", "")
DATABASES = {"default": _postgresql(DATABASE_URL) if DATABASE_URL else _sqlite()}
SILENCED_SYSTEM_CHECKS = ["fields.W163"]  # comments on columns: PostgreSQL keeps them, SQLite cannot
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
FORMAT_MODULE_PATH = ["xinqiao.config.formats"]
USE_I18N = True
# Texts of the rooms that are no Django apps (kernel, instruments, config); each app brings its own folder.
LOCALE_PATHS = [PACKAGE / "config" / "locale"]

STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if TESTING
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
MEDIA_ROOT = HOME / "files"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
UPLOAD_LIMIT_BYTES = 30 * 1024 * 1024

# --- who are you -----------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.Account"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
    "xinqiao.accounts.backends.TicketBackend",
]
PASSWORD_HASHERS = (
    ["django.contrib.auth.hashers.MD5PasswordHasher"]
    if TESTING
    else [
        "django.contrib.auth.hashers.ScryptPasswordHasher",
    ]
)
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "/accounts/login/"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "xinqiao.accounts.adapter.ClosedAccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_USER_MODEL_USERNAME_FIELD = "username"
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_FORMS = {
    "login": "xinqiao.accounts.forms.SignIn",
    "reauthenticate": "xinqiao.accounts.forms.Again",
    "change_password": "xinqiao.accounts.forms.NewPassword",
}
ACCOUNT_SESSION_REMEMBER = False
# Wrong passwords are counted by axes, per user name; a limit per address would lock out a school behind its router.
ACCOUNT_RATE_LIMITS = {"login": "300/m/ip", "login_failed": False, "reauthenticate": "10/m/user"}
ACCOUNT_USER_DISPLAY = "xinqiao.accounts.models.display_name"
MFA_FORMS = {
    "authenticate": "xinqiao.accounts.forms.PhoneCode",
    "reauthenticate": "xinqiao.accounts.forms.PhoneCodeAgain",
    "activate_totp": "xinqiao.accounts.forms.NewPhone",
    "add_webauthn": "xinqiao.accounts.forms.NewPasskey",
    "edit_webauthn": "xinqiao.accounts.forms.PasskeyName",
}
MFA_ADAPTER = "xinqiao.vault.second_factor.SealedSecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "心桥"
# Browsers treat http://localhost as secure; nowhere else may a passkey be used without TLS.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS
AXES_FAILURE_LIMIT = 6
AXES_COOLOFF_TIME = 0.5  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_TEMPLATE = "accounts/locked.html"
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False
IDLE_SECONDS = {"staff": 20 * 60, "student": 60 * 60, "guardian": 20 * 60, "outside": 15 * 60}
# A session holds the secret of an authenticator app while it is being set up.
SESSION_SERIALIZER = "xinqiao.accounts.sessions.SealedSessions"
SESSION_COOKIE_AGE = 10 * 60 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "xinqiao.ui.errors.csrf_failure"

# --- what may a page do ----------------------------------------------------------------------------------------
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "media-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
if HTTPS:
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"xinqiao": {"level": "INFO"}, "axes": {"level": "ERROR"}},
}

# Numbers shown in every help block; a tenant replaces them with its own (registry → organisation settings).
XINQIAO_HELP_LINES = [
    (_("心理援助热线"), "12356"),
    (_("青少年服务台"), "12355"),
    (_("报警"), "110"),
    (_("急救"), "120"),
]
