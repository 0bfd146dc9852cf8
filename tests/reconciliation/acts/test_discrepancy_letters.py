"""Accounting is told of each act that does not balance: once, whatever fails in between."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from accounts.models import Counterparty
from letters.models import Letter
from letters.outbox import Draft
from portal.celery import app as celery
from reconciliation import tasks
from reconciliation.acts import discrepancy_letters
from reconciliation.models import Discrepancy
from tests.cast import at_once
from tests.letters.conftest import send

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


def tell() -> None:
    """Queue what accounting is to be told, and send it."""
    discrepancy_letters.tell_accounting()
    send()


def letters() -> list[Any]:
    return list(mail.outbox)


def test_the_letter_says_who_when_and_how_much(found: Found, company: Counterparty) -> None:
    entry = found()
    tell()
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
    tell()
    [letter] = letters()
    assert words in letter.subject


def test_a_name_on_several_lines_makes_no_second_header(found: Found, company: Counterparty) -> None:
    company.name = "ООО\r\nBcc: elsewhere@example.com " + "Ж" * 400
    company.save()
    found()
    tell()
    [letter] = letters()
    assert letter.recipients() == ["accounting@example.com"]
    assert "\n" not in letter.subject
    assert letter.message()["Bcc"] is None


def test_each_entry_is_told_once_however_often_the_round_is_made(found: Found) -> None:
    for _ in range(3):
        found()
    for _ in range(3):
        tell()
    assert len(letters()) == 3


def test_an_entry_that_was_closed_meanwhile_is_not_told(found: Found) -> None:
    found(resolved_at=timezone.now())
    tell()
    assert not letters()


@pytest.mark.parametrize(
    "host_and_port", [("127.0.0.1", 1), ("", 0)], ids=["nothing listens", "no server is named"]
)
def test_while_the_mail_server_is_down_nothing_is_lost_and_nothing_doubled(
    found: Found, settings: Any, host_and_port: tuple[str, int]
) -> None:
    found()
    working = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = host_and_port
    for _ in range(2):
        tell()
    assert Letter.objects.get().state == "waiting"
    settings.EMAIL_BACKEND = working
    Letter.objects.update(next_try_at=timezone.now())
    for _ in range(2):
        tell()
    assert len(letters()) == 1


def test_without_an_address_the_letters_wait_for_one(found: Found, settings: Any) -> None:
    found()
    settings.ACCOUNTING_EMAIL = ""
    tell()
    assert not letters()
    settings.ACCOUNTING_EMAIL = "buh@example.com"
    tell()
    assert [letter.to for letter in letters()] == [["buh@example.com"]]


def test_one_that_cannot_be_put_into_words_does_not_hold_up_the_others(
    found: Found, monkeypatch: pytest.MonkeyPatch
) -> None:
    entries, compose = [found() for _ in range(3)], discrepancy_letters._letter

    def fail_on_one(entry: Discrepancy) -> Draft:
        return compose(entry) if entry != entries[1] else 1 / 0  # type: ignore[return-value]

    monkeypatch.setattr(discrepancy_letters, "_letter", fail_on_one)
    tell()
    assert len(letters()) == 2
    assert Discrepancy.objects.get(told_at=None) == entries[1]


def test_beat_makes_the_round_by_itself() -> None:
    scheduled = {entry["task"] for entry in celery.conf.beat_schedule.values()}
    assert tasks.tell_accounting.name in scheduled


@pytest.mark.django_db(transaction=True)
def test_workers_that_start_at_once_send_each_letter_once(many_connections: None, found: Found) -> None:
    for _ in range(4):
        found()
    at_once(4, lambda _: discrepancy_letters.tell_accounting())
    send()
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
