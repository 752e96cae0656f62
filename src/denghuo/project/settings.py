"""Settings of a Denghuo installation. Everything that differs between installations comes from the environment.

======================= ============================================= ===============================
variable                meaning                                       default
======================= ============================================= ===============================
DENGHUO_DATABASE_URL    sqlite:///path or postgresql://user:pw@host/db  sqlite in DENGHUO_HOME
DENGHUO_HOME            where data, uploads and the secret live       ./var
DENGHUO_SECRET_KEY      signing key                                   made once, kept in DENGHUO_HOME
DENGHUO_PLATE_KEYS      keys of customer plates, the first signs   DENGHUO_SECRET_KEY
DENGHUO_DEBUG           1 shows error details (never in production)   0
DENGHUO_HOSTS           comma-separated host names served             localhost,127.0.0.1,[::1]
DENGHUO_HTTPS           1 when served behind TLS                      0
DENGHUO_PROXIES         trusted reverse proxies before the server     0
DENGHUO_IDLE_MINUTES    a session ends after so long without a click  30
DENGHUO_SESSION_HOURS   a session ends after so long in any case      12
DENGHUO_REVEALS_A_DAY   unmasked records a person may open in a day   50
DENGHUO_DUE_DAYS        days from the issue of a bill to its due date 15
DENGHUO_DUE_DAY_OF_MONTH a fixed due day instead                      –
DENGHUO_PAY             WeChat Pay and Alipay: off, emulator or live  off
DENGHUO_PUBLIC_URL      where channels and customers reach this server http://127.0.0.1:8000
DENGHUO_SMTP_URL        smtp[s]://user:password@host:port of the mail server, "?from=" the sender   e-mail goes to the log
DENGHUO_EMULATOR        where the gateway emulator listens            http://127.0.0.1:8010
======================= ============================================= ===============================

The variables of the channels themselves, DENGHUO_WECHAT_… and DENGHUO_ALIPAY_…, are in docs/how-to/payment-channels.md.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from denghuo.project import mail_settings, payment_settings
from denghuo.project.databases import database

HOME = Path(os.environ.get("DENGHUO_HOME", "var")).resolve()
PACKAGE = Path(__file__).resolve().parent.parent


def _secret_key() -> str:
    if key := os.environ.get("DENGHUO_SECRET_KEY"):
        return key
    path = HOME / "secret-key"
    if not path.exists():
        HOME.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(64), encoding="ascii")
    return path.read_text(encoding="ascii").strip()


SECRET_KEY = _secret_key()
PLATE_KEYS = [key for key in os.environ.get("DENGHUO_PLATE_KEYS", "").split(",") if key] or [SECRET_KEY]
DEBUG = os.environ.get("DENGHUO_DEBUG") == "1"
ALLOWED_HOSTS = os.environ.get("DENGHUO_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
HTTPS = os.environ.get("DENGHUO_HTTPS") == "1"

INSTALLED_APPS = [
    "denghuo.project",
    "denghuo.care.desk",
    "denghuo.care.cases",
    "denghuo.care.appointments",
    "denghuo.care.notifications",
    "denghuo.commerce.inspection",
    "denghuo.commerce.connections",
    "denghuo.commerce.changes",
    "denghuo.commerce.outages",
    "denghuo.commerce.fieldwork",
    "denghuo.commerce.corrections",
    "denghuo.commerce.disconnection",
    "denghuo.commerce.collection",
    "denghuo.commerce.reconciliation",
    "denghuo.commerce.banking",
    "denghuo.commerce.channels",
    "denghuo.commerce.invoicing",
    "denghuo.commerce.payments",
    "denghuo.commerce.billing",
    "denghuo.commerce.readings",
    "denghuo.commerce.metering",
    "denghuo.commerce.tariffs",
    "denghuo.commerce.receivables",
    "denghuo.commerce.ledger",
    "denghuo.records.ratings",
    "denghuo.records.supply",
    "denghuo.records.customers",
    "denghuo.records.grid",
    "denghuo.foundation.ui",
    "denghuo.foundation.imports",
    "denghuo.foundation.workflow",
    "denghuo.foundation.files",
    "denghuo.foundation.documents",
    "denghuo.foundation.jobs",
    "denghuo.foundation.outbox",
    "denghuo.foundation.audit",
    "denghuo.foundation.parameters",
    "denghuo.foundation.identity",
    "denghuo.foundation.numbering",
    "denghuo.foundation.calendars",
    "ninja",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "denghuo.foundation.ui.middleware.security_headers",
    "django.middleware.security.SecurityMiddleware",
    "denghuo.foundation.audit.web.middleware.AddressMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "denghuo.foundation.ui.middleware.chosen_language",
    "denghuo.foundation.ui.middleware.no_nul",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "denghuo.foundation.identity.web.sessions.SessionMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "denghuo.project.urls"
WSGI_APPLICATION = "denghuo.project.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "denghuo.foundation.ui.context.interface",
            ],
            "libraries": {
                "audit": "denghuo.foundation.audit.web.tags",
                "imports": "denghuo.foundation.imports.web.tags",
                "tariffs": "denghuo.commerce.tariffs.web.tags",
            },
        },
    }
]

DATABASES = {
    "default": database(os.environ.get("DENGHUO_DATABASE_URL", f"sqlite:///{HOME / 'denghuo.sqlite3'}"))
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "identity.Staff"
LOGIN_URL = "identity:sign-in"
LOGIN_REDIRECT_URL = "workbench"
AUTHENTICATION_BACKENDS = ["denghuo.foundation.identity.web.backends.StaffBackend"]
SESSION_IDLE_MINUTES = int(os.environ.get("DENGHUO_IDLE_MINUTES", "30"))
SESSION_ABSOLUTE_HOURS = int(os.environ.get("DENGHUO_SESSION_HOURS", "12"))
SESSION_COOKIE_AGE = SESSION_ABSOLUTE_HOURS * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
TRUSTED_PROXIES = int(os.environ.get("DENGHUO_PROXIES", "0"))
REVEALS_A_DAY = int(os.environ.get("DENGHUO_REVEALS_A_DAY", "50"))
DUE_DAYS = int(os.environ.get("DENGHUO_DUE_DAYS", "15"))
DUE_DAY_OF_MONTH = (
    int(os.environ["DENGHUO_DUE_DAY_OF_MONTH"]) if "DENGHUO_DUE_DAY_OF_MONTH" in os.environ else None
)
PAY = payment_settings.mode(os.environ)
PAYMENT_CHANNELS = payment_settings.channels(os.environ, HOME)
SMTP_URL = os.environ.get("DENGHUO_SMTP_URL", "")
globals().update(mail_settings.of(SMTP_URL))
PUBLIC_URL = os.environ.get("DENGHUO_PUBLIC_URL", "http://127.0.0.1:8000")
EMULATOR_URL = os.environ.get("DENGHUO_EMULATOR", payment_settings.EMULATOR) if PAY == "emulator" else ""
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
PASSWORD_LENGTH = 10
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": PASSWORD_LENGTH},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

LANGUAGE_CODE = "zh-hans"
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_THOUSAND_SEPARATOR = True
FORMAT_MODULE_PATH = "denghuo.project.formats"

STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
MEDIA_ROOT = HOME / "media"
WHITENOISE_USE_FINDERS = True
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "denghuo.foundation.ui.web.errors.csrf_failure"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
RAW_BODY_PATHS = ("/channels/wechat/notify", "/channels/alipay/notify")
"""Callbacks whose body no middleware may read: the view refuses what is too large before reading it."""
DATA_UPLOAD_MAX_MEMORY_SIZE = 20 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": os.environ.get("DENGHUO_LOG_LEVEL", "INFO")},
}
