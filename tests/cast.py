"""The cast of the tests: who may log in, for whom, and a 1C that knows these companies."""

import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import date
from pathlib import Path
from threading import Barrier
from typing import Any, TypeVar

import pytest
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.db import connection
from django.test import Client, override_settings

from accounts import groups
from accounts.models import Counterparty, Membership, User
from jobs.deadline import Deadline
from portal.celery import app as celery
from reconciliation import connections
from reconciliation.acts.issuing import Issuance, issue
from reconciliation.ledger.period import Period
from sandbox.mail import MailSandbox
from sandbox.onec import OneCSandbox

SPRING = Period(date(2024, 3, 1), date(2024, 3, 31))
"""A month in which every company of the cast but the quiet one has documents."""
QUIET_MONTH = Period(date(2026, 10, 1), date(2026, 10, 31))
"""A month in which the quiet company has none: its last document is of June or July 2026."""

Visit = Callable[..., Client]
Issue = Callable[..., Issuance]
T = TypeVar("T")


def longer(*values: object) -> list[Any]:
    """Return values of a parameter that are tried where there is time, as on CI."""
    return [pytest.param(value, marks=pytest.mark.long) for value in values]


@pytest.fixture
def books(onec: OneCSandbox, settings) -> Iterator[OneCSandbox]:
    """1C as the portal is set up for it, with nothing switched on; a task is queued and never run."""
    onec.reset()
    settings.ONEC_BASE_URL = onec.url
    settings.ONEC_API_KEY = "sandbox-key"
    settings.ACT_PDF_SOURCE = "portal"
    cache.clear()
    broker = celery.conf.broker_url
    celery.conf.broker_url = "memory://"
    yield onec
    celery.conf.broker_url = broker
    onec.reset()


def _company(books: OneCSandbox, index: int) -> Counterparty:
    known = books.ledger.counterparties[index]
    return Counterparty.objects.create(
        onec_guid=known.guid,
        name=known.name,
        inn=known.inn,
        kpp=known.kpp,
        email=known.email,
        language=known.language,
    )


def _person(email: str, *companies: Counterparty, role: str = "owner", **fields: Any) -> User:
    user = User.objects.create_user(email, **fields)
    for company in companies:
        Membership.objects.create(user=user, counterparty=company, role=role)
    return user


@pytest.fixture
def company(books: OneCSandbox, db: None) -> Counterparty:
    """ООО «Ромашка»: Russian, with documents from the first day of each month."""
    return _company(books, 0)


@pytest.fixture
def english_company(books: OneCSandbox, db: None) -> Counterparty:
    """Northwind Trading LLC: its acts are in English."""
    return _company(books, 1)


@pytest.fixture
def foreign_company(books: OneCSandbox, db: None) -> Counterparty:
    """A company that nobody of the cast but the stranger acts for."""
    return _company(books, 2)


@pytest.fixture
def quiet_company(books: OneCSandbox, db: None) -> Counterparty:
    """АО «Тихая гавань»: no documents since the summer of 2026, and a balance."""
    return _company(books, 4)


@pytest.fixture
def owner(company: Counterparty) -> User:
    return _person("owner@example.com", company, first_name="Ольга", last_name="Хозяйкина")


@pytest.fixture
def colleague(company: Counterparty) -> User:
    """Does the accounts of the same company."""
    return _person("colleague@example.com", company, role="accountant")


@pytest.fixture
def viewer(company: Counterparty) -> User:
    """May look at the same company's acts."""
    return _person("viewer@example.com", company, role="viewer")


@pytest.fixture
def stranger(foreign_company: Counterparty) -> User:
    return _person("stranger@example.com", foreign_company)


@pytest.fixture
def bookkeeper(english_company: Counterparty, quiet_company: Counterparty) -> User:
    """Acts for two companies."""
    return _person("bookkeeper@example.com", english_company, quiet_company)


@pytest.fixture
def newcomer(db: None) -> User:
    """May log in, and acts for nobody yet."""
    return _person("newcomer@example.com")


def _staff(email: str, group: str) -> User:
    user = _person(email, is_staff=True)
    user.groups.add(Group.objects.get(name=group))
    return user


@pytest.fixture
def accountant(db: None) -> User:
    """Works in the admin: counterparties, acts, updates."""
    return _staff("accountant@example.com", groups.ACCOUNTANT)


@pytest.fixture
def chief(db: None) -> User:
    """The chief accountant: also decides what holds for all counterparties."""
    return _staff("chief@example.com", groups.CHIEF_ACCOUNTANT)


@pytest.fixture
def administrator(db: None) -> User:
    """Also looks after people and their rights."""
    return _staff("administrator@example.com", groups.ADMINISTRATOR)


@pytest.fixture
def visit() -> Visit:
    """Return what makes a browser: of nobody, or of a person who is logged in; in Russian or English."""

    def browser(user: User | None = None, language: str = "ru") -> Client:
        client = Client(headers={"accept-language": language})
        if user:
            client.force_login(user)
        return client

    return browser


@pytest.fixture
def issued(books: OneCSandbox, db: None) -> Issue:
    """Return what issues an act as the page does."""

    def of(counterparty: Counterparty, period: Period = SPRING, user: User | None = None) -> Issuance:
        return issue(
            counterparty, period, requested_by=user, client=connections.onec(), deadline=Deadline(10)
        )

    return of


@pytest.fixture
def fast_passwords() -> Iterator[None]:
    """Passwords that cost no time to check; what the product's cost is Django's choice."""
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.fixture
def many_connections(transactional_db: None, tmp_path: Path) -> Iterator[None]:
    """A database that several threads can use at once: SQLite's in memory is moved to a file for a while."""
    if connection.vendor != "sqlite":
        yield
        return
    connection.ensure_connection()
    in_memory, name = connection.connection, connection.settings_dict["NAME"]
    with closing(sqlite3.connect(tmp_path / "tests.sqlite3")) as file:
        in_memory.backup(file)
    connection.connection = None
    connection.settings_dict["NAME"] = str(tmp_path / "tests.sqlite3")
    yield
    connection.close()
    connection.settings_dict["NAME"] = name
    connection.connection = in_memory


def at_once(number: int, call: Callable[[int], T]) -> list[T]:
    """Return what `call` gives for 0, 1, 2 and so on, all begun at the same moment, a thread each."""
    barrier = Barrier(number)

    def run(turn: int) -> T:
        barrier.wait(timeout=30)
        try:
            return call(turn)
        finally:
            connection.close()

    with ThreadPoolExecutor(number) as threads:
        return list(threads.map(run, range(number)))


@pytest.fixture
def mail(settings: Any) -> Iterator[MailSandbox]:
    """A mail server that the portal sends through."""
    with MailSandbox() as running:
        settings.EMAIL_BACKEND = "portal.backends.mail.SmtpBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", running.port
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        yield running
