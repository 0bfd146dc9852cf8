"""Schedules are meant in the time of the books."""

from zoneinfo import ZoneInfo

import pytest
from django_celery_beat.models import CrontabSchedule, PeriodicTask, SolarSchedule

from portal.backends.beat import TolerantScheduler
from portal.celery import app


def test_a_crontab_made_in_the_admin_is_in_the_books_time_zone() -> None:
    made = CrontabSchedule(hour="6", minute="0")
    assert made.timezone == ZoneInfo("Europe/Moscow")
    assert str(made.schedule.tz) == "Europe/Moscow"
    assert app.conf.timezone == "Europe/Moscow"


@pytest.mark.django_db(transaction=True)
def test_a_schedule_that_cannot_be_computed_does_not_stop_the_others(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(TolerantScheduler, "sync", lambda _self: None)  # it would run when the tests end
    never = CrontabSchedule.objects.create(hour="*", day_of_month="31", month_of_year="2")
    sunrise = SolarSchedule.objects.create(event="sunrise", latitude=55, longitude=37)
    task = "reconciliation.tasks.tell_accounting"
    PeriodicTask.objects.create(name="never", task=task, crontab=never)
    PeriodicTask.objects.create(name="sunrise", task=task, solar=sunrise)
    scheduler = TolerantScheduler(app=app)
    assert "tell accounting about acts that do not balance" in scheduler.schedule
    assert scheduler.tick() >= 0
    assert "sunrise cannot be computed" in caplog.text
