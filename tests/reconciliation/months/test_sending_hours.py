"""Letters of a month wait for working hours; all else goes on."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from accounts.models import Counterparty, OrganizationSettings
from jobs.deadline import Deadline
from letters import outbox
from letters.models import Batch, Letter
from letters.outbox import Draft
from reconciliation import tasks
from reconciliation.models import Delivery, DeliveryLetter, DeliveryStep, DistributionRun
from reconciliation.months import runs
from reconciliation.months.work import turn
from sandbox.bitrix24.server import Bitrix24Sandbox
from sandbox.ledger import Counterparty as Known
from sandbox.mail import MailSandbox

pytestmark = pytest.mark.django_db(transaction=True)
State, Way = DeliveryStep.State, DeliveryStep.Way


@pytest.fixture(autouse=True)
def _zone(settings: Any) -> None:
    settings.TIME_ZONE = "Europe/Moscow"


def moscow(text: str) -> datetime:
    """Return an instant by Moscow's clock, like "04-30 17:00", of 2026."""
    return datetime.strptime(f"2026-{text} +0300", "%Y-%m-%d %H:%M %z")


@pytest.fixture
def hours(db: None) -> OrganizationSettings:
    """Working hours in Russia, from nine to six."""
    return OrganizationSettings.objects.create(pk=1, letters_wait=True, calendar="RU", canary=0)


def make_letter() -> DeliveryStep:
    """Return the step of a letter that waits in the outbox, of a month begun now with a task, too."""
    run = DistributionRun.objects.create(
        organization=runs.organization(), month=datetime(2026, 3, 1, tzinfo=UTC).date(),
        listed_at=timezone.now(), retry_until=timezone.now() + runs.DAY, batch=Batch.objects.create(),
    )  # fmt: skip
    company = Counterparty.objects.create(onec_guid="guid")
    delivery = Delivery.objects.create(run=run, counterparty=company, balance=Decimal(1), currency="RUB")
    for way, state in ((Way.TASK, State.DONE), (Way.EMAIL, State.QUEUED)):
        step = DeliveryStep.objects.create(run=run, delivery=delivery, way=way, is_ready=True, state=state)
    draft = Draft("month", "ru", ["buh@client.example"], "-", "-", batch=run.batch_id, is_bulk=True)
    DeliveryLetter.objects.create(letter=outbox.queue([draft])[0], step=step)
    return step


def test_a_run_whose_letters_wait_stays_open_and_is_left_alone_until_they_may_go(hours: None, enqueued: Any):
    with time_machine.travel(moscow("05-01 06:00"), tick=False) as clock:
        letter = make_letter()

        assert not runs.close_if_done(letter.run)
        assert runs.next_at(letter.run) == moscow("05-04 09:00")
        clock.shift(timedelta(minutes=5))
        assert runs.due() == []
        clock.move_to(moscow("05-04 09:00"))
        assert runs.due() == [letter.run]


def test_a_month_begun_on_a_holiday_sends_its_letters_on_the_next_working_day(
    hours: None, some: list[Known], bitrix24: Bitrix24Sandbox, mail: MailSandbox, many_connections: None
):
    with time_machine.travel(moscow("05-01 06:00")):
        run = runs.start(date(2026, 3, 1), only=[one.guid for one in some])
        turn(run, until=Deadline(60))
        assert (len(bitrix24.company.files), len(bitrix24.company.tasks), mail.letters) == (4, 4, [])
    with time_machine.travel(moscow("05-04 09:00")):
        turn(run, until=Deadline(60))

    run.refresh_from_db()
    assert (run.state, len(mail.letters)) == ("closed", 4)


def test_a_worker_comes_back_for_the_letters_of_the_next_minute(db: None, enqueued: Any):
    letter = make_letter()
    Letter.objects.update(next_try_at=timezone.now() + timedelta(seconds=30))

    tasks.work_on_month(letter.run.pk)

    assert "work_on_month" in enqueued


def test_the_letters_of_a_paused_month_wait_and_those_of_a_cancelled_one_are_given_up(
    hours: OrganizationSettings, mail: MailSandbox, enqueued: Any
):
    hours.letters_wait = False
    hours.save()
    letter = make_letter()
    runs.pause(letter.run)
    tasks.send_letters()
    assert not mail.letters
    runs.cancel(letter.run)
    letter.refresh_from_db()
    assert (letter.state, Letter.objects.get().state) == ("cancelled", "cancelled")

    runs.resume(letter.run)
    letter.refresh_from_db()
    assert letter.state == "waiting"
