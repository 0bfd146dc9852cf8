"""Celery's entrances."""

import logging
from contextlib import suppress
from typing import Any

from celery import Task, shared_task
from django.utils import timezone
from kombu.exceptions import OperationalError

from reconciliation import connection_states, connections, error_reports, notices, schedules
from reconciliation.directory import importing, sync
from reconciliation.directory import runs as directory
from reconciliation.errors import PortalError
from reconciliation.http import Deadline
from reconciliation.models import ConnectionState, Schedule

TURN_SECONDS = 120.0
"""A task is over well before Celery's time limit; the next one goes on."""
log = logging.getLogger(__name__)


@shared_task  # type: ignore[untyped-decorator]  # Celery ships no types
def tell_accounting() -> None:
    """Send the letters about acts that do not balance that have not gone out yet."""
    notices.tell_accounting()


@shared_task  # type: ignore[untyped-decorator]
def start_due() -> None:
    """Start the jobs whose time has come; what was missed while nothing ran is caught up, once."""
    for job in schedules.claim_due(timezone.now()):
        if job == Schedule.Job.SYNC:
            directory.start_sync()
            enqueue(continue_runs)


@shared_task  # type: ignore[untyped-decorator]
def continue_runs() -> None:
    """Go on with the runs that wait for it: new ones, and those that a failure or a lost worker left."""
    connection_states.note_success(ConnectionState.Name.QUEUE)
    directory.give_up_old()
    for run in directory.due():
        with suppress(directory.RunBusy, PortalError):  # the run keeps what stopped it
            if run.kind == run.Kind.FILE:
                importing.advance(run, until=Deadline(TURN_SECONDS))
            else:
                sync.advance(run, client=connections.onec(), until=Deadline(TURN_SECONDS))
        if run.is_under_way and not run.problem:
            enqueue(continue_runs)


@shared_task  # type: ignore[untyped-decorator]
def clean_up() -> None:
    """Delete what need not be kept any longer."""
    error_reports.forget_old()


def enqueue(task: "Task[Any, Any]") -> None:
    """Start a task once the data is saved; without a broker beat's next round makes up for it."""
    try:
        task.delay_on_commit()
    except (OperationalError, OSError) as error:
        log.warning("%s waits for the next round: %s", task.name, type(error).__name__)
