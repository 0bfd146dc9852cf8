"""Email addresses in the one form in which they are kept and looked up."""

import re
from contextlib import suppress

import idna
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.utils.translation import gettext_lazy as _

_is_valid = EmailValidator()


def canonical_email(email: str) -> str:
    """Return the address in small letters, its domain as people read it.

    A browser sends «buh@ромашка.рф» as "buh@xn--80aa3agjl3d.xn--p1ai"; accounting types either.
    """
    local, at, domain = email.strip().rpartition("@")
    if not domain.isascii() or "xn--" in domain.lower():
        with suppress(idna.IDNAError):  # no domain at all: the form says so
            domain = idna.decode(domain, uts46=True)
    return f"{local}{at}{domain}".lower()


def canonical_addresses(text: str) -> str:
    """Return the addresses in a text, each once, parted by ", "."""
    found = re.split(r"[\s,;]+", text.strip())
    return ", ".join(dict.fromkeys(canonical_email(address) for address in found if address))


def usable_addresses(text: str) -> tuple[str, list[str]]:
    """Return a text's addresses that letters can be sent to, as one text, and the words that are none."""
    usable, unusable = [], []
    for address in canonical_addresses(text).split(", "):
        try:
            _is_valid(address)
        except ValidationError:
            unusable.append(address)
        else:
            usable.append(address)
    return ", ".join(usable), [word for word in unusable if word]


def validate_addresses(text: str) -> None:
    """Raise ValidationError that names what in the text is no address."""
    if unusable := usable_addresses(text)[1]:
        raise ValidationError(_("This is no email address: %(words)s") % {"words": ", ".join(unusable)})
