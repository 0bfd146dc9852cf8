"""Reckon when jobs are due, in TIME_ZONE, and start each once, also when its time was missed."""

import logging
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from itertools import islice

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext

from accounts.zones import ZONES
from reconciliation.models import Schedule
from reconciliation.models.schedule import default_of

Start = Callable[[datetime], None]
"""Starts a job that was planned for that time, by writing to the database alone."""
LONGEST_DETAIL = 1000
log = logging.getLogger(__name__)


def all_schedules() -> list[Schedule]:
    """Return a schedule for every job; one that nobody has set yet has its default."""
    known = {schedule.job: schedule for schedule in Schedule.objects.all()}
    for job in Schedule.Job:
        if job not in known:
            known[job] = Schedule.objects.get_or_create(job=job, defaults=default_of(job))[0]
    return [known[job] for job in Schedule.Job]


def start_due(now: datetime, starts: Mapping[str, Start]) -> list[str]:
    """Start the jobs whose time has come, each once, and return which. A time that was missed counts once.

    A job is claimed in the transaction that starts it: one that raises is due again, and stops no other.
    """
    return [schedule.job for schedule in all_schedules() if _start(schedule, now, starts[schedule.job])]


def failing() -> QuerySet[Schedule]:
    """Return the jobs that could not be started when they last were to be."""
    return Schedule.objects.filter(is_on=True).exclude(failed_at=None)


def _start(schedule: Schedule, now: datetime, start: Start) -> bool:
    planned = last_time(schedule, now)
    mine = Schedule.objects.filter(pk=schedule.pk)
    try:
        with transaction.atomic():
            is_due = mine.filter(is_on=True, done_until__lt=planned)
            if not is_due.update(done_until=planned, failed_at=None, detail=""):
                return False
            start(planned)
    except Exception as error:  # whatever it is, the other jobs are started all the same
        log.exception("the job %s could not be started", schedule.job)
        mine.update(failed_at=now, detail=f"{type(error).__name__}: {error}"[:LONGEST_DETAIL])
        return False
    return True


def last_time(schedule: Schedule, now: datetime) -> datetime:
    """Return the last planned time up to now."""
    day = timezone.localdate(now)
    while (planned := _planned(schedule, day)) is None or planned > now:
        day -= timedelta(days=1)
    return planned


def next_times(schedule: Schedule, now: datetime, number: int = 3) -> list[datetime]:
    """Return the next planned times."""
    return list(islice(_times_after(schedule, now), number))


def in_words(schedule: Schedule) -> str:
    """Return when the job runs, as people say it."""
    if not schedule.is_on:
        return gettext("switched off")
    zone = str(ZONES.get(settings.TIME_ZONE) or gettext("time of %(zone)s") % {"zone": settings.TIME_ZONE})
    said = {"day": schedule.day, "at": f"{schedule.at:%H:%M}", "zone": zone}
    if schedule.day is None:
        return gettext("every day at %(at)s, %(zone)s") % said
    return gettext("on day %(day)s of each month at %(at)s, %(zone)s") % said


def _times_after(schedule: Schedule, now: datetime) -> Iterator[datetime]:
    day = timezone.localdate(now)
    while True:
        planned = _planned(schedule, day)
        if planned and planned > now:
            yield planned
        day += timedelta(days=1)


def _planned(schedule: Schedule, day: date) -> datetime | None:
    if schedule.day is not None and day.day != schedule.day:
        return None
    return timezone.make_aware(datetime.combine(day, schedule.at))
