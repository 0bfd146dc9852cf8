"""Accounting is told of each act that does not balance: once, whatever fails in between."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.utils import timezone

from accounts.models import Counterparty
from portal.celery import app as celery
from reconciliation import emails, notices, tasks
from reconciliation.models import Discrepancy
from tests.cast import at_once

pytestmark = pytest.mark.django_db
Found = Callable[..., Discrepancy]


@pytest.fixture
def found(company: Counterparty) -> Found:
    """Return what writes a discrepancy of one kopeck down, any field at will."""
    days = iter(range(1, 29))

    def write(**fields: Any) -> Discrepancy:
        day = date(2024, 3, next(days))
        given = {
            "counterparty": company,
            "date_from": day,
            "date_to": day,
            "currency": "RUB",
            "opening": Decimal("100.00"),
            "debit": Decimal("50.00"),
            "credit": Decimal("0.00"),
            "closing": Decimal("150.01"),
            "difference": Decimal("0.01"),
            "details": "closing is 150.01, difference 0.01",
            "snapshot": "{}",
            "last_seen_at": timezone.now(),
        }
        return Discrepancy.objects.create(**given | fields)

    return write


def letters() -> list[Any]:
    return list(mail.outbox)


def test_the_letter_says_who_when_and_how_much(found: Found, company: Counterparty) -> None:
    entry = found()
    notices.tell_accounting()
    [letter] = letters()
    assert letter.to == ["accounting@example.com"]
    assert letter.from_email == "acts@example.com"
    for words in (company.name, "01.03.2024", "100,00", "150,01", "0,01"):
        assert words in letter.body.replace("\u00a0", " ")
    assert letter.body.rstrip().endswith(
        f"http://testserver/admin/reconciliation/discrepancy/{entry.pk}/change/"
    )
    entry.refresh_from_db()
    assert entry.told_at is not None


@pytest.mark.parametrize(("language", "words"), [("ru", "не сходится"), ("en", "does not balance")])
def test_the_letter_is_in_the_language_of_accounting(
    found: Found, settings: Any, language: str, words: str
) -> None:
    settings.LANGUAGE_CODE = language
    found()
    notices.tell_accounting()
    [letter] = letters()
    assert words in letter.subject


def test_a_name_on_several_lines_makes_no_second_header(found: Found, company: Counterparty) -> None:
    company.name = "ООО\r\nBcc: elsewhere@example.com " + "Ж" * 400
    company.save()
    found()
    notices.tell_accounting()
    [letter] = letters()
    assert letter.recipients() == ["accounting@example.com"]
    assert "\n" not in letter.subject
    assert letter.message()["Bcc"] is None


def test_each_entry_is_told_once_however_often_the_round_is_made(found: Found) -> None:
    for _ in range(3):
        found()
    for _ in range(3):
        notices.tell_accounting()
    assert len(letters()) == 3


def test_an_entry_that_was_closed_meanwhile_is_not_told(found: Found) -> None:
    found(resolved_at=timezone.now())
    notices.tell_accounting()
    assert not letters()


@pytest.mark.parametrize(
    "host_and_port", [("127.0.0.1", 1), ("", 0)], ids=["nothing listens", "no server is named"]
)
def test_while_the_mail_server_is_down_nothing_is_lost_and_nothing_doubled(
    found: Found, settings: Any, host_and_port: tuple[str, int]
) -> None:
    entry = found()
    working = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = host_and_port
    for _ in range(2):
        notices.tell_accounting()
    entry.refresh_from_db()
    assert (entry.told_at, entry.telling_since) == (None, None)
    settings.EMAIL_BACKEND = working
    for _ in range(2):
        notices.tell_accounting()
    assert len(letters()) == 1


def test_without_an_address_the_letters_wait_for_one(found: Found, settings: Any) -> None:
    found()
    settings.ACCOUNTING_EMAIL = ""
    notices.tell_accounting()
    assert not letters()
    settings.ACCOUNTING_EMAIL = "buh@example.com"
    notices.tell_accounting()
    assert [letter.to for letter in letters()] == [["buh@example.com"]]


def test_one_letter_that_fails_does_not_hold_up_the_others(
    found: Found, monkeypatch: pytest.MonkeyPatch
) -> None:
    entries = [found() for _ in range(3)]
    send = EmailBackend.send_messages

    def refuse_one(self: EmailBackend, messages: Any) -> int:
        if f"/{entries[1].pk}/" in messages[0].body:
            raise OSError("mailbox full")
        return int(send(self, messages))

    monkeypatch.setattr(EmailBackend, "send_messages", refuse_one)
    notices.tell_accounting()
    assert len(letters()) == 2
    assert Discrepancy.objects.get(told_at=None) == entries[1]


@pytest.mark.parametrize(("minutes", "sent"), [(10, 0), (31, 1)])
def test_a_claim_whose_sender_died_is_taken_over_after_half_an_hour(
    found: Found, minutes: int, sent: int
) -> None:
    found(telling_since=timezone.now() - timedelta(minutes=minutes))
    notices.tell_accounting()
    assert len(letters()) == sent


def test_a_letter_that_goes_out_twice_all_the_same_bears_the_same_id(found: Found) -> None:
    entry, other = found(), found()
    for each in (entry, entry, other):
        emails.send_discrepancy(each)
    ids = [letter.message()["Message-ID"] for letter in letters()]
    assert ids[0] == ids[1] != ids[2]
    assert ids[0].startswith("<")
    assert ids[0].endswith("@testserver>")


def test_beat_makes_the_round_by_itself() -> None:
    scheduled = {entry["task"] for entry in celery.conf.beat_schedule.values()}
    assert tasks.tell_accounting.name in scheduled


@pytest.mark.django_db(transaction=True)
def test_workers_that_start_at_once_send_each_letter_once(many_connections: None, found: Found) -> None:
    for _ in range(4):
        found()
    at_once(4, lambda _: notices.tell_accounting())
    assert len(letters()) == 4
    assert not Discrepancy.objects.filter(told_at=None).exists()


@pytest.mark.django_db(transaction=True)
def test_a_lost_broker_is_noted_and_stops_nobody(
    books: object, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(celery.conf, "broker_url", "redis://127.0.0.1:1/0")
    monkeypatch.setattr(celery.amqp, "_producer_pool", None)
    tasks.enqueue(tasks.tell_accounting)
    assert "waits for the next round" in caplog.text
