"""When what happens by itself."""

from datetime import time
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

LAST_DAY = 28
"""The last day that every month has."""


def default_of(job: str) -> dict[str, Any]:
    """Return when a job runs that nobody has set yet."""
    return {"day": 1, "at": time(6, 0)} if job == "month" else {}


class Schedule(models.Model):
    """One job, its time in TIME_ZONE, and up to when it has been started."""

    class Job(models.TextChoices):
        SYNC = "sync", _("Bring counterparties and balances in from 1C")
        MONTH = "month", _("Send the acts for the month before to everybody with a balance")

    job = models.CharField(_("what"), max_length=10, choices=Job.choices, primary_key=True)
    is_on = models.BooleanField(_("switched on"), default=True)
    day = models.PositiveSmallIntegerField(
        _("day"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(LAST_DAY)],
    )
    """Of the month; every day without one."""
    at = models.TimeField(_("time"), default=time(2, 0))
    done_until = models.DateTimeField(default=timezone.now, editable=False)
    """What was planned up to here has been started, or lay before the schedule was made."""
    failed_at = models.DateTimeField(_("could not be started at"), null=True, editable=False)
    """Cleared when it has been started; it is tried each minute until then."""
    detail = models.TextField(_("what stopped it"), blank=True, editable=False)

    class Meta:
        verbose_name = _("schedule")
        verbose_name_plural = _("schedules")
        ordering = ("job",)

    def __str__(self) -> str:
        return str(self.get_job_display())
