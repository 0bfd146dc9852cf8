"""Which addresses take no letters: two reports on two days said so, or a person, and nobody otherwise since.

One report alone may be a mistake of a mail server, or forged by whoever got the letter.
"""

from collections import defaultdict
from collections.abc import Iterable

from django.utils import timezone

from letters.models import Bounce

Dead = frozenset[str]
"""Addresses in small letters."""
DAYS = 2


def all_dead() -> Dead:
    """Return all of them."""
    found = Bounce.objects.filter(settled_at=None, kind=Bounce.Kind.NO_ADDRESS)
    days, dead = defaultdict(set), set()
    for bounce in found.only("address", "status", "received_at", "declared_dead_at"):
        if bounce.declared_dead_at:
            dead.add(bounce.address)
        elif bounce.status.startswith("5."):
            days[bounce.address].add(timezone.localtime(bounce.received_at).date())
    return frozenset(dead | {address for address, on in days.items() if len(on) >= DAYS})


def working(addresses: Iterable[str], dead: Dead) -> list[str]:
    """Return those of the addresses that letters go to."""
    return [each for each in addresses if each.lower() not in dead]
