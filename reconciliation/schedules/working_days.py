"""The organization's working days, by the production calendar of its country.

The library is imported when it is wanted: processes that print acts do without it.
"""

from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from accounts.models import OrganizationSettings

if TYPE_CHECKING:
    from holidays import HolidayBase

DAY = timedelta(days=1)


def is_working(day: date) -> bool:
    """Whether people work on this day: moved holidays and Saturdays that are worked count."""
    return _calendar(OrganizationSettings.load().calendar, day.year).is_working_day(day)


def after(day: date, days: int, calendar: str = "") -> date:
    """Return the day so many working days later; the day itself, or the next working one, for none.

    `calendar`: a country's; the organization's unless one is given.
    """
    calendar = calendar or OrganizationSettings.load().calendar
    while days > 0 or not _calendar(calendar, day.year).is_working_day(day):
        day += DAY
        days -= _calendar(calendar, day.year).is_working_day(day)
    return day


@lru_cache(maxsize=32)
def _calendar(country: str, year: int) -> "HolidayBase":
    """Return a year of a calendar, complete: one that fills itself when asked is not safe for threads."""
    from holidays import country_holidays

    return country_holidays(country, years=year, expand=False)
