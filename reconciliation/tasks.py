"""Celery's entrances."""

import logging
from typing import Any

from celery import Task, shared_task
from kombu.exceptions import OperationalError

from reconciliation import notices

log = logging.getLogger(__name__)


@shared_task  # type: ignore[untyped-decorator]  # Celery ships no types
def tell_accounting() -> None:
    """Send the letters about acts that do not balance that have not gone out yet."""
    notices.tell_accounting()


def enqueue(task: "Task[Any, Any]") -> None:
    """Start a task once the data is saved; without a broker beat's next round makes up for it."""
    try:
        task.delay_on_commit()
    except (OperationalError, OSError) as error:
        log.warning("%s waits for the next round: %s", task.name, type(error).__name__)
