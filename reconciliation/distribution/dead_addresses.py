"""Which addresses take no letters: reports said so, and nobody has said otherwise since."""

from accounts.models import Counterparty
from reconciliation.models import Bounce

Dead = frozenset[tuple[int, str]]
"""Counterparties' keys with addresses, in small letters."""


def all_dead(company: Counterparty | None = None) -> Dead:
    """Return all of them, or those of one counterparty."""
    found = Bounce.objects.filter(settled_at=None, kind=Bounce.Kind.NO_ADDRESS)
    found = found.filter(counterparty=company) if company else found
    return frozenset(found.values_list("counterparty", "address"))


def working(company: Counterparty, dead: Dead) -> list[str]:
    """Return the addresses of a counterparty that letters go to."""
    return [each for each in company.addresses if (company.pk, each.lower()) not in dead]
