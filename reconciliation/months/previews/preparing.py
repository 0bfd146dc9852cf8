"""Previews as rows: made, worked on by one worker at a time, approved once."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from accounts.guids import canonical_guid
from accounts.models import OrganizationSettings, User
from jobs import rows
from reconciliation.models import DistributionRun, MonthPreview, Schedule
from reconciliation.months import runs
from reconciliation.schedules import starting

State, Purpose = MonthPreview.State, MonthPreview.Purpose
OPEN = (State.READING, State.CHECKING)
WRITING = timedelta(seconds=60)
"""What of a lease is for asking Bitrix24 and writing; the rest of it is ONEC_TIMEOUT."""
KEPT = timedelta(days=100)


def start(
    month: date, *, by: User | None = None, purpose: str = Purpose.PERSON, only: Sequence[str] = ()
) -> MonthPreview:
    """Return a new preview of the month; one that is made by itself is made once."""
    guids = sorted({canonical_guid(guid) for guid in only})
    fields = {"organization": runs.organization(), "month": month, "purpose": purpose}
    try:
        with transaction.atomic():
            return MonthPreview.objects.create(**fields, made_by=by, only=guids)
    except IntegrityError:
        return MonthPreview.objects.get(**fields)


def start_ahead(now: datetime) -> None:
    """Make the preview that accounting is sent some days before the month goes out."""
    days = OrganizationSettings.load().preview_days
    schedule = Schedule.objects.filter(job=Schedule.Job.MONTH, is_on=True).first()
    if not days or schedule is None:
        return
    planned = starting.next_times(schedule, now, 1)[0]
    if now < planned - timedelta(days=days):
        return
    month = runs.month_before(timezone.localdate(planned))
    if not MonthPreview.objects.filter(
        organization=runs.organization(), month=month, purpose=Purpose.AHEAD
    ).exists():
        start(month, purpose=Purpose.AHEAD)


def untold() -> list[MonthPreview]:
    """Return the previews that are to be sent by email and have not been."""
    ended = MonthPreview.objects.exclude(purpose=Purpose.PERSON).exclude(state__in=OPEN)
    return list(ended.filter(told_at=None))


def newest(month: date) -> MonthPreview | None:
    """Return the month's last preview of everybody that is not a failure."""
    found = MonthPreview.objects.filter(organization=runs.organization(), month=month, only=[])
    return found.exclude(state=State.FAILED).order_by("-pk").first()


def approve(preview: MonthPreview, by: User) -> DistributionRun | None:
    """Start the month that a person has seen; None when it cannot be approved any more."""
    if not can_be_approved(preview):
        return None
    now = timezone.now()
    mine = MonthPreview.objects.filter(pk=preview.pk, approved_at=None)
    with transaction.atomic():
        if not mine.update(approved_at=now, approved_by=by):
            return None
        return runs.start(preview.month, by=by, only=preview.only)


def can_be_approved(preview: MonthPreview) -> bool:
    """Whether the month is over and not begun but for a few, and there is no later preview to look at."""
    if preview.state not in (State.READY, State.CHECKING) or preview.approved_at:
        return False
    run = runs.find(preview.month)
    if not runs.is_over(preview.month) or (run and not run.only):
        return False
    latest = newest(preview.month)
    return bool(preview.only) or latest is None or latest.pk == preview.pk


def claim(preview: MonthPreview) -> bool:
    """Take the preview for this worker; False when another has it, or it is done."""
    waiting = MonthPreview.objects.filter(state__in=OPEN, next_try_at__lte=timezone.now())
    return rows.claim_row(preview, waiting, _lease(), attempts=F("attempts") + 1)


def hold(preview: MonthPreview, **fields: object) -> bool:
    """Write the fields and renew the lease; False when another worker has the preview."""
    return rows.extend(preview, _lease(), attempts=0, **fields)


def release(preview: MonthPreview, **fields: object) -> None:
    """Let go of the preview, with these fields; one that has ended says when."""
    ended = {"ended_at": timezone.now()} if fields.get("state") in (State.READY, State.FAILED) else {}
    rows.release(preview, **ended, **fields)
    preview.refresh_from_db()


def due() -> list[MonthPreview]:
    """Return the previews that wait for somebody to go on with them."""
    now = timezone.now()
    return list(MonthPreview.objects.filter(rows.free(), state__in=OPEN, next_try_at__lte=now))


def forget_old() -> None:
    """Delete previews that nobody will look at any more; what was approved is kept, without its lines."""
    old = MonthPreview.objects.filter(started_at__lt=timezone.now() - KEPT)
    old.filter(approved_at=None).delete()
    for preview in old:
        preview.lines.all().delete()


def _lease() -> timedelta:
    return timedelta(seconds=settings.ONEC_TIMEOUT) + WRITING
