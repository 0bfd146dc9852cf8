"""The periods that a person picks by name. Each ends today at the latest."""

from collections.abc import Callable
from datetime import date, timedelta

from reconciliation.ledger.period import Period, month_of

CUSTOM = "custom"


def _this_month(today: date) -> Period:
    return Period(today.replace(day=1), today)


def _last_month(today: date) -> Period:
    return month_of(today.replace(day=1) - timedelta(days=1))


def _quarter_start(day: date) -> date:
    return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)


def _this_quarter(today: date) -> Period:
    return Period(_quarter_start(today), today)


def _last_quarter(today: date) -> Period:
    end = _quarter_start(today) - timedelta(days=1)
    return Period(_quarter_start(end), end)


def _this_year(today: date) -> Period:
    return Period(today.replace(month=1, day=1), today)


def _last_year(today: date) -> Period:
    return Period(date(today.year - 1, 1, 1), date(today.year - 1, 12, 31))


PRESETS: dict[str, Callable[[date], Period]] = {
    "this_month": _this_month,
    "last_month": _last_month,
    "this_quarter": _this_quarter,
    "last_quarter": _last_quarter,
    "this_year": _this_year,
    "last_year": _last_year,
}
DEFAULT = "last_month"
