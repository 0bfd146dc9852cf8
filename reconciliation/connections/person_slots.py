"""How much one login may have 1C do at once: whoever asks for more leaves the others their turn."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.cache import cache

from accounts.models import User
from reconciliation.errors import TooManyAtOnce

AT_ONCE = 2
LEASE_SECONDS = 60
"""A process that died frees its slot by then."""


@contextmanager
def slot(user: User) -> Iterator[None]:
    """Hold one of a login's slots; raise TooManyAtOnce when none is free."""
    token = secrets.token_hex(8)
    keys = (f"asks-1c:{user.pk}:{number}" for number in range(AT_ONCE))
    held = next((key for key in keys if cache.add(key, token, LEASE_SECONDS)), None)
    if held is None:
        raise TooManyAtOnce(f"{AT_ONCE} requests of {user.pk} are with 1C")
    try:
        yield
    finally:
        if cache.get(held) == token:
            cache.delete(held)
