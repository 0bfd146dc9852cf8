"""How the other systems are doing is noted, and seldom."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.db import DatabaseError

from accounts.models import Counterparty
from portal.backends.mail import SmtpBackend
from reconciliation import tasks
from reconciliation.errors import OneCBusy, OneCUnknownCounterparty, QueueFull
from reconciliation.models import ConnectionState
from reconciliation.monitoring import connection_states
from sandbox.mail import MailSandbox
from sandbox.onec import OneCSandbox
from tests.cast import Issue

pytestmark = pytest.mark.django_db
Name = ConnectionState.Name


@pytest.fixture(autouse=True)
def _nothing_noted() -> Iterator[None]:
    connection_states._noted.clear()
    yield
    connection_states._noted.clear()


def state(name: Name) -> ConnectionState:
    return ConnectionState.objects.get(name=name)


@pytest.mark.usefixtures("no_waits")
def test_1cs_last_success_and_failure_are_noted(
    books: OneCSandbox, company: Counterparty, issued: Issue
) -> None:
    issued(company)
    assert (bool(state(Name.ONEC).succeeded_at), state(Name.ONEC).is_failing) == (True, False)
    books.set_fault("*", "busy")
    with pytest.raises(OneCBusy):
        issued(company)
    assert (state(Name.ONEC).kind, state(Name.ONEC).is_failing) == ("OneCBusy: busy", True)
    books.clear()
    issued(company)
    assert not state(Name.ONEC).is_failing


def test_the_same_is_not_noted_at_every_call(django_assert_num_queries: Any) -> None:
    connection_states.note_onec(None)
    with django_assert_num_queries(0):
        connection_states.note_onec(None)
        connection_states.note_onec(OneCUnknownCounterparty())
        connection_states.note_onec(QueueFull())
    connection_states.note_onec(OneCBusy("busy"))
    with django_assert_num_queries(0):
        connection_states.note_onec(OneCBusy("busy"))


def test_a_note_that_cannot_be_written_fails_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**_: Any) -> None:
        raise DatabaseError

    with monkeypatch.context() as patched:
        patched.setattr(ConnectionState.objects, "update_or_create", fail)
        connection_states.note_success(Name.QUEUE)
    tasks.continue_runs()
    assert state(Name.QUEUE).succeeded_at


def test_mail_is_noted_when_it_goes_out_and_when_it_cannot() -> None:
    letter = EmailMessage("Subject", "Text", "a@example.com", ["b@example.com"])
    with MailSandbox(port=0, web_port=0, folder=None) as mail:
        SmtpBackend(host="127.0.0.1", port=mail.port).send_messages([letter])
    assert not state(Name.MAIL).is_failing
    with pytest.raises(ConnectionRefusedError):
        SmtpBackend(host="127.0.0.1", port=1).send_messages([letter])
    assert (state(Name.MAIL).is_failing, state(Name.MAIL).detail) == (True, "ConnectionRefusedError")
