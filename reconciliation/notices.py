"""Tells accounting what needs a person. Each letter once, whatever fails in between."""

import logging
from datetime import timedelta

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from reconciliation import emails
from reconciliation.models import Discrepancy

log = logging.getLogger(__name__)

STUCK_AFTER = timedelta(minutes=30)


def tell_accounting() -> None:
    """Send a letter for each open discrepancy of which accounting has not been told.

    A row is claimed by a conditional UPDATE before its letter goes out, so that two workers never
    send the same one. A claim whose sender died is taken over after half an hour.
    """
    free = Q(telling_since=None) | Q(telling_since__lt=timezone.now() - STUCK_AFTER)
    waiting = Discrepancy.objects.filter(free, told_at=None, resolved_at=None)
    for entry in waiting.select_related("counterparty"):
        if Discrepancy.objects.filter(free, pk=entry.pk, told_at=None).update(telling_since=timezone.now()):
            _send(entry)


def _send(entry: Discrepancy) -> None:
    row = Discrepancy.objects.filter(pk=entry.pk)
    try:
        sent = emails.send_discrepancy(entry)
    except OSError as error:
        log.warning("accounting was not told of %s: %s", entry.pk, type(error).__name__)
        sent = False
    if sent:
        row.update(told_at=timezone.now(), told_to=settings.ACCOUNTING_EMAIL)
    else:
        row.update(telling_since=None)
