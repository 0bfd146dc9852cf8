"""When letters to very many may go out: on working days between two hours, in TIME_ZONE."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone

DAY = timedelta(days=1)


@dataclass(frozen=True)
class SendingHours:
    """Two hours of each working day.

    `working_day` gives the day itself, or the next one on which people work.
    """

    opens: time
    closes: time
    working_day: Callable[[date], date]

    def opens_at(self, moment: datetime) -> datetime:
        """Return when from then on letters may go out first: the moment itself when they may."""
        local = timezone.localtime(moment)
        is_over = local.time() >= self.closes
        day = self.working_day(local.date() + DAY * is_over)
        return max(moment, _at(day, self.opens))

    def closes_at(self, moment: datetime) -> datetime:
        """Return when the hours end that are open at that moment or come next."""
        return _at(timezone.localdate(self.opens_at(moment)), self.closes)


def _at(day: date, hour: time) -> datetime:
    return timezone.make_aware(datetime.combine(day, hour))
