"""How many acts one login may have made at once for a counterparty."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.cache import cache

from accounts.models import Counterparty, User
from reconciliation.errors import TooManyAtOnce

AT_ONCE = 2
LEASE_SECONDS = 60
"""A process that died frees its slot by then."""


@contextmanager
def request_slot(user: User, counterparty: Counterparty) -> Iterator[None]:
    """Hold one of the slots that a login has for a counterparty; raise TooManyAtOnce when none is free."""
    token = secrets.token_hex(8)
    keys = (f"making:{user.pk}:{counterparty.pk}:{number}" for number in range(AT_ONCE))
    held = next((key for key in keys if cache.add(key, token, LEASE_SECONDS)), None)
    if held is None:
        raise TooManyAtOnce(f"{AT_ONCE} acts are being made for {user.pk} and {counterparty.pk}")
    try:
        yield
    finally:
        if cache.get(held) == token:
            cache.delete(held)
