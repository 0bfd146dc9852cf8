"""So many letters a minute to the mail server of one domain, whoever sends them."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Case, F, Value, When
from django.utils import timezone

from letters.errors import DomainFull
from letters.models import ReceivingDomain

MINUTE = timedelta(minutes=1)


def take_place(addresses: Iterable[str], most: int) -> None:
    """Count a letter to these addresses; raise DomainFull when it has to wait for a later minute.

    `most`: letters a minute; 0 for no limit. Who comes too late is told a minute for which, so far, no more
    are waiting than may go.
    """
    if not most:
        return
    minute = timezone.now().replace(second=0, microsecond=0)
    for domain in sorted({address.rpartition("@")[2].lower() for address in addresses}):
        if (place := _count(domain, minute)) > most:
            later = minute + MINUTE * ((place - 1) // most)
            raise DomainFull(domain, not_before=later.timestamp())


def _count(domain: str, minute: datetime) -> int:
    """Return how many have asked in this minute, this one counted."""
    with transaction.atomic():
        row, _is_new = ReceivingDomain.objects.get_or_create(domain=domain, defaults={"minute": minute})
        mine = ReceivingDomain.objects.filter(pk=row.pk)
        mine.update(asked=Case(When(minute=minute, then=F("asked") + 1), default=Value(1)), minute=minute)
        return mine.values_list("asked", flat=True).get()
