"""Celery's entrances.

What works on a month is imported when it is wanted: the pages, which only enqueue, do without its libraries.
"""

import logging
from contextlib import suppress
from datetime import datetime
from typing import Any

from celery import Task, shared_task
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from accounts.models import OrganizationSettings
from jobs.deadline import Deadline
from letters import sending
from reconciliation import connections
from reconciliation.acts import discrepancy_letters
from reconciliation.counterparties import sync
from reconciliation.counterparties import update_runs as directory
from reconciliation.counterparties.files import importing
from reconciliation.errors import PortalError
from reconciliation.models import ConnectionState, DistributionRun, MonthPreview, Schedule
from reconciliation.monitoring import connection_states, error_reports
from reconciliation.months import runs as months
from reconciliation.months.previews import preparing as previews
from reconciliation.schedules import starting
from reconciliation.timelines import keeping

TURN_SECONDS = 120.0
"""A task is over well before Celery's time limit; the next one goes on."""
MONTH_TURNS = 4
"""So many workers are asked to work on a month at once."""
SOON_SECONDS = 60.0
"""What is to be done by then is not left to beat's next round: letters wait for the next minute."""
log = logging.getLogger(__name__)


@shared_task  # type: ignore[untyped-decorator]  # Celery ships no types
def tell_accounting() -> None:
    """Send the letters about acts that do not balance that have not gone out yet."""
    discrepancy_letters.tell_accounting()


@shared_task  # type: ignore[untyped-decorator]  # Celery ships no types
def start_due() -> None:
    """Start the jobs whose time has come; what was missed while nothing ran is caught up, once."""
    starts: dict[str, starting.Start] = {Schedule.Job.SYNC: _start_sync, Schedule.Job.MONTH: _start_month}
    starting.start_due(timezone.now(), starts)


def _start_sync(_planned: datetime) -> None:
    directory.start_sync()
    enqueue(continue_runs)


def _start_month(planned: datetime) -> None:
    month = months.month_before(timezone.localdate(planned))
    if OrganizationSettings.load().needs_approval:
        previews.start(month, purpose=previews.Purpose.APPROVAL)
        enqueue(continue_previews)
    else:
        months.start(month)
        enqueue(continue_months)


@shared_task  # type: ignore[untyped-decorator]  # Celery ships no types
def continue_runs() -> None:
    """Go on with the runs that wait for it: new ones, and those that a failure or a lost worker left."""
    connection_states.note_success(ConnectionState.Name.QUEUE)
    directory.give_up_old()
    for run in directory.due():
        try:
            if run.kind == run.Kind.FILE:
                importing.advance(run, until=Deadline(TURN_SECONDS))
            else:
                sync.advance(run, client=connections.onec(), until=Deadline(TURN_SECONDS))
        except (directory.RunBusy, PortalError):
            pass  # the run keeps what stopped it
        except Exception:  # a fault of ours in one run, which keeps it, stops no other
            log.exception("an update of counterparties failed")
        if run.is_under_way and not run.problem:
            enqueue(continue_runs)


@shared_task  # type: ignore[untyped-decorator]  # Celery ships no types
def continue_months() -> None:
    """Have workers go on with the months that nobody is at work on, and tell accounting of closed ones."""
    from reconciliation.months import summary

    for run in months.due():
        for _turn in range(MONTH_TURNS):
            enqueue(work_on_month, run.pk)
    for run in months.untold():
        summary.tell(run)


@shared_task  # type: ignore[untyped-decorator]  # Celery ships no types
def work_on_month(number: int) -> None:
    """Work on a month for a while; whoever closes it tells accounting."""
    from reconciliation.months import summary, work

    run = DistributionRun.objects.get(pk=number)
    work.turn(run, until=Deadline(TURN_SECONDS))
    if (at := months.next_at(run)) is not None:
        wait = (at - timezone.now()).total_seconds()
        if wait < SOON_SECONDS:
            enqueue(work_on_month, number, after=max(wait, 0.0))
    elif run.state != months.State.UNDER_WAY:
        summary.tell(run)


@shared_task  # type: ignore[untyped-decorator]  # Celery ships no types
def continue_previews() -> None:
    """Make the preview that goes ahead of the month, go on with those under way, send what is ready."""
    previews.start_ahead(timezone.now())
    for preview in previews.due():
        enqueue(work_on_preview, preview.pk)
    for preview in previews.untold():
        enqueue(tell_of_preview, preview.pk)


@shared_task  # type: ignore[untyped-decorator]  # Celery ships no types
def work_on_preview(number: int) -> None:
    """Work on a preview for a while."""
    from reconciliation.months.previews import building

    preview = MonthPreview.objects.get(pk=number)
    if building.advance(preview, client=connections.onec(), until=Deadline(TURN_SECONDS)):
        enqueue(work_on_preview, number)
    elif preview.state not in previews.OPEN and preview.purpose != previews.Purpose.PERSON:
        enqueue(tell_of_preview, number)


@shared_task  # type: ignore[untyped-decorator]  # Celery ships no types
def tell_of_preview(number: int) -> None:
    """Send a preview by email, once."""
    from reconciliation.months.previews import notice

    notice.tell(MonthPreview.objects.get(pk=number))


@shared_task  # type: ignore[untyped-decorator]  # Celery ships no types
def send_letters() -> None:
    """Send the letters that wait."""
    if sending.send_waiting(connections.letter_rules(), Deadline(TURN_SECONDS)):
        enqueue(send_letters)


@shared_task  # type: ignore[untyped-decorator]  # Celery ships no types
def read_bounces() -> None:
    """Note the letters that came back, and tell their managers."""
    from reconciliation.months import bounce_tasks

    if settings.BOUNCE_IMAP_URL:
        with suppress(PortalError):  # the first page shows what stopped it
            connections.read_bounces(Deadline(TURN_SECONDS))
    bounce_tasks.tell_managers()


@shared_task  # type: ignore[untyped-decorator]  # Celery ships no types
def clean_up() -> None:
    """Delete what need not be kept any longer."""
    error_reports.forget_old()
    previews.forget_old()
    keeping.forget_old()


def enqueue(task: "Task[Any, Any]", *arguments: int, after: float = 0.0) -> None:
    """Start a task once the data is saved, or later; without a broker beat's next round makes up for it."""

    def send() -> None:
        try:
            task.apply_async(arguments, countdown=after or None)
        except (OperationalError, OSError) as error:
            log.warning("%s waits for the next round: %s", task.name, type(error).__name__)

    transaction.on_commit(send)
