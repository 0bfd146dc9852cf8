"""Start-up checks: a wrong URL, a wrong key, an unpublished service and 1C being down, told apart."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.core.checks import Warning as Caution

from reconciliation import connections, errors
from reconciliation.explanations import one_line
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


@register(deploy=False)
def onec_answers(app_configs: Any = None, **_: Any) -> list[CheckMessage]:
    """Ask 1C for a sign of life; its trouble is a warning, since the portal itself works without."""
    if not settings.ONEC_BASE_URL or not settings.CHECK_ONEC:
        return []
    try:
        connections.onec().ping(deadline=Deadline(SECONDS))
    except errors.PortalError as error:
        return [Caution(one_line(error), id=IDS.get(type(error), "reconciliation.W010"))]
    return []


IDS: dict[type[errors.PortalError], str] = {
    errors.ConnectionFailed: "reconciliation.W011",
    errors.ConnectionBroken: "reconciliation.W012",
    errors.TimedOut: "reconciliation.W013",
    errors.OneCKeyRefused: "reconciliation.W014",
    errors.OneCNotPublished: "reconciliation.W015",
    errors.OneCBearerIntercepted: "reconciliation.W016",
    errors.NotJson: "reconciliation.W017",
    errors.OneCRedirected: "reconciliation.W018",
}
