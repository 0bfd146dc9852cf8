"""Which addresses take no letters: reports said so, and nobody has said otherwise since."""

from collections.abc import Iterable

from accounts.models import Counterparty
from reconciliation.models import Bounce

Dead = frozenset[tuple[int, str]]
"""Counterparties' keys with addresses, in small letters."""


def dead() -> Dead:
    """Return all of them."""
    found = Bounce.objects.filter(settled_at=None, kind=Bounce.Kind.NO_ADDRESS)
    return frozenset(found.values_list("counterparty", "address"))


def working(company: Counterparty, known: Dead | None = None) -> list[str]:
    """Return the addresses of a counterparty that letters go to."""
    if known is None:
        of_it = Bounce.objects.filter(counterparty=company, settled_at=None, kind=Bounce.Kind.NO_ADDRESS)
        known = frozenset((company.pk, address) for address in of_it.values_list("address", flat=True))
    return _left(company, company.addresses, known)


def _left(company: Counterparty, addresses: Iterable[str], known: Dead) -> list[str]:
    return [each for each in addresses if (company.pk, each.lower()) not in known]
