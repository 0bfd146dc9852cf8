"""The question for an act: which periods a person can ask for, and what is said to the others."""

from datetime import date
from typing import Any

import pytest
from django.utils import translation

from reconciliation.acts.forms import DayField, PeriodForm, span
from reconciliation.acts.presets import PRESETS
from reconciliation.ledger.period import Period

TODAY = date(2026, 11, 23)


def ask(today: date = TODAY, **typed: str) -> PeriodForm:
    form = PeriodForm(typed, today=today)
    form.is_valid()
    return form


def asked(today: date = TODAY, **typed: str) -> Period:
    form = ask(today, **typed)
    assert not form.errors
    found: Period = form.cleaned_data["asked"]
    return found


def period(start: str, end: str) -> Period:
    return Period(date.fromisoformat(start), date.fromisoformat(end))


NAMES = ("this_month", "last_month", "this_quarter", "last_quarter", "this_year", "last_year")
ODD_DAYS = {
    "2026-11-23": ["26-11-01 26-11-23", "26-10-01 26-10-31", "26-10-01 26-11-23", "26-07-01 26-09-30",
                   "26-01-01 26-11-23", "25-01-01 25-12-31"],
    "2025-01-01": ["25-01-01 25-01-01", "24-12-01 24-12-31", "25-01-01 25-01-01", "24-10-01 24-12-31",
                   "25-01-01 25-01-01", "24-01-01 24-12-31"],
    "2024-02-29": ["24-02-01 24-02-29", "24-01-01 24-01-31", "24-01-01 24-02-29", "23-10-01 23-12-31",
                   "24-01-01 24-02-29", "23-01-01 23-12-31"],
    "2024-03-31": ["24-03-01 24-03-31", "24-02-01 24-02-29", "24-01-01 24-03-31", "23-10-01 23-12-31",
                   "24-01-01 24-03-31", "23-01-01 23-12-31"],
    "2026-12-31": ["26-12-01 26-12-31", "26-11-01 26-11-30", "26-10-01 26-12-31", "26-07-01 26-09-30",
                   "26-01-01 26-12-31", "25-01-01 25-12-31"],
}  # fmt: skip
"""By today: first and last day of each named period, the century left out."""


@pytest.mark.parametrize("today", ODD_DAYS)
def test_the_named_periods_are_right_on_odd_days(today: str) -> None:
    assert tuple(PRESETS) == NAMES
    found = [asked(date.fromisoformat(today), period=name) for name in NAMES]
    assert [f"{each.start:%y-%m-%d} {each.end:%y-%m-%d}" for each in found] == ODD_DAYS[today]


@pytest.mark.parametrize("name", PRESETS)
def test_no_day_of_four_years_gives_a_named_period_that_may_not_be_asked_for(name: str) -> None:
    for ordinal in range(date(2024, 1, 1).toordinal(), date(2028, 1, 2).toordinal()):
        today = date.fromordinal(ordinal)
        found = PRESETS[name](today)
        assert Period.allowed(found.start, found.end, today=today) == found


def test_an_empty_form_asks_for_last_month() -> None:
    assert asked() == period("2026-10-01", "2026-10-31")


@pytest.mark.parametrize(
    "typed", ["2024-02-29", " 2024-02-29 ", "2024-2-29", "29.02.2024", "29/02/2024", "29.2.2024"]
)
def test_a_day_is_read_as_a_browser_sends_it_and_as_people_write_it(typed: str) -> None:
    assert DayField().clean(typed) == date(2024, 2, 29)


@pytest.mark.parametrize("name", ["custom", ""])
def test_typed_dates_are_taken_when_no_period_is_named(name: str) -> None:
    found = asked(period=name, date_from="01.01.2024", date_to="2024-03-31")
    assert found == period("2024-01-01", "2024-03-31")


@pytest.mark.parametrize("name", sorted(PRESETS))
def test_typed_dates_beside_a_named_period_are_asked_about_and_not_guessed(name: str) -> None:
    form = ask(period=name, date_from="01.01.2024", date_to="2024-03-31")
    assert list(form.errors) == ["period"]
    assert (form["period"].value(), form["date_from"].value()) == (name, "01.01.2024")


@pytest.mark.parametrize("day", ["2024-03-31", "2026-11-23"])
def test_a_single_day_and_today_may_be_asked_for(day: str) -> None:
    assert asked(date_from=day, date_to=day) == period(day, day)


REFUSED = {
    "reversed": ("2024-03-31", "2024-03-01", "date_to", "Swap the two dates", "Поменяйте"),
    "too early": ("1999-12-31", "2000-01-31", "date_from", "back to 1 January 2000", "1 января 2000"),
    "in the future": ("2026-11-01", "2026-11-24", "date_to", "has not come yet", "ещё не наступил"),
    "too long": ("2020-01-01", "2025-01-01", "date_to", "five years at most", "пят"),
    "no first day": ("", "2024-03-31", "date_from", "Enter the first day", "первый день"),
    "no last day": ("2024-03-01", "", "date_to", "Enter the last day", "последний день"),
    "no date": ("31.02.2024", "2024-03-31", "date_from", "This is not a date", "31.03.2024"),
    "not a word": ("2024-03-01", "yesterday", "date_to", "This is not a date", "31.03.2024"),
}


@pytest.mark.parametrize("why", REFUSED)
def test_each_refusal_has_its_own_words_beside_its_field(why: str) -> None:
    start, end, field, english, russian = REFUSED[why]
    for language, words in (("en", english), ("ru", russian)):
        with translation.override(language):
            errors: dict[str, Any] = ask(date_from=start, date_to=end).errors
            assert list(errors) == [field]
            assert words in str(errors[field])


def test_two_missing_dates_are_both_named() -> None:
    assert list(ask(period="custom").errors) == ["date_from", "date_to"]


def test_an_unknown_name_of_a_period_is_refused() -> None:
    assert list(ask(period="last_century").errors) == ["period"]


@pytest.mark.parametrize("typed", ["31.02.2024", "yesterday", "<b>1</b>", "9" * 500, "0000-00-00"])
def test_what_was_typed_stays_in_the_form(typed: str) -> None:
    form = ask(period="custom", date_from=typed, date_to="31.03.2024")
    assert form["date_from"].value() == typed
    assert form["date_to"].value() == "31.03.2024"


def test_the_named_periods_say_which_days_they_mean() -> None:
    with translation.override("en"):
        hints = {preset["value"]: preset["hint"] for preset in ask().presets}
    assert hints["last_month"] == "1–31 Oct 2026"  # a span
    assert hints["last_quarter"] == "1 Jul – 30 Sep 2026"  # a span
    assert hints["custom"] == ""
    with translation.override("ru"):
        assert span(period("2026-10-01", "2026-10-31")) == "01.10–31.10.2026"
        assert span(period("2026-11-01", "2026-11-01")) == "01.11.2026"
        assert span(period("2025-12-31", "2026-01-01")) == "31.12.2025 – 01.01.2026"


@pytest.mark.parametrize(("name", "chosen"), [("", "last_month"), ("last_year", "last_year")])
def test_one_named_period_is_chosen(name: str, chosen: str) -> None:
    assert [preset["value"] for preset in ask(period=name).presets if preset["checked"]] == [chosen]
