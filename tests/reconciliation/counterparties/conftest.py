"""1C's list as the directory reads it, in pages of a hundred."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import Counterparty
from reconciliation import connections
from reconciliation.counterparties import sync, update_runs
from reconciliation.models import DirectoryRun
from sandbox.onec import OneCSandbox

Sync = Callable[..., DirectoryRun]


@pytest.fixture
def synced(books: OneCSandbox, db: None, monkeypatch: pytest.MonkeyPatch) -> Sync:
    """Return what runs through 1C's list to its end, and returns the run."""
    monkeypatch.setattr("reconciliation.onec.client.PAGE_SIZE", 100)

    def to_the_end(*, dry: bool = False, **options: Any) -> DirectoryRun:
        run = update_runs.new_dry_run() if dry else update_runs.start_sync(**options)
        sync.advance(run, client=connections.onec())
        return run

    return to_the_end


@pytest.fixture
def say(books: OneCSandbox) -> Callable[[str, str, str], None]:
    """Return what makes 1C list a field of a counterparty otherwise; the value is JSON."""

    def change(guid: str, field: str, value: str) -> None:
        books.set_fault(guid, "field", {"field": field, "json": value})

    return change


def at(books: OneCSandbox, index: int) -> Counterparty:
    """Return the portal's entry of 1C's counterparty at `index`."""
    return Counterparty.objects.get(onec_guid=books.ledger.counterparties[index].guid)


def listed(run: DirectoryRun, fate: str) -> dict[str, dict[str, Any]]:
    """Return what the run lists under a fate: details by guid."""
    return dict(run.changes.filter(fate=fate).values_list("guid", "details"))
