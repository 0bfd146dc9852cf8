"""The mark by which a letter is known when it comes back: nobody but the portal can make one."""

import re

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

SALT = "reconciliation.letters"
LENGTH = 12
FORM = re.compile(r"\b(\d{1,12})-([0-9a-f]{12})\b")


def mark_of(step: int) -> str:
    """Return the mark of a letter, by its step's key."""
    return f"{step}-{_sign(step)}"


def steps_in(text: str) -> list[int]:
    """Return the keys of the steps whose marks stand in a text; forged ones are none."""
    found = FORM.findall(text.lower())
    return [int(step) for step, sign in found if constant_time_compare(sign, _sign(int(step)))]


def sender_of(step: int) -> str:
    """Return the envelope's sender: its own for each letter, if there is a box for those that come back."""
    if not settings.BOUNCE_ADDRESS:
        return str(settings.DEFAULT_FROM_EMAIL)
    name, _, domain = settings.BOUNCE_ADDRESS.rpartition("@")
    return f"{name}+{mark_of(step)}@{domain}"


def _sign(step: int) -> str:
    return salted_hmac(SALT, str(step), algorithm="sha256").hexdigest()[:LENGTH]
