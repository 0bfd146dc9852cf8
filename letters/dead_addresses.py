"""Which addresses take no letters: reports said so, and nobody has said otherwise since."""

from collections.abc import Iterable

from letters.models import Bounce

Dead = frozenset[str]
"""Addresses in small letters."""


def all_dead() -> Dead:
    """Return all of them."""
    found = Bounce.objects.filter(settled_at=None, kind=Bounce.Kind.NO_ADDRESS)
    return frozenset(found.values_list("address", flat=True))


def working(addresses: Iterable[str], dead: Dead) -> list[str]:
    """Return those of the addresses that letters go to."""
    return [each for each in addresses if each.lower() not in dead]
