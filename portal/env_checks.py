"""What a setting may be: each check returns the value or raises ValueError with the end of a sentence."""

import re
import ssl
from ipaddress import ip_address
from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.core.exceptions import ValidationError as DjangoValidationError
from django.core.validators import validate_email
from pydantic import AfterValidator, BeforeValidator

from reconciliation.printing.currencies import RUSSIAN


def url(*schemes: str) -> AfterValidator:
    starts = tuple(f"{scheme}://" for scheme in schemes)

    def check(value: str) -> str:
        if not value.startswith(starts):
            raise ValueError(f"must begin with one of: {', '.join(starts)}.")
        if _has_bare_signs(value):
            raise ValueError(
                "must have user and password percent-encoded: @ as %40, / as %2F, # as %23, + as %2B."
            )
        return value

    return AfterValidator(check)


def _has_bare_signs(url: str) -> bool:
    """Whether user or password hold signs that mean something else in a URL, so that half of them is lost."""
    if url.startswith(("sqlite:", "unix:")):
        return False  # a path and nothing else
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return True
    user = parts.netloc.rpartition("@")[0]
    cut_off = f"{parts.path}{parts.query}{parts.fragment}"
    return "@" in user + cut_off or "+" in user or bool(parts.fragment) or port == 0


def check_site(value: str) -> str:
    if not value.startswith(("http://", "https://")) or not urlsplit(value).hostname:
        raise ValueError("must be the portal's address, like https://acts.example.com.")
    return value.rstrip("/")


def check_list(value: str) -> str:
    """Return the address that ends where a digest's first letters follow; empty for "off"."""
    if value.lower() == "off":
        return ""
    if not value.startswith(("http://", "https://")) or not urlsplit(value).hostname:
        raise ValueError("must be an address like https://api.pwnedpasswords.com/range/, or off.")
    return value.rstrip("/") + "/"


def check_onec(url: str) -> str:
    """Raise ValueError unless the URL can be the address of a publication."""
    try:
        parts = urlsplit(url)
        reachable = bool(parts.hostname) and parts.port != 0
    except ValueError:
        parts, reachable = urlsplit(""), False
    if not url.startswith(("http://", "https://")):
        raise ValueError("must begin with http:// or https://.")
    if not reachable or any(character.isspace() for character in url):
        raise ValueError("is no address: http://server/publication.")
    if parts.username is not None:
        raise ValueError("must not hold a password: that goes into ONEC_BASIC_AUTH.")
    if parts.query or parts.fragment or "/hs/" in f"{parts.path}/":
        raise ValueError("must end with the publication's name, before /hs/.")
    return url.rstrip("/")


def check_webhook(url: str) -> str:
    """Raise ValueError unless the URL is a webhook's; plain http stays in the local network."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        parts, host = urlsplit(""), ""
    if not re.fullmatch(r"/rest/\d+/[^/\s]+/?", parts.path) or not host or parts.query:
        raise ValueError("must be the webhook's address, like https://company.bitrix24.ru/rest/1/secret/.")
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_nearby(host)):
        raise ValueError("must begin with https://: whoever reads the secret on its way can do everything.")
    return url.rstrip("/") + "/"


def _is_nearby(host: str) -> bool:
    """Whether a host is this machine, or one of the local network."""
    try:
        return ip_address(host).is_private
    except ValueError:
        return "." not in host


def check_user_field(code: str) -> str:
    if not re.fullmatch(r"UF_CRM_[A-Z0-9_]+", code):
        raise ValueError("must be the code of a field of companies, like UF_CRM_1C_GUID.")
    return code


def check_key(value: str) -> str:
    if value != value.strip() or not value.isprintable():
        raise ValueError("holds blanks at its ends or line breaks.")
    return value


def check_user(value: str) -> str:
    if ":" not in value:
        raise ValueError("must be user:password.")
    return value


def check_ca_bundle(value: str) -> str:
    try:
        ssl.create_default_context(cafile=value)
    except FileNotFoundError:
        raise ValueError("names a file that is not there.") from None
    except (ssl.SSLError, OSError):
        raise ValueError(
            "must name a readable file of certificates in PEM, which begins with -----BEGIN."
        ) from None
    return value


def check_zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ValueError, OSError, ZoneInfoNotFoundError):
        raise ValueError("is no time zone; try Europe/Moscow.") from None
    return value


def check_email(value: str) -> str:
    try:
        validate_email(value)
    except DjangoValidationError:
        raise ValueError("is no email address.") from None
    return value


def check_currency(code: str) -> str:
    if code not in RUSSIAN:
        raise ValueError(f"must be one of: {', '.join(RUSSIAN)}.")
    return code


Key = Annotated[str, AfterValidator(check_key)]
Lower = BeforeValidator(lambda text: text.strip().lower())
Upper = BeforeValidator(lambda text: text.strip().upper())
