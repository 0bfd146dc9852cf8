"""Jobs start at their time in the books' zone, once, also when it was missed; the page says so in words."""

from contextlib import suppress
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone, translation

from accounts.models import User
from portal.celery import app
from reconciliation import tasks
from reconciliation.counterparties import update_runs as directory
from reconciliation.models import DirectoryRun, DistributionRun, Schedule
from reconciliation.schedules import starting
from tests.cast import Visit
from tests.reconciliation.admin_pages import said

pytestmark = pytest.mark.django_db
MOSCOW = ZoneInfo("Europe/Moscow")
PAGE = "/admin/reconciliation/schedule/"


def moscow(day: int, hour: int = 0, minute: int = 0, month: int = 12) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=MOSCOW)


def claimed(now: datetime) -> list[str]:
    """Return which jobs are due, the month's own left aside."""
    starts = dict.fromkeys(("sync", "month"), lambda _planned: None)
    return [job for job in starting.start_due(now, starts) if job != "month"]


def next_year(month: int) -> datetime:
    return datetime(2027, month, 1, 6, tzinfo=MOSCOW)


@pytest.mark.parametrize(
    ("day", "now", "last", "following"),
    [
        (None, moscow(5, 6), moscow(5, 6), [moscow(6, 6), moscow(7, 6), moscow(8, 6)]),
        (None, moscow(5, 5, 59), moscow(4, 6), [moscow(5, 6), moscow(6, 6), moscow(7, 6)]),
        (
            1,
            moscow(1, 6),
            moscow(1, 6),
            [moscow(1, 6).replace(year=2027, month=month) for month in (1, 2, 3)],
        ),
        (28, moscow(5), moscow(28, 6, month=11), None),
    ],
)
def test_times_are_reckoned_in_the_books_zone(
    day: int | None, now: datetime, last: datetime, following: list[datetime] | None
) -> None:
    schedule = Schedule(job="sync", day=day, at=time(6, 0))
    assert starting.last_time(schedule, now) == last
    if following:
        assert starting.next_times(schedule, now) == following


def test_a_job_is_started_once_and_a_missed_time_is_caught_up_once() -> None:
    Schedule.objects.create(job="sync", at=time(2, 0), done_until=moscow(1, 2))
    assert claimed(moscow(2, 1, 59)) == []
    assert claimed(moscow(2, 2)) == ["sync"]
    assert claimed(moscow(2, 2, 1)) == []
    assert claimed(moscow(7, 15)) == ["sync"], "the machine was off for five nights"
    assert claimed(moscow(7, 15, 1)) == []


def test_nothing_that_lies_before_a_schedule_is_started_and_nothing_that_is_off() -> None:
    assert claimed(timezone.now()) == []
    Schedule.objects.update(is_on=False, done_until=moscow(1))
    assert claimed(moscow(5)) == []


def test_the_task_begins_an_update(books: Any) -> None:
    Schedule.objects.create(job="sync", at=time(2, 0), done_until=moscow(1, month=1))
    tasks.start_due()
    assert DirectoryRun.objects.get().is_under_way
    assert tasks.start_due.name in {entry["task"] for entry in app.conf.beat_schedule.values()}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("lost", [ConnectionError("no answer"), KeyboardInterrupt()])
def test_a_job_whose_start_fails_is_due_again_and_stops_no_other(
    books: Any, monkeypatch: pytest.MonkeyPatch, lost: BaseException, visit: Visit, accountant: User
) -> None:
    for job in ("sync", "month"):
        Schedule.objects.create(job=job, day=1, at=time(2, 0), done_until=moscow(1, month=1))
    start = directory.start_sync

    def start_and_die() -> None:
        start()
        raise lost

    monkeypatch.setattr(directory, "start_sync", start_and_die)
    with suppress(KeyboardInterrupt):  # the worker dies
        tasks.start_due()
    assert not DirectoryRun.objects.exists(), "what it had written is gone with it"
    if isinstance(lost, Exception):
        assert DistributionRun.objects.exists(), "the month starts all the same"
        browser = visit(accountant, "en")
        assert "jobs that were due and could not be started" in said(browser.get("/admin/"))
        assert "ConnectionError: no answer" in said(browser.get(PAGE))

    monkeypatch.setattr(directory, "start_sync", start)
    tasks.start_due()
    tasks.start_due()
    assert DirectoryRun.objects.count() == 1
    assert DistributionRun.objects.count() == 1
    assert not starting.failing()


@pytest.mark.parametrize(
    ("language", "zone", "day", "words"),
    [
        ("en", "Europe/Moscow", 1, "on day 1 of each month at 06:00, Moscow time"),
        ("ru", "Europe/Moscow", 1, "1-го числа каждого месяца в 06:00, время московское"),
        ("ru", "Asia/Almaty", None, "каждый день в 06:00, время алматинское"),
        ("en", "Europe/Paris", None, "every day at 06:00, time of Europe/Paris"),
    ],
)
def test_the_schedule_is_said_in_plain_words(
    settings: Any, language: str, zone: str, day: int | None, words: str
) -> None:
    settings.TIME_ZONE = zone
    with translation.override(language):
        assert starting.in_words(Schedule(job="sync", day=day, at=time(6, 0))) == words


def test_the_chief_accountant_changes_the_time_and_others_read_it(
    chief: User, accountant: User, visit: Visit
) -> None:
    assert "every day at 02:00, Moscow time" in said(visit(accountant, "en").get(PAGE))
    sent = {"is_on": "on", "day": "1", "at": "06:00"}
    assert visit(accountant).post(f"{PAGE}sync/change/", sent).status_code == 403
    browser = visit(chief, "en")
    browser.post(f"{PAGE}sync/change/", sent)
    page = said(browser.get(PAGE))
    assert "on day 1 of each month at 06:00, Moscow time" in page
    assert page.count(" 06:00<br>") + page.count(" 06:00</td>") >= 2
    tasks.start_due()
    assert not DirectoryRun.objects.exists(), "what lies before the change is not caught up"
    browser.post(f"{PAGE}sync/change/", sent | {"is_on": ""})
    assert "switched off" in said(browser.get(PAGE))
