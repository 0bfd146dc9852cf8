"""Start-up checks of the settings, and of 1C when asked for."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.core.checks import Warning as Caution
from django.utils import translation

from reconciliation import connections
from reconciliation.errors import PortalError
from reconciliation.http import Deadline

SECONDS = 5.0


@register()
def settings_are_usable(**_: Any) -> list[CheckMessage]:
    """Refuse settings that cannot work, before anybody waits for them."""
    found: list[CheckMessage] = []
    url = settings.ONEC_BASE_URL
    if url and (wrong := _wrong_with(url)):
        found.append(Error(f"ONEC_BASE_URL {wrong}.", id="reconciliation.E001"))
    for name in ("ONEC_API_KEY", "ONEC_BASIC_AUTH"):
        value = getattr(settings, name)
        if value != value.strip() or not value.isprintable():
            found.append(Error(f"{name} holds blanks at its ends or line breaks.", id="reconciliation.E002"))
    if settings.ONEC_BASIC_AUTH and ":" not in settings.ONEC_BASIC_AUTH:
        found.append(Error("ONEC_BASIC_AUTH must be user:password.", id="reconciliation.E003"))
    if url and not settings.ORGANIZATION_NAME:
        found.append(
            Caution(
                "ORGANIZATION_NAME is not set: acts of a 1C that does not name itself say “Supplier”.",
                id="reconciliation.W001",
            )
        )
    return found


def _wrong_with(url: str) -> str:
    """Return what keeps a URL from being the address of a publication."""
    try:
        parts = urlsplit(url)
        reachable = bool(parts.hostname) and parts.port != 0
    except ValueError:
        parts, reachable = urlsplit(""), False
    if not url.startswith(("http://", "https://")):
        return "must begin with http:// or https://"
    if not reachable or any(character.isspace() for character in url):
        return "is no address: http://server/publication"
    if parts.username is not None:
        return "must not hold a password: that goes into ONEC_BASIC_AUTH"
    if parts.query or parts.fragment or "/hs/" in f"{parts.path}/":
        return "must end with the publication's name, before /hs/"
    return ""


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
