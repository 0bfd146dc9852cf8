"""Beat's schedules from the database; one that cannot be computed does not stop the others."""

import logging
from typing import Any

from django_celery_beat.schedulers import DatabaseScheduler, ModelEntry

log = logging.getLogger(__name__)


class TolerantEntry(ModelEntry):  # type: ignore[misc]  # the library ships no types
    """A schedule of the database, such as a sunrise that nobody can compute here."""

    def __init__(self, model: Any, app: Any = None) -> None:
        try:
            super().__init__(model, app=app)
        except Exception as error:  # whatever it is, one row must not stop the others
            log.error("the schedule %s cannot be computed and is passed over: %r", model.name, error)
            # What the scheduler passes over.
            raise ValueError(model.name) from error


class TolerantScheduler(DatabaseScheduler):  # type: ignore[misc]  # the library ships no types
    """The scheduler of `celery beat`."""

    Entry = TolerantEntry
