"""Email addresses in the one form in which they are kept and looked up."""

import re
import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from typing import Final

import idna
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.utils.translation import gettext_lazy as _

IN_BRACKETS: Final = re.compile(r"((?:\"[^\"<>]*\"|«[^«»<>]*»|[^,;<>\n])*)<([^<>]*)>")
"""A name, which may be quoted and hold commas, and an address in angle brackets."""
REMARK: Final = re.compile(r"\([^()@]*\)")
_is_valid = EmailValidator()


def canonical_email(email: str) -> str:
    """Return the address in small letters, its domain as people read it and without a last dot.

    A browser sends «buh@ромашка.рф» as "buh@xn--80aa3agjl3d.xn--p1ai"; accounting types either.
    """
    local, at, domain = email.strip().rpartition("@")
    domain = domain.rstrip(".")
    if not domain.isascii() or "xn--" in domain.lower():
        with suppress(idna.IDNAError):  # no domain at all: the form says so
            domain = idna.decode(domain, uts46=True)
    return f"{local}{at}{domain}".lower()


def canonical_addresses(text: str) -> str:
    """Return the addresses in a text, each once, parted by ", ", and with them what is no address.

    Names of people are dropped: «Анна <anna@x.ru>», «"Бухгалтерия, ООО" <q@x.ru>», «mailto:buh@x.ru».
    """
    return ", ".join(dict.fromkeys(canonical_email(word) for word in _words(text)))


def usable_addresses(text: str) -> tuple[str, list[str]]:
    """Return a text's addresses that letters can be sent to, as one text, and the words that are none."""
    usable: list[str] = []
    unusable: list[str] = []
    for address in canonical_addresses(text).split(", "):
        try:
            _is_valid(address)
        except ValidationError:
            unusable.append(address)
        else:
            (unusable if is_mixed(address) else usable).append(address)
    return ", ".join(usable), [word for word in unusable if word]


def is_mixed(address: str) -> bool:
    """Return whether a part of the address has letters of two alphabets: one that looks like another's."""
    return any(len(_scripts(part)) > 1 for part in re.split(r"[.@_+-]", address))


def validate_addresses(text: str) -> None:
    """Raise ValidationError that names what in the text is no address."""
    unusable = usable_addresses(text)[1]
    mixed = [word for word in unusable if "@" in word and is_mixed(word)]
    if mixed:
        raise ValidationError(
            _("Letters of two alphabets in one word, as Cyrillic с among Latin ones: %(words)s")
            % {"words": ", ".join(mixed)}
        )
    if unusable:
        raise ValidationError(_("This is no email address: %(words)s") % {"words": ", ".join(unusable)})


def _words(text: str) -> Iterator[str]:
    """Yield the addresses of a text and whatever else is neither a name beside one nor a separator."""
    rest = IN_BRACKETS.sub(_without_name, text) if "<" in text else text
    for word in re.split(r"[\s,;|]+", REMARK.sub(" ", rest)):
        bare = re.sub(r"^mailto:|\?.*$", "", word.strip("\"'«»“”<>()"), flags=re.IGNORECASE)
        parts = bare.split("/") if bare.count("@") > 1 else [bare]
        yield from filter(None, (part.strip("\"'«»“”:") for part in parts))


def _without_name(found: re.Match[str]) -> str:
    """Return the address in brackets, and what of the name before it is an address, too."""
    return " ".join(["", *(word for word in found[1].split() if "@" in word), found[2], ""])


def _scripts(part: str) -> set[str]:
    return {unicodedata.name(letter, "").partition(" ")[0] for letter in part if letter.isalpha()}
