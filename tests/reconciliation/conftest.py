"""A 1C as after its start, and the portal's client for it."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from reconciliation import tasks
from reconciliation.ledger.act import Party
from reconciliation.ledger.period import Period
from reconciliation.onec.answer import Defaults
from reconciliation.onec.auth import Credentials
from reconciliation.onec.client import OneCClient, OneCConfig
from sandbox.ledger import Counterparty
from sandbox.onec import OneCSandbox

KEY = "sandbox-key"
OCTOBER = Period(date(2026, 10, 1), date(2026, 10, 31))
DEFAULTS = Defaults(Party("ООО «Поставщик»", "7701234567"), "RUB", ZoneInfo("Europe/Moscow"))

NewClient = Callable[..., OneCClient]


@pytest.fixture
def romashka(onec: OneCSandbox) -> Counterparty:
    """«Ромашка», which has two contracts and rows in every month."""
    return onec.ledger.counterparties[0]


@pytest.fixture
def new_client(onec: OneCSandbox) -> Iterator[NewClient]:
    """Make clients for 1C, or for whatever `base_url` says; they are closed with the test."""
    made: list[OneCClient] = []

    def new_client(*, scheme: Any = "x-api-key", key: str = KEY, basic: str = "", **more: Any) -> OneCClient:
        known = OneCConfig(onec.url, Credentials(scheme, key, basic), DEFAULTS)
        client = OneCClient(replace(known, **more))
        made.append(client)
        return client

    yield new_client
    for client in made:
        client.close()


@pytest.fixture
def client(new_client: NewClient) -> OneCClient:
    """A client with the right key."""
    return new_client(pdf_source="portal")


@pytest.fixture
def no_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Try again at once."""
    monkeypatch.setattr("reconciliation.http.calls.random.uniform", lambda _least, _most: 0.001)


@pytest.fixture
def enqueued(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Keep tasks from going to the broker; return the names of those that would have."""
    found: list[str] = []
    monkeypatch.setattr(tasks, "enqueue", lambda task, *_, **__: found.append(task.name.rpartition(".")[2]))
    return found
