"""When letters of the month may go out: always, or on working days between two hours, in TIME_ZONE."""

from datetime import date, datetime, time

from django.utils import timezone

from accounts.models import OrganizationSettings
from reconciliation import working_days


def opens_at(moment: datetime) -> datetime:
    """Return when from then on letters may go out first: the moment itself when they may."""
    settings = OrganizationSettings.load()
    if not settings.letters_wait:
        return moment
    local = timezone.localtime(moment)
    is_over = local.time() >= settings.letters_until
    day = working_days.after(local.date() + working_days.DAY * is_over, 0)
    return max(moment, _at(day, settings.letters_from))


def closes_at(moment: datetime) -> datetime:
    """Return when the hours end that are open at that moment or come next; the moment itself without any."""
    settings = OrganizationSettings.load()
    if not settings.letters_wait:
        return moment
    return _at(timezone.localdate(opens_at(moment)), settings.letters_until)


def closed_until() -> datetime | None:
    """Return until when letters have to wait; None when they may go out now."""
    opens = opens_at(now := timezone.now())
    return opens if opens > now else None


def _at(day: date, hour: time) -> datetime:
    return timezone.make_aware(datetime.combine(day, hour))
