"""Start-up checks: a wrong URL, a wrong key, an unpublished service and 1C being down, told apart."""

from typing import Any

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
    if url and not url.startswith(("http://", "https://")):
        found.append(Error("ONEC_BASE_URL must begin with http:// or https://.", id="reconciliation.E001"))
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
