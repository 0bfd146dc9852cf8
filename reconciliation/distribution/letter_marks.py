"""The mark by which a letter is known when it comes back: nobody but the portal can make one."""

import re
from itertools import islice
from typing import Literal

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

SALT = "reconciliation.letters"
LENGTH = 12
MOST = 100
"""Marks that are looked at in one text, which may be anybody's."""
Kind = Literal["", "i"]
"""Of a letter of the month, by its step's key; of an invitation, by its letter's."""
FORMS: dict[Kind, re.Pattern[str]] = {
    "": re.compile(r"\b(\d{1,12})-([0-9a-f]{12})\b"),
    "i": re.compile(r"\bi(\d{1,12})-([0-9a-f]{12})\b"),
}


def mark_of(key: int, kind: Kind = "") -> str:
    """Return the mark of a letter."""
    return f"{kind}{key}-{_sign(key, kind)}"


def keys_in(text: str, kind: Kind = "") -> list[int]:
    """Return the keys of the letters of a kind whose marks stand in a text; forged ones are none."""
    found = dict.fromkeys(each.groups() for each in islice(FORMS[kind].finditer(text.lower()), MOST))
    return [int(key) for key, sign in found if constant_time_compare(sign, _sign(int(key), kind))]


def sender_of(key: int, kind: Kind = "") -> str:
    """Return the envelope's sender: its own for each letter, if there is a box for those that come back."""
    if not settings.BOUNCE_ADDRESS:
        return str(settings.DEFAULT_FROM_EMAIL)
    name, _, domain = settings.BOUNCE_ADDRESS.rpartition("@")
    return f"{name}+{mark_of(key, kind)}@{domain}"


def _sign(key: int, kind: Kind) -> str:
    return salted_hmac(SALT, f"{kind}{key}", algorithm="sha256").hexdigest()[:LENGTH]
