"""Connections to PostgreSQL are bounded, and nobody who waits for 1C keeps one."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from accounts.models import Counterparty, Membership, User
from jobs.database import release_connection
from sandbox.onec import OneCSandbox
from tests.cast import SPRING, Issue, Visit, at_once

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE = 64


@pytest.fixture
def postgres() -> None:
    if connection.vendor != "postgresql":
        # CI runs every test that touches the database on PostgreSQL, too.
        connection.ensure_connection()
        pytest.xfail("only PostgreSQL has a bounded number of connections")


def connections_in_use() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
        return int(cursor.fetchone()[0])


def test_sixty_four_people_at_once_take_no_more_than_the_pool_has(
    postgres: None, company: Counterparty
) -> None:
    together = threading.Barrier(PEOPLE)

    def wait_for_1c(_number: int) -> int:
        Counterparty.objects.get(pk=company.pk)
        release_connection()
        together.wait(20)
        name = Counterparty.objects.get(pk=company.pk).name
        release_connection()
        return len(name)

    with ThreadPoolExecutor(PEOPLE) as threads:
        assert all(threads.map(wait_for_1c, range(PEOPLE)))
    assert connections_in_use() <= 21


def test_a_connection_that_was_cut_while_1c_was_asked_is_replaced(
    postgres: None, books: OneCSandbox, company: Counterparty, issued: Issue, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = books.ledger.statement

    def cut_first(*args: Any, **kwargs: Any) -> Any:
        cut = threading.Thread(target=_cut_all)
        cut.start()
        cut.join()
        return whole(*args, **kwargs)

    monkeypatch.setattr(books.ledger, "statement", cut_first)
    assert issued(company, SPRING).act.number == "000001"


def test_people_who_wait_while_connections_are_cut_get_their_acts(
    postgres: None, books: OneCSandbox, company: Counterparty, visit: Visit, settings: Any
) -> None:
    settings.ONEC_CONCURRENCY = 10
    people = [User.objects.create_user(f"p{number}@example.com") for number in range(30)]
    Membership.objects.bulk_create(Membership(user=person, counterparty=company) for person in people)
    browsers = [visit(person) for person in people]
    for browser in browsers:
        browser.raise_request_exception = False
    books.latency = 0.3
    cutter = threading.Thread(target=_cut_for_a_while)
    cutter.start()
    march = {"period": "custom", "date_from": "2024-03-01", "date_to": "2024-03-31"}
    found = at_once(len(people), lambda turn: browsers[turn].post("/acts/", march).status_code)
    cutter.join()
    connection.close()  # this thread's own was cut, too
    # Whoever was in the middle of a query is told to come back.
    assert set(found) <= {302, 503}, found
    assert found.count(302) > 0


def _cut_for_a_while() -> None:
    for _ in range(5):
        time.sleep(0.2)
        _cut_all()


def _cut_all() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    connection.close()
