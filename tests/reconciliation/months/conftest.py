"""A month with everything around it: 1C, Bitrix24 and a mail server, and the command that sends it."""

from collections.abc import Callable, Iterator
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from accounts.models import Counterparty
from reconciliation import connections
from reconciliation.months import crm_companies, work
from sandbox.bitrix24.company import ACTS_FOLDER_ID, GUID_FIELD, Firm
from sandbox.bitrix24.server import Bitrix24Sandbox
from sandbox.ledger import Counterparty as Known
from sandbox.mail import MailSandbox
from sandbox.onec import OneCSandbox

MONTH = "2026-03"
Send = Callable[..., str]


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look for work as soon as there may be any; the command goes on after a turn that is over too early."""
    monkeypatch.setattr(work, "LOOK_EVERY_SECONDS", 0.05)
    monkeypatch.setattr(work, "GATHER_SECONDS", 0.0)


@pytest.fixture
def bitrix24(books: OneCSandbox, settings: Any) -> Iterator[Bitrix24Sandbox]:
    """Bitrix24 with 1C's first counterparties, set up for the portal."""
    firms = [
        Firm(one.bitrix24_company_id, one.name, manager=2, fields={GUID_FIELD: one.guid})
        for one in books.ledger.counterparties[:20]
    ]
    with Bitrix24Sandbox(firms=firms) as running:
        settings.BITRIX24_WEBHOOK_URL = running.webhook
        settings.BITRIX24_ACTS_FOLDER_ID = ACTS_FOLDER_ID
        settings.BITRIX24_COMPANY_GUID_FIELD = GUID_FIELD
        settings.BITRIX24_FALLBACK_MANAGER_ID = 3
        settings.REDIS_URL = ""
        yield running
    connections._bitrix24.cache_clear()
    crm_companies.forget()


@pytest.fixture
def some(books: OneCSandbox) -> list[Known]:
    """Four counterparties of 1C with a balance, which the portal does not know yet."""
    return list(books.ledger.counterparties[:4])


@pytest.fixture
def send(
    some: list[Known], bitrix24: Bitrix24Sandbox, mail: MailSandbox, many_connections: None, no_waits: None,
    impatient: None,
) -> Send:  # fmt: skip
    """Send the month to those four and return what the command says."""

    def send(*options: str, month: str = MONTH) -> str:
        said = StringIO()
        chosen = () if {"--retry-failed", "--pause", "--resume", "--cancel"} & set(options) else (
            "--only", *(one.guid for one in some), "--yes",
        )  # fmt: skip
        call_command("distribute", month, *chosen, *options, stdout=said, stderr=StringIO())
        return said.getvalue()

    return send


def company_of(known: Known, **fields: Any) -> Counterparty:
    """Return the portal's row of a counterparty, made with these fields."""
    return Counterparty.objects.create(onec_guid=known.guid, name=known.name, email=known.email, **fields)
