"""The month starts by itself, once, also when the machine was off; workers go on with it."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from accounts.models import OrganizationSettings, User
from letters.models import Letter
from reconciliation import tasks
from reconciliation.models import DistributionRun, MonthPreview, PreviewLine, Schedule
from reconciliation.months import runs
from reconciliation.months.previews import preparing, totals
from reconciliation.schedules import starting
from sandbox.bitrix24.server import Bitrix24Sandbox
from sandbox.ledger import Counterparty as Known
from sandbox.mail import MailSandbox
from tests.cast import at_once
from tests.reconciliation.months.conftest import MONTH, Send

pytestmark = pytest.mark.django_db
Enqueued = list[tuple[str, tuple[int, ...]]]


@pytest.fixture
def enqueued(monkeypatch: pytest.MonkeyPatch) -> Enqueued:
    """What would have gone to the broker."""
    found: Enqueued = []
    monkeypatch.setattr(
        tasks, "enqueue", lambda task, *more, **_: found.append((task.name.rpartition(".")[2], more))
    )
    return found


def months() -> list[str]:
    return [f"{run.month:%Y-%m}" for run in DistributionRun.objects.order_by("month")]


def beat(at: str) -> None:
    """Let beat come by at an instant."""
    with time_machine.travel(datetime.fromisoformat(at), tick=False):
        tasks.start_due()


@pytest.mark.parametrize(
    ("zone", "visits", "started"),
    [
        ("Europe/Moscow", ["2026-04-01T05:59+03:00"], []),
        ("Europe/Moscow", ["2026-04-01T06:00+03:00", "2026-04-01T06:01+03:00"], ["2026-03"]),
        ("Europe/Moscow", ["2026-04-01T23:59+03:00", "2026-04-02T00:01+03:00"], ["2026-03"]),
        ("Europe/Moscow", ["2026-04-19T12:00+03:00"], ["2026-03"]),
        ("Europe/Moscow", ["2026-04-30T23:59+03:00", "2026-05-01T06:00+03:00"], ["2026-03", "2026-04"]),
        ("Europe/Moscow", ["2026-06-03T12:00+03:00"], ["2026-05"]),
        ("Asia/Almaty", ["2026-04-01T00:30+00:00"], []),
        ("Asia/Almaty", ["2026-04-01T01:00+00:00"], ["2026-03"]),
        ("America/New_York", ["2026-04-01T09:30+00:00"], []),
    ],
)
def test_the_month_before_starts_on_the_first_in_the_books_zone_once(
    enqueued: Enqueued, settings: Any, zone: str, visits: list[str], started: list[str]
):
    settings.TIME_ZONE = zone
    beat("2026-03-15T12:00+00:00")  # the portal is new: nothing of before is caught up

    for visit in visits:
        beat(visit)

    assert months() == started


def test_a_month_that_is_switched_off_does_not_start(enqueued: Enqueued):
    beat("2026-03-15T12:00+00:00")
    Schedule.objects.filter(job="month").update(is_on=False)

    beat("2026-04-01T12:00+03:00")

    assert months() == []
    assert starting.in_words(Schedule.objects.get(job="month"))


def test_two_beats_start_one_run(many_connections: None, enqueued: Enqueued):
    Schedule.objects.create(job="month", day=1, done_until=timezone.now() - timedelta(days=70))

    at_once(4, lambda _turn: tasks.start_due())

    assert len(months()) == 1


def test_workers_are_called_when_nobody_is_at_work(enqueued: Enqueued):
    run = runs.start(date(2026, 3, 1))
    DistributionRun.objects.update(worked_at=timezone.now())
    tasks.continue_months()
    assert enqueued == []
    DistributionRun.objects.update(worked_at=timezone.now() - timedelta(minutes=2))

    tasks.continue_months()

    assert enqueued == [("work_on_month", (run.pk,))] * tasks.MONTH_TURNS


def test_a_worker_closes_the_month_and_tells_accounting(
    some: list[Known],
    bitrix24: Bitrix24Sandbox,
    mail: MailSandbox,
    many_connections: None,
    enqueued: Enqueued,
):
    run = runs.start(date(2026, 3, 1), only=[one.guid for one in some])

    while run.state == "under_way":
        tasks.work_on_month(run.pk)
        run.refresh_from_db()
    tasks.work_on_month(run.pk)
    tasks.send_letters()

    assert (run.state, len(bitrix24.company.files), len(bitrix24.company.tasks)) == ("closed", 4, 4)
    told = [letter for letter in mail.letters if letter.recipients == ["accounting@example.com"]]
    assert len(told) == 1


def test_accounting_is_told_when_the_one_who_closed_the_run_was_lost(send: Send, mail: MailSandbox):
    send()
    DistributionRun.objects.update(told_at=None, closed_at=timezone.now() - timedelta(minutes=5))

    tasks.continue_months()
    tasks.continue_months()
    tasks.send_letters()

    assert len([each for each in mail.letters if "accounting@example.com" in each.recipients]) == 2


def test_a_mail_server_that_is_down_just_then_gets_the_summary_later(send: Send, mail: MailSandbox):
    send()
    DistributionRun.objects.update(told_at=None, closed_at=timezone.now() - timedelta(minutes=5))
    mail.set_fault("busy")

    for number in (1, 2, 2):
        tasks.continue_months()
        tasks.send_letters()
        Letter.objects.filter(state="waiting").update(next_try_at=timezone.now())
        assert len([each for each in mail.letters if "accounting@example.com" in each.recipients]) == number


def test_a_run_across_the_end_of_a_month_stays_the_months(
    some: list[Known],
    bitrix24: Bitrix24Sandbox,
    mail: MailSandbox,
    many_connections: None,
    enqueued: Enqueued,
):
    with time_machine.travel(datetime(2026, 4, 30, 20, 59, 58, tzinfo=UTC)):
        run = runs.start(date(2026, 3, 1), only=[one.guid for one in some])
        tasks.work_on_month(run.pk)

    assert months() == [MONTH]
    assert {each.name for each in bitrix24.company.drive.values() if each.is_folder} >= {MONTH}
    assert {act.date_to for act in (each.act for each in run.deliveries.all()) if act} == {date(2026, 3, 31)}


def previews() -> list[tuple[str, str]]:
    return [(f"{each.month:%Y-%m}", each.purpose) for each in MonthPreview.objects.order_by("pk")]


@pytest.mark.parametrize(
    ("days", "visits", "made"),
    [
        (3, ["2026-03-29T05:59+03:00"], []),
        (3, ["2026-03-29T06:00+03:00", "2026-03-30T06:00+03:00"], [("2026-03", "ahead")]),
        (3, ["2026-04-02T06:00+03:00"], []),
        (0, ["2026-03-31T06:00+03:00"], []),
    ],
)
def test_a_preview_is_made_days_before_the_month_once(
    enqueued: Enqueued, days: int, visits: list[str], made: list[tuple[str, str]]
):
    OrganizationSettings.objects.create(pk=1, preview_days=days)
    beat("2026-03-15T12:00+00:00")
    for visit in visits:
        with time_machine.travel(datetime.fromisoformat(visit), tick=False):
            tasks.continue_previews()

    assert previews() == made


def test_a_month_that_needs_approval_waits_for_it(enqueued: Enqueued, mailoutbox: list[Any], chief: User):
    OrganizationSettings.objects.create(pk=1, needs_approval=True)
    beat("2026-03-15T12:00+00:00")
    beat("2026-04-01T06:00+03:00")
    beat("2026-04-01T06:01+03:00")
    assert (months(), previews()) == ([], [("2026-03", "approval")])

    preview = MonthPreview.objects.get()
    PreviewLine.objects.create(
        preview=preview,
        guid="1",
        name="Alpha",
        balance=Decimal(100),
        currency="RUB",
        ways=["email"],
        odd="new",
    )
    MonthPreview.objects.update(state="ready", totals=totals.count(preview))
    for _ in range(2):
        tasks.tell_of_preview(preview.pk)
        tasks.send_letters()

    [letter] = mailoutbox
    assert set(letter.to) == {"accounting@example.com", chief.email}
    assert letter.subject == "Акты за 03.2026 ждут вашего утверждения"
    assert "новый: в прошлом месяце сальдо не было: 1 (Alpha)" in letter.body
    assert f"/admin/reconciliation/monthpreview/{preview.pk}/change/" in letter.body
    assert preparing.approve(MonthPreview.objects.get(), chief) is not None
    assert months() == ["2026-03"]


def test_a_month_that_was_just_started_is_worked_on_at_once(enqueued: Enqueued):
    run = runs.start(date(2026, 3, 1))

    tasks.continue_months()

    assert [name for name, _ in enqueued] == ["work_on_month"] * tasks.MONTH_TURNS
    assert {more for _, more in enqueued} == {(run.pk,)}
