"""The secrets of second factors as they are kept: of apps, and of recovery codes."""

from collections.abc import Callable
from typing import Any

from accounts import encryption

TEXTS = ("secret", "seed")
LISTS = ("migrated_codes",)
"""Where allauth keeps them in an authenticator's data; passkeys have none: theirs stays on the device."""


def encrypt(text: str) -> str:
    return encryption.encrypt(text, encryption.SECOND_FACTORS)


def decrypt(text: str) -> str:
    """Return a secret. Raises encryption.WrongKey."""
    return encryption.decrypt(text, encryption.SECOND_FACTORS)


def changed(data: dict[str, Any], change: Callable[[str], str]) -> dict[str, Any]:
    """Return an authenticator's data with each of its secrets changed."""
    texts = {name: change(data[name]) for name in TEXTS if data.get(name)}
    lists = {name: [change(each) for each in data[name]] for name in LISTS if data.get(name)}
    return data | texts | lists
