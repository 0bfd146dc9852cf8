"""Letters wait for working hours, and for their domain's turn; all else goes on."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from accounts.models import Counterparty, OrganizationSettings
from reconciliation import tasks
from reconciliation.distribution import domain_limit, runs, sending_hours, steps
from reconciliation.distribution.work import lanes, turn
from reconciliation.errors import DomainFull, MailBusy
from reconciliation.http import Deadline
from reconciliation.models import Delivery, DeliveryStep, DistributionRun
from sandbox.bitrix24.server import Bitrix24Sandbox
from sandbox.ledger import Counterparty as Known
from sandbox.mail import MailSandbox

pytestmark = pytest.mark.django_db(transaction=True)
State, Way = DeliveryStep.State, DeliveryStep.Way
MAIL = lanes()[2]


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


@pytest.fixture
def letter(db: None) -> DeliveryStep:
    """A letter that is ready to go, with a task beside it, of a month begun now."""
    return make_letter(1)


def make_letter(number: int) -> DeliveryStep:
    run, _ = DistributionRun.objects.get_or_create(
        organization=runs.organization(), month=datetime(2026, 3, 1, tzinfo=UTC).date(),
        defaults={"listed_at": timezone.now(), "retry_until": timezone.now() + runs.DAY},
    )  # fmt: skip
    company = Counterparty.objects.create(onec_guid=f"guid-{number}")
    delivery = Delivery.objects.create(run=run, counterparty=company, balance=Decimal(1), currency="RUB")
    for way in (Way.TASK, Way.EMAIL):
        step = DeliveryStep.objects.create(
            run=run, delivery=delivery, way=way, is_ready=True, next_try_at=timezone.now()
        )
    return step


def claim(letter: DeliveryStep) -> list[DeliveryStep]:
    return steps.claim(letter.run, Way.EMAIL, 10, MAIL.lease)


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        ("04-01 06:00", "04-01 09:00"),
        ("04-01 09:00", "04-01 09:00"),
        ("04-01 17:59", "04-01 17:59"),
        ("04-01 18:00", "04-02 09:00"),
        ("05-01 06:00", "05-04 09:00"),  # a holiday, then a week-end
        ("01-01 06:00", "01-12 09:00"),
    ],
)
def test_letters_may_go_on_working_days_between_the_hours(hours: None, now: str, opens: str):
    assert sending_hours.opens_at(moscow(now)) == moscow(opens)


def test_without_hours_letters_may_always_go(db: None):
    assert sending_hours.opens_at(moscow("01-01 03:00")) == moscow("01-01 03:00")


def test_before_the_hours_only_letters_wait(hours: None):
    with time_machine.travel(moscow("04-01 06:00"), tick=False) as clock:
        letter = make_letter(1)

        assert claim(letter) == []
        assert steps.claim(letter.run, Way.TASK, 10, MAIL.lease)
        assert runs.letters_open_at(letter.run) == moscow("04-01 09:00")
        clock.move_to(moscow("04-01 09:00"))
        assert [step.pk for step in claim(letter)] == [letter.pk]


def test_a_run_whose_letters_wait_stays_open_and_is_left_alone_until_they_may_go(hours: None, enqueued: Any):
    with time_machine.travel(moscow("05-01 06:00"), tick=False) as clock:
        letter = make_letter(1)
        letter.run.steps.filter(way=Way.TASK).update(state=State.DONE)

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


def test_a_letter_that_waited_for_days_has_a_day_of_its_own_to_be_tried_again(hours: None):
    with time_machine.travel(moscow("05-01 06:00"), tick=False) as clock:
        letter = make_letter(1)
        clock.move_to(moscow("05-04 17:00"))
        for now in ("05-04 17:00", "05-04 17:30", "05-05 17:30"):
            clock.move_to(moscow(now))
            steps.fail(claim(letter)[0], MailBusy())
            letter.refresh_from_db()
            assert (letter.state, letter.problem) == ("waiting", "MailBusy")
            clock.move_to(moscow("05-05 17:59"))
        DeliveryStep.objects.filter(pk=letter.pk).update(next_try_at=timezone.now())
        steps.fail(claim(letter)[0], MailBusy())

    letter.refresh_from_db()
    assert letter.state == "failed"


def test_more_letters_than_a_domain_takes_wait_for_a_minute_with_room(hours: OrganizationSettings):
    hours.letters_per_minute = 2
    hours.save()
    at = datetime(2026, 4, 1, 9, 0, 30, tzinfo=UTC)

    def minutes(address: str) -> int:
        try:
            domain_limit.take_place([address])
        except DomainFull as error:
            return round(((error.not_before or at) - at.replace(second=0)).total_seconds() / 60)
        return 0

    with time_machine.travel(at, tick=False) as clock:
        assert [minutes("a@one.example") for _ in range(6)] == [0, 0, 1, 1, 2, 2]
        assert minutes("b@TWO.example") == 0
        clock.shift(timedelta(seconds=30))
        assert minutes("a@one.example") == 0


def test_a_letter_goes_only_when_all_its_domains_have_room(hours: OrganizationSettings):
    hours.letters_per_minute = 1
    hours.save()
    domain_limit.take_place(["a@one.example"])

    with pytest.raises(DomainFull) as caught:
        domain_limit.take_place(["c@three.example", "b@one.example"])

    assert caught.value.detail == "one.example"


def test_a_letter_put_back_for_its_domain_has_lost_no_attempt_and_says_why(letter: DeliveryStep):
    later = timezone.now() + timedelta(minutes=3)

    steps.put_back(claim(letter)[0], DomainFull("one.example", not_before=later))

    letter.refresh_from_db()
    assert (letter.attempts, letter.next_try_at, letter.detail) == (0, later, "one.example")
    assert (letter.state, claim(letter)) == ("waiting", [])


def test_a_new_limit_lets_those_that_wait_ask_again(letter: DeliveryStep):
    later = timezone.now() + timedelta(hours=3)
    steps.put_back(claim(letter)[0], DomainFull("one.example", not_before=later))

    steps.forget_turns()

    assert [step.pk for step in claim(letter)] == [letter.pk]


def test_a_worker_comes_back_for_the_letters_of_the_next_minute(letter: DeliveryStep, enqueued: Any):
    letter.run.steps.update(next_try_at=timezone.now() + timedelta(seconds=30))

    tasks.work_on_month(letter.run.pk)

    assert enqueued
