"""Letters to very many wait for working hours, and every letter for its domain's turn."""

from datetime import UTC, datetime, time, timedelta
from functools import partial
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from letters import limits, outbox
from letters.errors import DomainFull
from letters.models import Letter
from letters.sending import Rules, ready
from letters.sending_hours import SendingHours
from reconciliation.schedules import working_days
from sandbox.mail import MailSandbox
from tests.letters.conftest import Queue, send, state_of

pytestmark = pytest.mark.django_db(transaction=True)
HOURS = SendingHours(time(9), time(18), partial(working_days.after, days=0, calendar="RU"))


@pytest.fixture(autouse=True)
def _zone(settings: Any) -> None:
    settings.TIME_ZONE = "Europe/Moscow"


def moscow(text: str) -> datetime:
    """Return an instant by Moscow's clock, like "04-30 17:00", of 2026."""
    return datetime.strptime(f"2026-{text} +0300", "%Y-%m-%d %H:%M %z")


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
def test_letters_may_go_on_working_days_between_the_hours(now: str, opens: str):
    assert HOURS.opens_at(moscow(now)) == moscow(opens)


def test_before_the_hours_only_letters_to_very_many_wait(queue: Queue):
    with time_machine.travel(moscow("04-01 06:00"), tick=False) as clock:
        bulk, single = queue(is_bulk=True), queue()

        assert list(ready(Rules(hours=HOURS))) == [single]
        assert Rules(hours=HOURS).closed_until() == moscow("04-01 09:00")
        clock.move_to(moscow("04-01 09:00"))
        assert set(ready(Rules(hours=HOURS))) == {bulk, single}


def test_a_letter_that_waited_for_days_has_a_day_of_its_own_to_be_tried_again(
    queue: Queue, mail: MailSandbox
):
    mail.set_fault("busy")
    with time_machine.travel(moscow("05-01 06:00"), tick=False) as clock:
        letter = queue(is_bulk=True)
        for now in ("05-04 17:00", "05-04 17:30", "05-05 17:30"):
            clock.move_to(moscow(now))
            Letter.objects.update(next_try_at=timezone.now())
            mail.set_fault("busy")
            send(Rules(hours=HOURS))
            assert (state_of(letter), letter.problem) == ("waiting", "MailBusy")
        clock.move_to(moscow("05-05 17:59"))
        Letter.objects.update(next_try_at=timezone.now())
        mail.set_fault("busy")
        send(Rules(hours=HOURS))

    assert state_of(letter) == "failed"


def test_more_letters_than_a_domain_takes_wait_for_a_minute_with_room():
    at = datetime(2026, 4, 1, 9, 0, 30, tzinfo=UTC)

    def minutes(address: str) -> int:
        try:
            limits.take_place([address], 2)
        except DomainFull as error:
            return round((error.not_before - at.replace(second=0).timestamp()) / 60)
        return 0

    with time_machine.travel(at, tick=False) as clock:
        assert [minutes("a@one.example") for _ in range(6)] == [0, 0, 1, 1, 2, 2]
        assert minutes("b@TWO.example") == 0
        clock.shift(timedelta(seconds=30))
        assert minutes("a@one.example") == 0


def test_a_letter_goes_only_when_all_its_domains_have_room():
    limits.take_place(["a@one.example"], 1)

    with pytest.raises(DomainFull) as caught:
        limits.take_place(["c@three.example", "b@one.example"], 1)

    assert caught.value.detail == "one.example"


def test_a_letter_put_back_for_its_domain_has_lost_no_attempt_and_says_why(queue: Queue, mail: MailSandbox):
    first, second = queue("a@one.example"), queue("b@one.example")

    send(Rules(letters_per_minute=1))

    assert (state_of(first), state_of(second)) == ("sent", "waiting")
    assert (second.attempts, second.problem, second.detail) == (0, "DomainFull", "one.example")
    assert second.next_try_at > timezone.now()


def test_a_new_limit_lets_those_that_wait_ask_again(queue: Queue, mail: MailSandbox):
    queue("a@one.example")
    second = queue("b@one.example")
    send(Rules(letters_per_minute=1))

    outbox.forget_places()
    send()

    assert state_of(second) == "sent"
