"""Start-up checks; settings that cannot work are refused earlier, in `portal.env`."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, register
from django.core.checks import Warning as Caution
from django.utils import translation

from jobs.deadline import Deadline
from reconciliation import connections
from reconciliation.errors import PortalError

SECONDS = 5.0


@register()
def organization_is_named(**_: Any) -> list[CheckMessage]:
    """Warn of acts that will not say whose they are."""
    if not settings.ONEC_BASE_URL or settings.ORGANIZATION_NAME:
        return []
    words = "ORGANIZATION_NAME is not set: acts of a 1C that does not name itself say “Supplier”."
    return [Caution(words, id="reconciliation.W001")]


@register(deploy=True)
def proxies_are_counted(**_: Any) -> list[CheckMessage]:
    """Warn of journals and letters that would name the proxy's address instead of the person's."""
    if not settings.SECURE_SITE or settings.ALLAUTH_TRUSTED_PROXY_COUNT:
        return []
    words = (
        "TRUSTED_PROXIES is 0 and SITE_URL is https: set it to the number of proxies in front of gunicorn, "
        "which must set X-Forwarded-For; 1 with one web server, also when gunicorn listens on a unix socket."
    )
    return [Caution(words, id="reconciliation.W002")]


def onec_answers(**_: Any) -> list[CheckMessage]:
    """Ask 1C for a sign of life; a wrong URL, a wrong key and an unpublished service are told apart.

    Registered by `manage.py check --tag onec` only. A warning, since the portal itself works without 1C.
    """
    if not settings.ONEC_BASE_URL:
        return []
    try:
        connections.onec().ping(deadline=Deadline(SECONDS))
    except PortalError as error:
        with translation.override("en"):  # like every other check
            return [Caution(error.one_line(), id="reconciliation.W010")]
    return []
