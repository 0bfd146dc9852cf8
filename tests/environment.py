"""The environment of the tests: complete and always the same, whatever a shell or a `.env` says."""

import os
from collections.abc import Mapping

from portal.env import NAMES, OWN_PREFIXES

SETTINGS = dict.fromkeys(NAMES, "") | {
    "SECRET_KEY": "for-tests-only-" + "x" * 50,
    "ALLOWED_HOSTS": "testserver,localhost,127.0.0.1",
    "SITE_URL": "http://testserver",
    "DATABASE_URL": "sqlite://:memory:",
    "MEDIA_ROOT": "var/test-media",
    "EMAIL_URL": "memorymail://",
    "DEFAULT_FROM_EMAIL": "acts@example.com",
    "ACCOUNTING_EMAIL": "accounting@example.com",
    "LEAKED_PASSWORDS_URL": "off",
    "STAFF_SECOND_FACTOR": "false",
    "ONEC_AUTH_SCHEME": "x-api-key",
    "ACT_PDF_SOURCE": "portal",
    "ORGANIZATION_NAME": "ООО «Поставщик»",
    "ORGANIZATION_INN": "7701234567",
}
"""Every setting, so that a developer's `.env` finds nothing left to set; empty is the default."""

FOREIGN = ("DJANGO_SETTINGS_MODULE", "PYTHONPATH", "PYTHONWARNINGS", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")


def clean(given: Mapping[str, str]) -> dict[str, str]:
    """Return `given` with the tests' settings in place of whatever the product would read.

    TEST_DATABASE_URL names another database than SQLite in memory.
    """
    kept = {name: value for name, value in given.items() if not _is_foreign(name)}
    database = given.get("TEST_DATABASE_URL") or SETTINGS["DATABASE_URL"]
    return kept | SETTINGS | {"DATABASE_URL": database}


def enter() -> None:
    """Put this process into the tests' environment; to be called before Django reads its settings."""
    environment = clean(os.environ)
    os.environ.clear()
    os.environ.update(environment)
    os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings"


def _is_foreign(name: str) -> bool:
    return name.upper() in FOREIGN or name.startswith(OWN_PREFIXES)
