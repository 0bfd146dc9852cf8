"""Rows that one worker at a time works on: held by a lease, free again when it has ended."""

import secrets
from datetime import datetime
from typing import Any

from django.db.models import Model, Q, QuerySet
from django.utils import timezone


def free() -> Q:
    """Return the condition of rows that nobody holds now."""
    return Q(leased_until=None) | Q(leased_until__lt=timezone.now())


def claim(row: Model, waiting: QuerySet[Any], until: datetime, **fields: object) -> bool:
    """Take the row for a new worker if it is one of those that wait; the row is read again either way."""
    mine = waiting.filter(free(), pk=row.pk)
    claimed = mine.update(worker=secrets.token_hex(8), leased_until=until, **fields)
    row.refresh_from_db()
    return bool(claimed)
