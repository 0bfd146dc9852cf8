"""Real invoices are read as they are, and payments follow the fixed rule."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from sandbox.ledger import Row, Statement
from sandbox.real_ledger import RealLedger, customer_guid

SAMPLE = Path(__file__).with_name("invoices.csv")
WHOLESALER = Path(__file__).parents[3] / "shared" / "data" / "online_retail_invoices.csv"
ALWAYS = date(2000, 1, 1), date(2050, 1, 1)


@pytest.fixture(scope="module")
def sample() -> RealLedger:
    return RealLedger(SAMPLE)


def payments_of(statement: Statement, number: str) -> list[Row]:
    return [row for row in statement.rows if row.kind == "payment" and row.number.startswith(f"{number}-")]


def test_customers_stand_in_the_order_of_the_file(sample: RealLedger) -> None:
    assert [(c.name, c.currency) for c in sample.counterparties] == [
        ("Customer 77", "GBP"),
        ("Customer 88", "GBP"),
        ("Customer 99", "GBP"),
    ]


def test_an_invoice_is_paid_in_full_thirty_days_later(sample: RealLedger) -> None:
    statement = sample.statement(customer_guid("77"), *ALWAYS)
    assert [(row.day, row.credit) for row in payments_of(statement, "1")] == [
        (date(2024, 2, 9), Decimal("100.01"))
    ]


def test_every_eighth_invoice_stays_unpaid(sample: RealLedger) -> None:
    statement = sample.statement(customer_guid("77"), *ALWAYS)
    assert payments_of(statement, "8") == []
    assert statement.closing == Decimal("70.00")
