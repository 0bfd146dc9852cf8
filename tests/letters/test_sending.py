"""Each recipient gets a letter once, whatever fails: the mail server, the database, the portal itself."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from email import message_from_bytes
from email.header import decode_header, make_header
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import OperationalError, connection
from django.utils import timezone

from jobs import fault_points
from letters import kinds, outbox, sending
from letters.kinds import Kind
from letters.models import Letter
from letters.outbox import File
from letters.smtp import MailSession
from sandbox.mail import MailSandbox
from tests.letters.conftest import KIND, Queue, fates_of, send, state_of

pytestmark = pytest.mark.django_db(transaction=True)
Plan = Callable[[str], None]


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "NOTE_PAUSE_SECONDS", (0.0, 0.0, 0.0))


@pytest.fixture
def plan(monkeypatch: pytest.MonkeyPatch) -> Plan:
    """Return what makes a place fail every time."""
    return lambda name: monkeypatch.setitem(fault_points._planned, name, 100.0)


def arrived(mail: MailSandbox) -> Counter[str]:
    return Counter(to for letter in mail.letters for to in letter.recipients)


def due() -> None:
    """What was put off is due, and whoever was at work is dead."""
    past = timezone.now() - timedelta(seconds=1)
    Letter.objects.filter(state="waiting").update(next_try_at=past)
    Letter.objects.filter(state="under_way").update(leased_until=past)


def end_connection() -> None:
    """End this thread's connection as an administrator does, or have SQLite fail as if it were gone."""
    if connection.vendor != "postgresql":
        raise OperationalError("server closed the connection unexpectedly")
    import psycopg

    connection.ensure_connection()
    number = connection.connection.info.backend_pid
    known = connection.settings_dict
    where = {"host": known["HOST"], "port": known["PORT"], "user": known["USER"], "dbname": known["NAME"]}
    with psycopg.connect(**where, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s)", [number])


@contextmanager
def lost_after(monkeypatch: pytest.MonkeyPatch, *, times: int) -> Iterator[None]:
    """Lose the database each time that the server has taken a letter, for so many questions."""
    really = MailSession.send

    def take_and_lose(self: MailSession, *arguments: Any) -> Any:
        found = really(self, *arguments)
        left = [times]

        def fail(execute: Any, *more: Any) -> Any:
            if left[0] > 0:
                left[0] -= 1
                end_connection()
            return execute(*more)

        lost.append(connection.execute_wrapper(fail))
        lost[-1].__enter__()
        return found

    lost: list[Any] = []
    with monkeypatch.context() as patched:
        patched.setattr(MailSession, "send", take_and_lose)
        yield
    for each in reversed(lost):
        with suppress(Exception):
            each.__exit__(None, None, None)
    connection.execute_wrappers.clear()


def test_a_letter_is_sent_once_and_whoever_queued_it_is_told(
    queue: Queue, mail: MailSandbox, ended: list[Any]
):
    letter = queue("buh@client.example", "boss@client.example", html="<p>Hello.</p>")

    send()
    send()

    assert state_of(letter) == "sent"
    assert arrived(mail) == {"buh@client.example": 1, "boss@client.example": 1}
    assert len(mail.letters) == 1
    assert set(fates_of(letter).values()) == {"taken"}
    assert ended == [(letter.pk, "sent")]
    assert mail.letters[0].message["Message-ID"] == f"<{KIND}-{letter.mark}@testserver>"


def test_a_database_that_is_lost_after_the_servers_word_sends_nothing_twice(
    queue: Queue, mail: MailSandbox, ended: list[Any], monkeypatch: pytest.MonkeyPatch
):
    letters = [queue(f"{number}@client.example") for number in range(3)]

    with lost_after(monkeypatch, times=1):
        send()
    for _ in range(2):
        due()
        send()
        outbox.send_again(Letter.objects.all())

    assert {state_of(letter) for letter in letters} == {"sent"}, "it was noted over another connection"
    assert set(arrived(mail).values()) == {1}
    assert len(arrived(mail)) == 3


def test_what_cannot_be_noted_at_all_is_uncertain_and_never_sent_again_by_itself(
    queue: Queue, mail: MailSandbox, ended: list[Any], monkeypatch: pytest.MonkeyPatch
):
    letters = [queue(f"{number}@client.example") for number in range(3)]

    with lost_after(monkeypatch, times=3), suppress(OperationalError):
        send()
    connection.close()
    for _ in range(3):
        due()
        send()
        outbox.send_again(Letter.objects.all())

    assert set(arrived(mail).values()) == {1}
    assert len(arrived(mail)) == 3, "the others were sent later"
    assert "uncertain" in {state_of(letter) for letter in letters} <= {"uncertain", "sent"}
    assert (letters[0].pk, "uncertain") in ended


@pytest.mark.parametrize("place", ["letters.handed_over", "letters.taken", "letters.note"])
def test_a_fault_of_ours_after_the_hand_over_leaves_that_letter_uncertain(
    queue: Queue, mail: MailSandbox, plan: Plan, monkeypatch: pytest.MonkeyPatch, place: str
):
    letter = queue()
    plan(place)
    send()
    fault_points._planned.clear()
    other = queue("other@client.example")
    for _ in range(2):
        due()
        send()

    assert (state_of(letter), fates_of(letter)) == ("uncertain", {"buh@client.example": "uncertain"})
    assert arrived(mail)["buh@client.example"] <= 1
    assert state_of(other) == "sent"


def test_a_fault_of_ours_before_it_is_tried_again_a_few_times_and_stops_no_other(
    queue: Queue, mail: MailSandbox
):
    def words(letter: Letter) -> Any:
        return 1 / 0 if "faulty" in letter.subject else kinds.kept_words(letter)

    kinds.register(KIND, Kind(words=words))
    faulty, whole = queue(), queue("other@client.example")
    Letter.objects.filter(pk=faulty.pk).update(subject="faulty")

    for attempts in (1, 2, 3):
        send()
        assert state_of(whole) == "sent"
        assert (state_of(faulty), faulty.attempts) == ("failed" if attempts == 3 else "waiting", attempts)
        assert (faulty.problem, faulty.detail) == ("PortalFault", "ZeroDivisionError: division by zero")
        due()
    assert arrived(mail) == {"other@client.example": 1}


def test_an_address_that_is_put_off_is_tried_again_alone(queue: Queue, mail: MailSandbox, ended: list[Any]):
    letter = queue("later@client.example", "boss@client.example")

    send()
    assert (state_of(letter), letter.handed_over_at) == ("waiting", None)
    assert fates_of(letter) == {"later@client.example": "put_off", "boss@client.example": "taken"}
    assert letter.detail == "451 4.7.1 Greylisted, try again later"
    due()
    send()

    assert (state_of(letter), letter.problem) == ("sent", "")
    assert arrived(mail) == {"later@client.example": 1, "boss@client.example": 1}
    assert ended == [(letter.pk, "sent")]


def test_an_address_that_is_put_off_for_a_day_is_given_up_and_the_letter_was_sent(
    queue: Queue, mail: MailSandbox
):
    letter = queue("later@client.example", "boss@client.example")
    Letter.objects.update(failing_since=timezone.now() - timedelta(hours=24))

    send()

    assert state_of(letter) == "sent"
    assert fates_of(letter) == {"later@client.example": "refused", "boss@client.example": "taken"}


def test_a_letter_whose_last_address_is_refused_later_was_sent_all_the_same(queue: Queue, mail: MailSandbox):
    letter = queue("later@client.example", "boss@client.example")
    send()
    letter.recipients.filter(address="later@client.example").update(address="refused@client.example")
    due()

    send()

    assert state_of(letter) == "sent"
    assert letter.handed_over_at is not None
    assert arrived(mail) == {"boss@client.example": 1}


def test_of_addresses_that_are_all_refused_none_gets_it_and_a_person_may_try_again(
    queue: Queue, mail: MailSandbox, ended: list[Any]
):
    letter = queue("refused@client.example", "refused.too@client.example")

    send()
    assert (state_of(letter), letter.problem) == ("failed", "MailRefused")
    assert ended == [(letter.pk, "failed")]
    letter.recipients.filter(address="refused@client.example").update(address="right@client.example")
    assert outbox.send_again(Letter.objects.all()) == 1
    send()

    assert state_of(letter) == "sent"
    assert fates_of(letter) == {"right@client.example": "taken", "refused.too@client.example": "refused"}


def test_a_line_that_breaks_after_the_whole_letter_leaves_it_to_a_person(queue: Queue, mail: MailSandbox):
    letter = queue()
    mail.set_fault("cut_after")
    send()
    due()
    send()
    assert (state_of(letter), len(mail.letters)) == ("uncertain", 1)

    assert outbox.settle(letter, arrived=False)
    assert not outbox.settle(letter, arrived=True)
    send()

    assert (state_of(letter), len(mail.letters)) == ("sent", 2)
    assert len({each.message["Message-ID"] for each in mail.letters}) == 1


@pytest.mark.parametrize(("is_handed_over", "state"), [(False, "sent"), (True, "uncertain")])
def test_what_a_dead_worker_held_is_taken_up(
    queue: Queue, mail: MailSandbox, ended: list[Any], is_handed_over: bool, state: str
):
    letter, past = queue(), timezone.now() - timedelta(minutes=10)
    Letter.objects.update(
        state="under_way", worker="dead", leased_until=past, handed_over_at=past if is_handed_over else None
    )

    send()

    assert state_of(letter) == state
    assert ended == [(letter.pk, state)]


def test_a_worker_that_dies_before_another_hand_over_leaves_nothing_uncertain(
    queue: Queue, mail: MailSandbox
):
    letter = queue()
    mail.set_fault("busy")
    send()
    assert (state_of(letter), letter.handed_over_at) == ("waiting", None)
    past = timezone.now() - timedelta(minutes=10)
    Letter.objects.update(state="under_way", worker="dead", leased_until=past, next_try_at=past)

    send()

    assert state_of(letter) == "sent"


def test_a_letter_that_another_worker_has_taken_over_is_not_written(
    queue: Queue, mail: MailSandbox, monkeypatch: pytest.MonkeyPatch
):
    letter, really = queue(), MailSession.send

    def slowly(self: MailSession, *arguments: Any) -> Any:
        Letter.objects.update(worker="another")
        return really(self, *arguments)

    monkeypatch.setattr(MailSession, "send", slowly)
    send()

    assert (state_of(letter), letter.worker) == ("under_way", "another")
    assert not mail.letters


def test_whoever_queued_a_letter_and_fails_is_told_again_and_keeps_nobody_from_knowing(
    queue: Queue, mail: MailSandbox
):
    told: list[str] = []

    def ended(letter: Letter) -> None:
        if not told:
            told.append("failed")
            raise ZeroDivisionError
        told.append(letter.state)

    kinds.register(KIND, Kind(ended=ended))
    letter = queue()

    send()
    assert (state_of(letter), letter.is_told) == ("sent", False)
    send()

    assert told == ["failed", "sent"]
    assert (state_of(letter), letter.is_told) == ("sent", True)


def test_what_is_of_no_use_any_more_is_cancelled(queue: Queue, mail: MailSandbox):
    kinds.register(KIND, Kind(words=lambda _letter: None))
    letter = queue()

    send()

    assert (state_of(letter), mail.letters) == ("cancelled", [])


def test_a_file_goes_along_as_it_was_kept_or_the_letter_is_a_persons(queue: Queue, mail: MailSandbox):
    path = default_storage.save("act.pdf", ContentFile(b"%PDF-1"))
    digest = "9ad1f63d9bd9e6a1d9bcd0d07b1a6a3e6ae0d0fa3b5a0d4b9c7f3b1c5c2a7a11"
    damaged = queue(files=[File(path, "Act.pdf", "application/pdf", digest)])

    send()

    assert (state_of(damaged), damaged.problem) == ("failed", "AttachmentLost")
    assert not mail.letters


def test_a_letter_is_not_begun_before_its_time(queue: Queue, mail: MailSandbox):
    letter = queue(not_before=timezone.now() + timedelta(hours=1))

    send()

    assert state_of(letter) == "waiting"


def test_a_letter_that_came_back_goes_to_its_addresses_again_when_a_person_says_so(
    queue: Queue, mail: MailSandbox
):
    letter = queue()
    send()
    letter.recipients.update(state="came_back")
    Letter.objects.update(state="failed", problem="LetterCameBack")

    assert outbox.send_again(Letter.objects.all()) == 1
    send()

    assert (state_of(letter), fates_of(letter)) == ("sent", {"buh@client.example": "taken"})
    assert len(mail.letters) == 2


def test_a_letter_without_an_address_is_a_persons_and_is_not_tried_for_ever(
    queue: Queue, mail: MailSandbox, ended: list[Any]
):
    letter = queue()
    letter.recipients.all().delete()

    send()

    assert (state_of(letter), letter.problem, letter.detail) == ("failed", "MailRefused", "no address")
    assert ended == [(letter.pk, "failed")]


def test_no_header_is_folded_however_long_a_name_is(queue: Queue, mail: MailSandbox, settings: Any):
    """normandy#1526, www#48: a folded From was shown with blanks, or refused."""
    name = "Отдел взаиморасчётов Общества с ограниченной ответственностью «Торговый дом Ромашка»"
    settings.DEFAULT_FROM_EMAIL = f"{name} <acts@supplier.example>"
    queue(reply_to=f"{name} <accounting@supplier.example>")

    send()

    [letter] = mail.letters
    # Python's newer parser puts blanks between encoded words, which RFC 2047 (6.2) forbids.
    raw = message_from_bytes(letter.path.read_bytes())
    for header, address in (("From", "acts"), ("Reply-To", "accounting")):
        assert "\n" not in raw[header]
        shown = str(make_header(decode_header(raw[header])))
        assert shown == f"{name} <{address}@supplier.example>"
