"""The days that an act covers, and which periods a person may ask for."""

from dataclasses import dataclass
from datetime import date, timedelta

EARLIEST = date(2000, 1, 1)
LONGEST_YEARS = 5


class PeriodError(ValueError):
    """A period that nobody may ask for; a class a reason."""


class PeriodReversed(PeriodError):
    """The first day is after the last."""


class PeriodTooEarly(PeriodError):
    """The first day is before 2000."""


class PeriodInFuture(PeriodError):
    """The last day is after today."""


class PeriodTooLong(PeriodError):
    """More than five years."""


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """Days from `start` to `end`, both included."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.start > self.end:
            raise PeriodReversed

    def __contains__(self, day: date) -> bool:
        return self.start <= day <= self.end

    @classmethod
    def allowed(cls, start: date, end: date, *, today: date) -> "Period":
        """Return the period if a person may ask for it.

        Raises PeriodReversed, PeriodTooEarly, PeriodInFuture or PeriodTooLong.
        """
        period = cls(start, end)
        if start < EARLIEST:
            raise PeriodTooEarly
        if end > today:
            raise PeriodInFuture
        if end >= _years_later(start, LONGEST_YEARS):
            raise PeriodTooLong
        return period


def _years_later(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return date(day.year + years, 3, 1)


def month_of(day: date) -> Period:
    """Return the whole calendar month that holds `day`."""
    start = day.replace(day=1)
    return Period(start, (start + timedelta(days=31)).replace(day=1) - timedelta(days=1))
