"""Schedules are meant in the time of the books."""

from zoneinfo import ZoneInfo

from django_celery_beat.models import CrontabSchedule

from portal.celery import app


def test_a_crontab_made_in_the_admin_is_in_the_books_time_zone() -> None:
    made = CrontabSchedule(hour="6", minute="0")
    assert made.timezone == ZoneInfo("Europe/Moscow")
    assert str(made.schedule.tz) == "Europe/Moscow"
    assert app.conf.timezone == "Europe/Moscow"
