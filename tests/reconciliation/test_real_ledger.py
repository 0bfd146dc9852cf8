"""The ledger of a real wholesaler: every customer's act balances, and is what the invoices say."""

import csv
from collections import defaultdict
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import call_command

from jobs.deadline import Deadline
from reconciliation import connections
from reconciliation.acts.archive import render
from reconciliation.counterparties import sync, update_runs
from reconciliation.ledger.act import ZERO
from reconciliation.ledger.period import Period
from reconciliation.models import IssuedAct
from sandbox.onec import OneCSandbox
from sandbox.real_ledger import RealLedger, customer_guid

LEDGER = Path(__file__).resolve().parents[3] / "shared/data/online_retail_invoices.csv"
WHOLE = Period(date(2010, 12, 1), date(2012, 12, 31))
CUSTOMERS = 4338

pytestmark = [
    pytest.mark.real_ledger,
    pytest.mark.skipif(not LEDGER.exists(), reason="the real ledger is not beside this checkout"),
]


@pytest.fixture(scope="module")
def invoiced() -> dict[str, Decimal]:
    """What each customer was invoiced, from the file itself."""
    totals: dict[str, Decimal] = defaultdict(lambda: ZERO)
    with LEDGER.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            totals[customer_guid(row["customer_id"])] += Decimal(row["total"])
    return totals


@pytest.mark.long
@pytest.mark.django_db
def test_every_customers_act_balances_and_shows_what_was_invoiced(settings, invoiced) -> None:
    with OneCSandbox(ledger=RealLedger(LEDGER)) as onec:
        settings.ONEC_BASE_URL, settings.ONEC_API_KEY = onec.url, "sandbox-key"
        client = connections.onec()
        guids = [
            each.guid for page in client.pages(on=WHOLE.end, nonzero=False) for each in page.counterparties
        ]
        assert len(set(guids)) == len(guids) == CUSTOMERS
        for guid in guids:
            act = client.act(guid, WHOLE, deadline=Deadline(10)).act
            assert not act.imbalances
            assert act.opening == ZERO
            assert act.debit == invoiced[guid]
            assert act.currency == "GBP"


@pytest.mark.django_db
def test_the_busiest_customers_act_is_issued_and_drawn(settings, tmp_path: Path, invoiced) -> None:
    busiest = max(invoiced, key=lambda guid: invoiced[guid])
    with OneCSandbox(ledger=RealLedger(LEDGER)) as onec:
        settings.ONEC_BASE_URL, settings.ONEC_API_KEY = onec.url, "sandbox-key"
        call_command("act", busiest, "2010-12-01", "2011-12-31", "-o", str(tmp_path / "act.pdf"), verbosity=2)
    act = IssuedAct.objects.get()
    assert act.debit == invoiced[busiest]
    assert (tmp_path / "act.pdf").read_bytes() == render(act, "pdf", "ru")


@pytest.mark.long
@pytest.mark.django_db
def test_every_customer_comes_in_once(settings) -> None:
    with OneCSandbox(ledger=RealLedger(LEDGER)) as onec:
        settings.ONEC_BASE_URL, settings.ONEC_API_KEY = onec.url, "sandbox-key"
        for counts in ({"added": CUSTOMERS}, {"unchanged": CUSTOMERS}):
            run = update_runs.start_sync()
            sync.advance(run, client=connections.onec())
            assert run.counts == counts
