"""Dates as 1C services send them, and the one reading that all dates of an answer have.

Some services write local times with a needless Z, others turn local midnight into UTC, which falls on the
day before. Both look alike in a single date, so the answer as a whole decides.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any

from reconciliation.errors import InvalidAnswer
from reconciliation.ledger.period import Period

EMPTY_DATE = date(1, 1, 1)

_DATE = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.\d{1,9})?)?\s?(Z|[+-]\d\d(?::?\d\d)?)?)?\Z",
    re.ASCII,
)
_RUSSIAN_DATE = re.compile(r"(\d\d)\.(\d\d)\.(\d{4})(?:[ T]\d{1,2}:\d\d(?::\d\d)?)?\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Stamp:
    """A date as it was written, and the instant when it was written in UTC."""

    day: date
    instant: datetime | None = None

    def local(self, zone: tzinfo) -> datetime:
        """Return the time in `zone` of a stamp in UTC, else midnight of the day as written."""
        return self.instant.astimezone(zone) if self.instant else datetime.combine(self.day, time())


Reading = Callable[[Stamp], date]
"""The accounting day that a stamp stands for."""


def reading_of(
    asked: Period, *, ends: tuple[Stamp, Stamp], rows: Sequence[Stamp], others: Sequence[Stamp], zone: tzinfo
) -> Reading:
    """Return how all dates of an answer are to be read: as written, or as UTC turned into `zone`.

    `ends` are the answer's own period, `rows` must lie in it, `others` need not. The reading under which the
    period is `asked` and every row lies in it wins. When both do, dates that are all midnight under one of
    them decide. Raises InvalidAnswer when no reading fits, or when it matters and nothing decides.
    """

    def as_written(stamp: Stamp) -> date:
        return stamp.day

    def as_utc(stamp: Stamp) -> date:
        return stamp.local(zone).date()

    fitting = _fitting((as_written, as_utc), asked, ends, rows)
    in_utc = [stamp for stamp in (*ends, *rows, *others) if stamp.instant]
    unclear = [stamp for stamp in in_utc if as_written(stamp) != as_utc(stamp)]
    if len(fitting) == 1 or not unclear:
        return fitting[0]
    if all(stamp.local(zone).time() == time() for stamp in in_utc):
        return as_utc
    if all(stamp.instant and stamp.instant.time() == time() for stamp in in_utc):
        return as_written
    raise InvalidAnswer("ambiguous_dates", f"{unclear[0].instant:%Y-%m-%d %H:%M}Z may be either of two days")


def _fitting(
    readings: Sequence[Reading], asked: Period, ends: tuple[Stamp, Stamp], rows: Sequence[Stamp]
) -> list[Reading]:
    start, end = ends
    possible = [read for read in readings if (read(start), read(end)) == (asked.start, asked.end)]
    if not possible:
        came = f"{start.day} to {end.day}"
        raise InvalidAnswer("wrong_period", f"asked for {asked.start} to {asked.end}, got {came}")
    fitting = [read for read in possible if all(read(row) in asked for row in rows)]
    if not fitting:
        outside = next(day for day in map(possible[0], rows) if day not in asked)
        raise InvalidAnswer("outside_period", f"{outside} is outside {asked.start} to {asked.end}")
    return fitting


def stamp(value: Any) -> Stamp:
    """Return the date in an ISO date or date-time; the empty date 0001-01-01 is an error."""
    found = optional_stamp(value)
    if found is None:
        raise ValueError("is empty")
    return found


def optional_stamp(value: Any) -> Stamp | None:
    """Return the date, or None for null, an empty string and 1C's empty date."""
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise ValueError("is not a date")
    text = value.strip()
    if russian := _RUSSIAN_DATE.match(text):
        day, month, year = (int(part) for part in russian.groups())
        found = _date(year, month, day)
        return None if found == EMPTY_DATE else Stamp(found)
    iso = _DATE.match(text)
    if not iso:
        raise ValueError("is not a date")
    day_written = _date(*(int(part) for part in iso.group(1, 2, 3)))
    return None if day_written == EMPTY_DATE else Stamp(day_written, _instant(day_written, iso))


def _date(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise ValueError("is no day of the calendar") from None


def _instant(day: date, iso: re.Match[str]) -> datetime | None:
    hour, minute, second = (int(part or 0) for part in iso.group(4, 5, 6))
    try:
        clock = time(hour, minute, second)
    except ValueError:
        raise ValueError("is no time of day") from None
    zone = iso.group(7)
    if zone is None or (zone != "Z" and zone.strip("+-0:")):
        return None
    # A day of room on both sides keeps conversions inside the calendar.
    if not date(1900, 1, 1) <= day <= date(9999, 1, 1) - timedelta(days=1):
        return None
    return datetime.combine(day, clock, tzinfo=UTC)
