"""The stand-ins that these tests ask, and one way of asking."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests

from sandbox.generated_ledger import GeneratedLedger
from sandbox.onec import OneCSandbox

Ask = Callable[..., requests.Response]

OCTOBER = {"date_from": "2026-10-01", "date_to": "2026-10-31"}


@pytest.fixture(scope="session")
def ledger() -> GeneratedLedger:
    """The ledger of seed 1; it is asked often, and remembers."""
    return GeneratedLedger(seed=1)


@pytest.fixture(scope="session")
def _running(ledger: GeneratedLedger) -> Iterator[OneCSandbox]:
    with OneCSandbox(ledger=ledger) as sandbox:
        yield sandbox


@pytest.fixture
def onec(_running: OneCSandbox) -> Iterator[OneCSandbox]:
    """A 1C as after its start."""
    _running.reset()
    yield _running
    _running.reset()


@pytest.fixture
def guid(onec: OneCSandbox) -> str:
    """«Ромашка», which has rows in every month."""
    return onec.ledger.counterparties[0].guid


@pytest.fixture
def ask(onec: OneCSandbox) -> Ask:
    """Call an endpoint with the right key."""

    def ask(route: str, /, headers: dict[str, str] | None = None, **query: Any) -> requests.Response:
        return requests.get(
            f"{onec.url}/hs/reconciliation/{route}",
            params=query,
            headers={"Authorization": "Bearer sandbox-key"} | (headers or {}),
            timeout=5,
            allow_redirects=False,
        )

    return ask


@pytest.fixture
def ask_act(ask: Ask, guid: str) -> Ask:
    """Ask for the act of «Ромашка» for October 2026."""

    def ask_act(headers: dict[str, str] | None = None, **query: Any) -> requests.Response:
        return ask("act", headers, **({"counterparty_guid": guid} | OCTOBER | query))

    return ask_act
