"""Single values as 1C services send them: amounts, dates and texts.

Each function returns the exact value or raises ValueError with a sentence that does not repeat the input.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from typing import Any

CENT = Decimal("0.01")
LARGEST = Decimal(10) ** 15
LONGEST_TEXT = 4000
EMPTY_DATE = date(1, 1, 1)

LONGEST_NUMBER = 100
LARGEST_ID = 2**63 - 1

_SPACES = re.compile(r"\s")
# Digits are those of ASCII, and a space within a number parts thousands: anything else is no amount.
_NUMBER = re.compile(r"-? ?(?:\d{1,40}|\d{1,3}(?: \d{3})+)(?:[.,]\d{1,20})?\Z", re.ASCII)
_GROUPED = re.compile(r"-? ?(?:\d{1,3}(?:,\d{3})+\.\d{1,2}|\d{1,3}(?:\.\d{3})+,\d{1,2})\Z", re.ASCII)
_AMBIGUOUS = re.compile(r"-? ?\d{1,3}[.,]\d{3}\Z", re.ASCII)
_DATE = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.\d{1,9})?)?\s?(Z|[+-]\d\d(?::?\d\d)?)?)?\Z",
    re.ASCII,
)
_RUSSIAN_DATE = re.compile(r"(\d\d)\.(\d\d)\.(\d{4})(?:[ T]\d{1,2}:\d\d(?::\d\d)?)?\Z", re.ASCII)
# C0 and C1 controls, bidirectional overrides, byte order marks: nothing a name or a document needs.
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_SURROGATES = re.compile(r"[\ud800-\udfff]")
_BLANKS = re.compile(r"[\s\u2028\u2029]+")


def amount(value: Any) -> Decimal:
    """Return an exact amount with two decimals from a JSON number or a localized string."""
    number = _exact(value)
    if not number.is_finite():
        raise ValueError("is not a finite number")
    # Before any arithmetic: 1e999999999 would be written out digit by digit.
    if (number and not -20 <= number.adjusted() <= 15) or abs(number) > LARGEST:
        raise ValueError("is too large or too small for an amount")
    cents = number.quantize(CENT)
    if cents != number:
        raise ValueError("has more than two decimals")
    return cents + 0  # -0.00 becomes 0.00


def turnover(value: Any) -> Decimal:
    """Return a row's debit or credit: as `amount`, and an empty string, which is how 1C formats zero."""
    if isinstance(value, str) and not _SPACES.sub("", value):
        return Decimal("0.00")
    return amount(value)


def _exact(value: Any) -> Decimal:
    if isinstance(value, Decimal):
        return value
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise ValueError("is not a number")
    if isinstance(value, int):
        return Decimal(value)
    return _localized(value)


def _localized(value: str) -> Decimal:
    if len(value) > LONGEST_NUMBER:
        raise ValueError("is too long for a number")
    text = _SPACES.sub(" ", value.strip()).replace("\u2212", "-")
    if _AMBIGUOUS.match(text):
        raise ValueError("can be read as thousands or as decimals")
    if _GROUPED.match(text):
        text = re.sub(r"[.,](?=.*[.,])", "", text)
    elif not _NUMBER.match(text):
        raise ValueError("is not a number")
    return Decimal(text.replace(" ", "").replace(",", "."))


def optional_id(value: Any) -> int | None:
    """Return a whole number that counts things; None for null, an empty string and zero."""
    if value is None or value == "":
        return None
    number = _exact(value)
    # Before it becomes an int: 1e999999999 would be written out digit by digit.
    if not number.is_finite() or not 0 <= number <= LARGEST_ID or number % 1:
        raise ValueError("is not a whole number")
    return int(number) or None


@dataclass(frozen=True, slots=True)
class Stamp:
    """A date as it was written, and the instant when it was written in UTC."""

    day: date
    instant: datetime | None = None

    def local_day(self, zone: tzinfo) -> date:
        """Return the day in `zone` of a stamp in UTC, else the day as written."""
        return self.instant.astimezone(zone).date() if self.instant else self.day

    def accounting_day(self, zone: tzinfo, *, in_utc: bool) -> date:
        """Return the day that the books mean.

        Some services write local times with a needless Z, others turn local midnight into UTC, the
        day before. `in_utc` says that the answer's own period shows the latter; a stamp that is
        exactly midnight in `zone` and not as written shows it too.
        """
        if self.instant is None:
            return self.day
        local = self.instant.astimezone(zone)
        converted = local.time() == time() and self.instant.time() != time()
        return local.date() if in_utc or converted else self.day


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


def text(value: Any) -> str:
    """Return a line of text without control characters; null is empty."""
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise ValueError("is not a text")
    line = _SURROGATES.sub("\ufffd", _CONTROLS.sub("", str(value)))
    line = _BLANKS.sub(" ", line).strip()
    if len(line) > LONGEST_TEXT:
        raise ValueError(f"is longer than {LONGEST_TEXT} characters")
    return line


def required_text(value: Any) -> str:
    """Return a line of text that is not empty."""
    if value is None or not (line := text(value)):
        raise ValueError("is empty")
    return line
