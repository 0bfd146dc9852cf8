"""Settings of the portal. Everything that differs between installations comes from the environment."""

from pathlib import Path
from urllib.parse import urlsplit

from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from portal.env import kept_secret, read
from reconciliation.logs import hide, logging_config

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"

env = read(BASE_DIR)

# --- The site -----------------------------------------------------------------------------------
DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="") or kept_secret(VAR_DIR / "secret-key")
SITE_URL = env.str("SITE_URL", default="http://127.0.0.1:8000").rstrip("/")
_site = urlsplit(SITE_URL)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[_site.hostname or "127.0.0.1", "localhost", "127.0.0.1"])
CSRF_TRUSTED_ORIGINS = [f"{_site.scheme}://{_site.netloc}"]
ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
SECURE_SITE = _site.scheme == "https"
SESSION_COOKIE_SECURE = SECURE_SITE
CSRF_COOKIE_SECURE = SECURE_SITE
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 60 * 60 * 24 * 14
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE_SITE else None
DATA_UPLOAD_MAX_MEMORY_SIZE = 256 * 1024

INSTALLED_APPS = [
    "unfold",
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
    "django_htmx",
    "django_celery_beat",
    "auditlog",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "reconciliation.middleware.RequestContext",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "auditlog.middleware.AuditlogMiddleware",
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
                "reconciliation.context.portal",
            ],
        },
    },
]

# --- Data ---------------------------------------------------------------------------------------
DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'portal.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    VAR_DIR.mkdir(exist_ok=True)
    # IMMEDIATE: a writer waits for the lock at BEGIN instead of failing half-way through.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
else:
    DATABASES["default"].update(CONN_MAX_AGE=60, CONN_HEALTH_CHECKS=True)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
MEDIA_ROOT = Path(env.str("MEDIA_ROOT", default=str(VAR_DIR / "media")))
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATIC_ROOT.mkdir(exist_ok=True)  # WhiteNoise warns at each start of a folder that is not there
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = True
STORAGES = {
    # Acts are never served by the web server: only through the access rule.
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}

# --- Redis, cache, Celery -----------------------------------------------------------------------
REDIS_URL = env.address("REDIS_URL", ("redis", "rediss", "unix"))
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "portal",
    }
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}
CELERY_BROKER_URL = REDIS_URL or "redis://127.0.0.1:6379/0"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# A person waits behind some of our `delay` calls: a lost broker must fail fast, the sweep makes up for it.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "global_keyprefix": "portal:",
    "socket_connect_timeout": 1,
    "socket_timeout": 5,
    "max_retries": 1,
    "interval_start": 0.1,
}
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_TIME_LIMIT = 300
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_BEAT_SCHEDULE = {
    "tell accounting about acts that do not balance": {
        "task": "reconciliation.tasks.tell_accounting",
        "schedule": 300,
    },
}

# --- People -------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_REDIRECT_URL = "/acts/"
LOGOUT_REDIRECT_URL = "/accounts/login/"
LOGIN_URL = "/accounts/login/"
ACCOUNT_ADAPTER = "accounts.adapters.ClosedSignup"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_DEFAULT_HTTP_PROTOCOL = _site.scheme
# A whole office, or everybody behind one proxy, shares an address; guessing is stopped by the account.
ACCOUNT_RATE_LIMITS = {"login": "300/m/ip"}
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = None
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEBUG

# --- Languages ----------------------------------------------------------------------------------
LANGUAGE_CODE = env.choice("LANGUAGE_CODE", ("ru", "en"), default="ru")
LANGUAGES = [("ru", "Русский"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = env.zone("TIME_ZONE", default="Europe/Moscow")
USE_TZ = True

# --- Letters ------------------------------------------------------------------------------------
vars().update(env.email_url("EMAIL_URL", default="consolemail://"))
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default=f"acts@{_site.hostname}")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
ACCOUNTING_EMAIL = env.str("ACCOUNTING_EMAIL", default="")

# --- The organization and its 1C ----------------------------------------------------------------
ORGANIZATION_NAME = env.str("ORGANIZATION_NAME", default="")
ORGANIZATION_INN = env.str("ORGANIZATION_INN", default="")
DEFAULT_CURRENCY = env.str("DEFAULT_CURRENCY", default="RUB").upper()
ONEC_BASE_URL = env.str("ONEC_BASE_URL", default="").rstrip("/")
ONEC_AUTH_SCHEME = env.choice("ONEC_AUTH_SCHEME", ("bearer", "raw", "x-api-key", "query"), default="bearer")
ONEC_API_KEY = env.str("ONEC_API_KEY", default="")
ONEC_BASIC_AUTH = env.str("ONEC_BASIC_AUTH", default="")
ONEC_TIMEOUT = env.positive("ONEC_TIMEOUT", 18, most=600)
ONEC_CONCURRENCY = env.count("ONEC_CONCURRENCY", 4, most=100)
ONEC_CA_BUNDLE = env.str("ONEC_CA_BUNDLE", default="")
ACT_PDF_SOURCE = env.choice("ACT_PDF_SOURCE", ("auto", "onec", "portal"), default="auto")

# --- Bitrix24 -----------------------------------------------------------------------------------
BITRIX24_WEBHOOK_URL = env.str("BITRIX24_WEBHOOK_URL", default="")
BITRIX24_ACTS_FOLDER_ID = env.str("BITRIX24_ACTS_FOLDER_ID", default="")
BITRIX24_COMPANY_GUID_FIELD = env.str("BITRIX24_COMPANY_GUID_FIELD", default="")
BITRIX24_CLIENT_ID = env.str("BITRIX24_CLIENT_ID", default="")
BITRIX24_CLIENT_SECRET = env.str("BITRIX24_CLIENT_SECRET", default="")

# --- Logs and the admin -------------------------------------------------------------------------
for _secret in (
    ONEC_API_KEY,
    ONEC_BASIC_AUTH.partition(":")[2],
    BITRIX24_WEBHOOK_URL,
    BITRIX24_CLIENT_SECRET,
):
    hide(_secret)
LOG_LEVEL = env.choice("LOG_LEVEL", ("debug", "info", "warning", "error"), default="info")
LOGGING = logging_config(LOG_LEVEL.upper())
UNFOLD = {
    "SITE_TITLE": _("Reconciliation Acts"),
    "SITE_HEADER": ORGANIZATION_NAME or _("Reconciliation Acts"),
    "SITE_ICON": lambda request: static("favicon.svg"),
    "SITE_URL": "/acts/",
    "SHOW_LANGUAGES": True,
    "SHOW_HISTORY": True,
    # The accent of static/portal.css, in the steps that unfold wants.
    "COLORS": {
        "primary": {
            "50": "#effaf8",
            "100": "#d5f1ed",
            "200": "#aee2db",
            "300": "#7ccabd",
            "400": "#4aab9f",
            "500": "#2c8f84",
            "600": "#0b5f58",
            "700": "#0a524c",
            "800": "#0b423e",
            "900": "#0c3734",
            "950": "#04201e",
        }
    },
    "SIDEBAR": {
        "show_search": False,
        "show_all_applications": False,
        "navigation": [
            {
                "items": [
                    {
                        "title": _("Acts"),
                        "icon": "receipt_long",
                        "link": reverse_lazy("admin:reconciliation_issuedact_changelist"),
                    },
                    {
                        "title": _("Do not balance"),
                        "icon": "warning",
                        "link": reverse_lazy("admin:reconciliation_discrepancy_changelist"),
                    },
                    {
                        "title": _("Counterparties"),
                        "icon": "store",
                        "link": reverse_lazy("admin:accounts_counterparty_changelist"),
                    },
                    {
                        "title": _("People"),
                        "icon": "group",
                        "link": reverse_lazy("admin:accounts_user_changelist"),
                    },
                    {
                        "title": _("Schedules"),
                        "icon": "schedule",
                        "link": reverse_lazy("admin:django_celery_beat_periodictask_changelist"),
                    },
                ],
            },
        ],
    },
}
