"""Reckon when jobs are due, in TIME_ZONE, and start each once, also when its time was missed."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import islice

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext

from accounts.zones import ZONES
from reconciliation.models import Schedule
from reconciliation.models.schedule import default_of


def all_schedules() -> list[Schedule]:
    """Return a schedule for every job; one that nobody has set yet has its default."""
    known = {schedule.job: schedule for schedule in Schedule.objects.all()}
    for job in Schedule.Job:
        if job not in known:
            known[job] = Schedule.objects.get_or_create(job=job, defaults=default_of(job))[0]
    return [known[job] for job in Schedule.Job]


def claim_due(now: datetime) -> dict[str, datetime]:
    """Return the jobs whose time has come, and that time, each to one caller only.

    A time that was missed counts once.
    """
    claimed = {}
    for schedule in all_schedules():
        planned = last_time(schedule, now)
        waiting = Schedule.objects.filter(pk=schedule.pk, is_on=True, done_until__lt=planned)
        if waiting.update(done_until=planned):
            claimed[schedule.job] = planned
    return claimed


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
