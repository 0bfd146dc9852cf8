"""Runs as rows of the database: who works on one, how far it is, and how it ends.

A worker holds a run by a lease. One that dies leaves a lease that ends, and another goes on at the cursor.
"""

from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import User
from jobs import rows
from reconciliation.errors import PortalError
from reconciliation.models import DirectoryRun

WRITING_SECONDS = 30.0
"""What of a lease is for writing a page; the rest of it is ONEC_TIMEOUT."""
RESUMABLE = timedelta(hours=12)
"""How long a run can be gone on with; later its first pages are too old."""
State = DirectoryRun.State


class RunBusy(Exception):
    """Somebody else is at work on the run."""


def start_sync(*, by: User | None = None, marks_gone: bool = False) -> DirectoryRun:
    """Return the run through 1C's list that is to be worked on: an unfinished one, or a new one."""
    give_up_old()
    run = _unfinished()
    if run is None:
        try:
            with transaction.atomic():
                run = DirectoryRun.objects.create(started_by=by, marks_gone=marks_gone)
        except IntegrityError:  # somebody was faster by a moment
            return start_sync(by=by, marks_gone=marks_gone)
        return run
    DirectoryRun.objects.filter(pk=run.pk).update(
        state=State.UNDER_WAY, ended_at=None, attempts=0, next_try_at=timezone.now()
    )
    if marks_gone:
        DirectoryRun.objects.filter(pk=run.pk).update(marks_gone=True)
    run.refresh_from_db()
    return run


def new_dry_run(*, by: User | None = None) -> DirectoryRun:
    """Return a run that changes no counterparty; it is worked on at once or not at all."""
    return DirectoryRun.objects.create(started_by=by, is_dry_run=True)


def _unfinished() -> DirectoryRun | None:
    """Return the last run if it has not come to its end and is young enough to go on with."""
    last = DirectoryRun.objects.filter(kind=DirectoryRun.Kind.ONEC, is_dry_run=False).first()
    if last is None or last.state == State.FINISHED:
        return None
    return last if last.started_at > timezone.now() - RESUMABLE else None


def claim(run: DirectoryRun) -> None:
    """Take the run for this worker. Raises RunBusy when another has it, or when it has ended."""
    waiting = DirectoryRun.objects.filter(state=State.UNDER_WAY)
    if not rows.claim_row(run, waiting, _lease(), problem="", detail="", attempts=F("attempts") + 1):
        raise RunBusy


def hold(run: DirectoryRun) -> None:
    """Lock the run's row for this transaction and renew its lease. Raises RunBusy when another has it."""
    if not rows.held(run).select_for_update().filter(state=State.UNDER_WAY).exists():
        raise RunBusy
    run.leased_until = timezone.now() + _lease()


def _lease() -> timedelta:
    return timedelta(seconds=settings.ONEC_TIMEOUT + WRITING_SECONDS)


def release(run: DirectoryRun) -> None:
    """Let go of a run that is to be gone on with."""
    rows.release(run)
    run.refresh_from_db()


def put_off(run: DirectoryRun, error: PortalError) -> None:
    """Keep what stopped the run; it goes on later by itself if the error may pass, and ends otherwise."""
    if run.is_dry_run or not rows.put_off(run, error, until=run.started_at + RESUMABLE):
        rows.release(run, **rows.problem_of(error), state=State.FAILED, ended_at=timezone.now())
    run.refresh_from_db()


def finish(run: DirectoryRun) -> None:
    """End the run, in the transaction that writes its last page."""
    ended = {"state": State.FINISHED, "ended_at": timezone.now()}
    rows.release(run, **ended, counts=run.counts, problem="", detail="")
    run.refresh_from_db()


def give_up_old() -> None:
    """End the runs that nobody can go on with any more."""
    now = timezone.now()
    old = DirectoryRun.objects.filter(state=State.UNDER_WAY, started_at__lte=now - RESUMABLE)
    old.update(state=State.FAILED, ended_at=now)


def due() -> list[DirectoryRun]:
    """Return the runs that wait for somebody to go on with them."""
    waiting = DirectoryRun.objects.filter(rows.free(), state=State.UNDER_WAY, next_try_at__lte=timezone.now())
    # A dry run through 1C's list is a command's, which works on it itself.
    return list(waiting.exclude(kind=DirectoryRun.Kind.ONEC, is_dry_run=True))
