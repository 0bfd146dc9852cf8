"""Rows that one worker at a time works on: claimed, held by a lease, put off, given back, swept up.

A worker claims a row by a conditional UPDATE; its token and its lease stand on it until the work is over.
What ends the work says whose it was: a row that another has taken over meanwhile is not written.
"""

import secrets
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.db import connection, models, transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from jobs import pauses
from jobs.errors import PortalError
from jobs.fault_points import fault_point

LONGEST_DETAIL = 1000
ONE_LESS = Greatest(F("attempts") - 1, 0)
"""The attempts of work that was not begun, or met only our own queue; progress may have set them to 0."""


class Leased(models.Model):
    """A row that one worker at a time may hold."""

    worker = models.CharField(max_length=32, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    """Until then it is that worker's; afterwards anybody may take it over."""

    class Meta:
        abstract = True


class Job(Leased):
    """Work that is tried again when what stopped it may pass."""

    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_try_at = models.DateTimeField(_("next attempt"), default=timezone.now)
    failing_since = models.DateTimeField(null=True, blank=True)
    """When it was first put off for something that may pass, since it was to be done."""
    problem = models.CharField(max_length=100, blank=True)
    """What stopped it last, by the error's kind."""
    detail = models.TextField(blank=True)

    class Meta:
        abstract = True


L = TypeVar("L", bound=Leased)


def free() -> Q:
    """Return the condition of rows that nobody holds now."""
    return Q(leased_until=None) | Q(leased_until__lt=timezone.now())


def claim(
    waiting: QuerySet[L], most: int, lease: timedelta, *, whole: QuerySet[L] | None = None, **fields: object
) -> list[L]:
    """Take up to so many of the jobs that wait and are due, those that are due longest first.

    `waiting`: without a join. `whole`: how they are read once they are taken. Each goes to one worker only.
    """
    now, worker = timezone.now(), secrets.token_hex(8)
    due = waiting.filter(free(), next_try_at__lte=now)
    rows = due.order_by("next_try_at", "pk")
    with transaction.atomic():
        if connection.features.has_select_for_update_skip_locked:
            rows = rows.select_for_update(skip_locked=True, of=("self",))
        found = list(rows.values_list("pk", flat=True)[:most])
        if not found:
            return []
        claimed = {"worker": worker, "leased_until": now + lease, "attempts": F("attempts") + 1}
        _all(waiting.model).filter(free(), pk__in=found).update(**claimed | fields)
    fault_point("jobs.claimed")
    taken = _all(waiting.model) if whole is None else whole
    return list(taken.filter(pk__in=found, worker=worker).order_by("pk"))


def claim_row(row: L, waiting: QuerySet[L], lease: timedelta, **fields: object) -> bool:
    """Take this row if it is one of those that wait; it is read again either way."""
    mine = waiting.filter(free(), pk=row.pk)
    claimed = mine.update(worker=secrets.token_hex(8), leased_until=timezone.now() + lease, **fields)
    row.refresh_from_db()
    return bool(claimed)


def held(row: L) -> QuerySet[L]:
    """Return the row as long as it is this worker's."""
    all_of_it = _all(type(row))
    return all_of_it.filter(pk=row.pk, worker=row.worker) if row.worker else all_of_it.none()


def extend(row: Leased, lease: timedelta, **fields: object) -> bool:
    """Write the fields and hold the row for longer; False when it is not this worker's any more."""
    return bool(held(row).update(**{"leased_until": timezone.now() + lease} | fields))


def release(row: Leased, **fields: object) -> bool:
    """Write the fields and let the row go; False when it is not this worker's any more."""
    fault_point("jobs.release")
    return bool(held(row).update(**{"worker": "", "leased_until": None} | fields))


def put_back(row: Job, **fields: object) -> bool:
    """Give back a job that was not begun."""
    return release(row, **{"attempts": ONE_LESS, "next_try_at": timezone.now()} | fields)


def put_off(row: Job, error: PortalError, *, until: datetime, **fields: object) -> bool:
    """Keep what went wrong and let the job wait; False when it is to be ended: no later try is of any use."""
    again = pauses.next_try(error, row.attempts)
    if again is None or again > until:
        return False
    attempts = F("attempts") if error.costs_attempt else ONE_LESS
    since = Coalesce("failing_since", timezone.now())
    waits = {"next_try_at": again, "attempts": attempts, "failing_since": since}
    release(row, **waits | problem_of(error) | fields)
    return True


def sweep(left: QuerySet[L], **fields: object) -> int:
    """Let go of what workers that died have left; return how many rows that were."""
    dead = left.filter(leased_until__lt=timezone.now())
    return dead.update(**{"worker": "", "leased_until": None} | fields)


def _all(model: type[L]) -> QuerySet[L]:
    return model._base_manager.all()  # noqa: SLF001  # Django's own way to a model's rows


def problem_of(error: PortalError) -> dict[str, Any]:
    """Return the fields that say what went wrong."""
    return {"problem": error.kind, "detail": error.detail[:LONGEST_DETAIL]}
