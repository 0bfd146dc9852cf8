"""Settings of the portal. Everything that differs between installations comes from the environment."""

import sys
import zlib
from pathlib import Path
from urllib.parse import urlsplit

import environ
from celery.schedules import crontab
from django.core.exceptions import ImproperlyConfigured

from portal.env import kept_secret, read
from portal.log_config import logging_config
from portal.login import *  # noqa: F403  # settings are names of a module
from portal.unfold import unfold_settings

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"

try:
    env = read(BASE_DIR)
except ImproperlyConfigured as error:
    # A sentence and no traceback; 3 is the exit code after which gunicorn does not try again.
    sys.stderr.write(f"{error}\n")
    sys.exit(3)

# --- The site -----------------------------------------------------------------------------------
DEBUG = env.DEBUG
SECRET_KEY = env.SECRET_KEY or kept_secret(VAR_DIR / "secret-key")
SECRET_KEY_FALLBACKS = [key for each in env.SECRET_KEY_FALLBACKS.split(",") if (key := each.strip())]
SITE_URL = env.SITE_URL
_site = urlsplit(SITE_URL)
LOOPBACK = ["localhost", "127.0.0.1", "[::1]"]
ON_LAPTOP = _site.hostname in ("localhost", "127.0.0.1", "::1")
ALLOWED_HOSTS = [host.strip() for host in env.ALLOWED_HOSTS.split(",") if host.strip()] or (
    LOOPBACK if ON_LAPTOP else [str(_site.hostname)]
)
CSRF_TRUSTED_ORIGINS = [f"{_site.scheme}://{_site.netloc}"]
ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
SECURE_SITE = _site.scheme == "https"
SESSION_COOKIE_SECURE = SECURE_SITE
CSRF_COOKIE_SECURE = SECURE_SITE
LANGUAGE_COOKIE_SECURE = SECURE_SITE
SESSION_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
SECURE_SSL_REDIRECT = SECURE_SITE
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if SECURE_SITE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE_SITE
SESSION_ENGINE = "portal.backends.sessions"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 14
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE_SITE else None
DATA_UPLOAD_MAX_MEMORY_SIZE = 256 * 1024
LONGEST_BODY = 512 * 1024
LONGEST_UPLOADS = {"/admin/accounts/counterparty/file/": 21 * 1024 * 1024}
"""Bytes of a request's body, and of those that bring files, by address."""

INSTALLED_APPS = [
    "unfold",
    "unfold.contrib.filters",
    "letters",
    "accounts",
    "reconciliation",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django_htmx",
    "django_celery_beat",
    "auditlog",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "reconciliation.monitoring.request_context.RequestContext",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "accounts.login.middleware.StaffSecondFactor",
    "accounts.people.viewing.Viewing",
    "accounts.login.middleware.Audit",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.context.portal",
            ],
        },
    },
]

# --- Data ---------------------------------------------------------------------------------------
DATABASES = {
    "default": environ.Env.db_url_config(env.DATABASE_URL or f"sqlite:///{VAR_DIR / 'portal.sqlite3'}")
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    VAR_DIR.mkdir(exist_ok=True)
    # IMMEDIATE: a writer waits for the lock at BEGIN instead of failing half-way through.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
else:
    from portal.backends.postgresql.base import POOL  # psycopg takes memory that SQLite does not need

    DATABASES["default"].update(ENGINE="portal.backends.postgresql", CONN_MAX_AGE=0)
    DATABASES["default"].setdefault("OPTIONS", {})["pool"] = POOL
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
MEDIA_ROOT = Path(env.MEDIA_ROOT or VAR_DIR / "media")
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATIC_ROOT.mkdir(exist_ok=True)  # WhiteNoise warns at each start of a folder that is not there
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = True
STORAGES = {
    # Acts are never served by the web server: only through the access rule.
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "portal.backends.static_files.StaticFiles"},
}

# --- Redis, cache, Celery -----------------------------------------------------------------------
REDIS_URL = env.REDIS_URL
CACHES = {
    "default": {
        "BACKEND": "portal.backends.cache.RedisOrMemoryCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "portal",
        "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 2},
    }
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}
CELERY_BROKER_URL = env.BROKER_URL or REDIS_URL or "redis://127.0.0.1:6379/0"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# A person waits behind some of our `delay` calls: a lost broker must fail fast, the sweep makes up for it.
CELERY_BROKER_CONNECTION_TIMEOUT = 1
_redis_broker = {
    # Without a Redis of one's own two checkouts on a machine still share nothing.
    "global_keyprefix": "portal:" if REDIS_URL else f"portal-{zlib.crc32(str(BASE_DIR).encode()):08x}:",
    "socket_connect_timeout": 1,
    "socket_timeout": 5,
    "max_retries": 1,
    "interval_start": 0.1,
}
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, object] = (
    {"confirm_publish": True} if CELERY_BROKER_URL.startswith("amqp") else _redis_broker
)
# Schedules, those made in the admin too, are meant in the time of the books.
CELERY_TIMEZONE = env.TIME_ZONE
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
# Longer than a turn of two minutes with a call to 1C, a group of Bitrix24's or letters at its end.
CELERY_TASK_TIME_LIMIT = 300 + env.ONEC_TIMEOUT
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULER = "portal.backends.beat:TolerantScheduler"
CELERY_BEAT_SCHEDULE = {
    name: {"task": f"reconciliation.tasks.{task}", "schedule": schedule}
    for name, task, schedule in (
        ("tell accounting about acts that do not balance", "tell_accounting", 300),
        ("go on with updates of counterparties", "continue_runs", 60),
        ("forget old errors", "clean_up", crontab(hour=4, minute=0)),
        ("go on with the months", "continue_months", 60),
        ("go on with previews of months", "continue_previews", 60),
        ("send letters", "send_letters", 60),
        ("read what came back", "read_bounces", 600),
        ("start what is due", "start_due", 60),
    )
}

# --- People -------------------------------------------------------------------------------------
ACCOUNT_DEFAULT_HTTP_PROTOCOL = _site.scheme
ALLAUTH_TRUSTED_PROXY_COUNT = env.TRUSTED_PROXIES
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEBUG
INVITATION_DAYS = env.INVITATION_DAYS
LEAKED_PASSWORDS_URL = env.LEAKED_PASSWORDS_URL
STAFF_SECOND_FACTOR = env.STAFF_SECOND_FACTOR
# The reference that pages of errors show stands in the journal and beside each change.
AUDITLOG_CID_GETTER = "reconciliation.monitoring.logs.reference"

# --- Languages ----------------------------------------------------------------------------------
LANGUAGE_CODE = env.LANGUAGE_CODE
LANGUAGES = [("ru", "Русский"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = "portal.formats"
TIME_ZONE = env.TIME_ZONE
USE_TZ = True

# --- Letters ------------------------------------------------------------------------------------
vars().update(environ.Env.email_url_config(env.EMAIL_URL))
if env.EMAIL_URL.startswith("smtp"):
    EMAIL_BACKEND = "portal.backends.mail.SmtpBackend"
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.DEFAULT_FROM_EMAIL or f"acts@{_site.hostname}"
SERVER_EMAIL = DEFAULT_FROM_EMAIL
ACCOUNTING_EMAIL = env.ACCOUNTING_EMAIL
BOUNCE_ADDRESS = env.BOUNCE_ADDRESS
BOUNCE_IMAP_URL = env.BOUNCE_IMAP_URL
ERROR_REPORT_DAYS = env.ERROR_REPORT_DAYS
JOURNAL_DAYS = env.JOURNAL_DAYS

# --- The organization and its 1C ----------------------------------------------------------------
ORGANIZATION_NAME = env.ORGANIZATION_NAME
ORGANIZATION_INN = env.ORGANIZATION_INN
DEFAULT_CURRENCY = env.DEFAULT_CURRENCY
ONEC_BASE_URL = env.ONEC_BASE_URL
ONEC_AUTH_SCHEME = env.ONEC_AUTH_SCHEME
ONEC_API_KEY = env.ONEC_API_KEY
ONEC_BASIC_AUTH = env.ONEC_BASIC_AUTH
ONEC_TIMEOUT = env.ONEC_TIMEOUT
ONEC_CONCURRENCY = env.ONEC_CONCURRENCY
ONEC_CA_BUNDLE = env.ONEC_CA_BUNDLE
ACT_PDF_SOURCE = env.ACT_PDF_SOURCE

# --- Bitrix24 -----------------------------------------------------------------------------------
BITRIX24_WEBHOOK_URL = env.BITRIX24_WEBHOOK_URL
BITRIX24_ACTS_FOLDER_ID = env.BITRIX24_ACTS_FOLDER_ID
BITRIX24_COMPANY_GUID_FIELD = env.BITRIX24_COMPANY_GUID_FIELD
BITRIX24_FALLBACK_MANAGER_ID = env.BITRIX24_FALLBACK_MANAGER_ID
BITRIX24_TASK_DAYS = env.BITRIX24_TASK_DAYS
BITRIX24_RATE = env.BITRIX24_RATE
BITRIX24_BURST = env.BITRIX24_BURST
BITRIX24_CA_BUNDLE = env.BITRIX24_CA_BUNDLE
BITRIX24_CLIENT_ID = env.BITRIX24_CLIENT_ID
BITRIX24_CLIENT_SECRET = env.BITRIX24_CLIENT_SECRET

# --- Logs and the admin -------------------------------------------------------------------------
LOGGING = logging_config(env.LOG_LEVEL.upper())
UNFOLD = unfold_settings(ORGANIZATION_NAME)
