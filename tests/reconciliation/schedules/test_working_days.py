"""Working days by the production calendars of three countries."""

from datetime import date

import pytest

from accounts.models import OrganizationSettings
from reconciliation.schedules import working_days


@pytest.fixture
def calendar(db: None, request: pytest.FixtureRequest) -> str:
    OrganizationSettings.objects.create(pk=1, calendar=request.param)
    return str(request.param)


@pytest.mark.parametrize(
    ("calendar", "start", "days", "due"),
    [
        ("RU", date(2024, 4, 1), 3, date(2024, 4, 4)),
        ("RU", date(2024, 3, 1), 1, date(2024, 3, 4)),
        ("RU", date(2024, 6, 1), 0, date(2024, 6, 3)),  # a Saturday
        ("RU", date(2024, 4, 26), 1, date(2024, 4, 27)),  # a Saturday that is worked for the 29th
        ("RU", date(2024, 4, 27), 1, date(2024, 5, 2)),
        ("RU", date(2026, 12, 30), 1, date(2027, 1, 11)),  # over the long holidays
        ("KZ", date(2026, 3, 20), 1, date(2026, 3, 26)),  # Nauryz
        ("BY", date(2026, 7, 2), 1, date(2026, 7, 6)),  # Independence Day is a Friday
    ],
    indirect=["calendar"],
)
def test_days_off_are_no_working_days(calendar: str, start: date, days: int, due: date):
    assert working_days.after(start, days) == due


@pytest.mark.parametrize(
    ("currency", "country"), [("RUB", "RU"), ("KZT", "KZ"), ("BYN", "BY"), ("EUR", "RU")]
)
def test_a_new_portal_has_the_calendar_of_its_currency(settings, currency: str, country: str):
    settings.DEFAULT_CURRENCY = currency

    assert OrganizationSettings(pk=1).calendar == country
