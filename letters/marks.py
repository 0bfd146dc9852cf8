"""The mark by which a letter is known when it comes back: nobody can guess one."""

import base64
import re
import secrets
from itertools import islice
from urllib.parse import urlsplit

from django.conf import settings

# Letters of earlier versions bear a key and a signature.
MARK = re.compile(r"\b([a-z2-7]{24}|i?\d{1,12}-[0-9a-f]{12})\b")
MOST_MARKS = 100
"""Marks that are looked at in one text, which may be anybody's."""


def new_mark() -> str:
    """Return another mark: small letters and digits, which every mail server leaves as they are."""
    return base64.b32encode(secrets.token_bytes(15)).decode().lower()


def marks_in(text: str) -> list[str]:
    """Return what may be marks in a text, each once."""
    return list(dict.fromkeys(found[1] for found in islice(MARK.finditer(text.lower()), MOST_MARKS)))


def sender_of(mark: str) -> str:
    """Return the envelope's sender: its own for each letter, if there is a box for those that come back."""
    if not settings.BOUNCE_ADDRESS:
        return str(settings.DEFAULT_FROM_EMAIL)
    name, _, domain = settings.BOUNCE_ADDRESS.rpartition("@")
    return f"{name}+{mark}@{domain}"


def message_id(kind: str, mark: str) -> str:
    """Return the letter's id, the same at every attempt: a mail reader then shows one."""
    return f"<{kind}-{mark}@{urlsplit(settings.SITE_URL).hostname or 'localhost'}>"
