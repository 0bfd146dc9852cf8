"""A wholesaler's real invoices read from a CSV file, with payments by a fixed rule.

Columns: invoice_no, date, customer_id, total. The file holds no payments, so in the file's order every
invoice is paid in full 30 days later, except every eighth, which stays unpaid, and every fifteenth, which is
paid in two halves, 30 and 60 days later.
"""

import csv
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import uuid5

from sandbox.generated_counterparties import NAMESPACE
from sandbox.ledger import ZERO, Balances, Contract, Counterparty, Ledger, Row

UNPAID = 8
IN_HALVES = 15
TERM = timedelta(days=30)


class RealLedger(Ledger):
    """The ledger of one file, in one currency."""

    def __init__(self, path: Path, currency: str = "GBP") -> None:
        self._all: dict[str, list[Row]] = {}
        customers: dict[str, Counterparty] = {}
        with path.open(encoding="utf-8-sig", newline="") as file:
            for order, invoice in enumerate(csv.DictReader(file), 1):
                customer_id = invoice["customer_id"]
                if customer_id not in customers:
                    customers[customer_id] = _customer(customer_id, len(customers), currency)
                customer = customers[customer_id]
                self._all.setdefault(customer.guid, []).extend(_rows_of(invoice, order, customer))
        super().__init__(customers.values())
        for rows in self._all.values():
            rows.sort(key=lambda row: (row.day, row.number))

    def _rows(self, counterparty: Counterparty, start: date, end: date) -> Iterable[Row]:
        return (row for row in self._all[counterparty.guid] if start <= row.day <= end)

    def _openings(self, counterparty: Counterparty, day: date) -> Balances:
        before = (row.amount for row in self._all[counterparty.guid] if row.day < day)
        return {counterparty.contracts[0].guid: sum(before, ZERO)}


def customer_guid(customer_id: str) -> str:
    """Return the guid of the customer with this number in the file."""
    return str(uuid5(NAMESPACE, f"customer/{customer_id}"))


def _customer(customer_id: str, position: int, currency: str) -> Counterparty:
    guid = customer_guid(customer_id)
    return Counterparty(
        guid=guid,
        name=f"Customer {customer_id}",
        contracts=(Contract(str(uuid5(NAMESPACE, f"{guid}/contract")), f"Account {customer_id}"),),
        currency=currency,
        language="en",
        email=f"customer{customer_id}@counterparty.example",
        bitrix24_company_id=position + 1,
        signatory=("Buyer", f"Buyer of {customer_id}"),
    )


def _rows_of(invoice: dict[str, str], order: int, customer: Counterparty) -> Iterator[Row]:
    day, total, number = date.fromisoformat(invoice["date"]), Decimal(invoice["total"]), invoice["invoice_no"]
    contract = customer.contracts[0].guid
    yield Row(day, "shipment", f"Sales Invoice #{number}", number, contract, debit=total)
    for part, paid in enumerate(_payments(total, order), 1):
        receipt = f"{number}-{part}"
        yield Row(day + part * TERM, "payment", f"Payment #{receipt}", receipt, contract, credit=paid)


def _payments(total: Decimal, order: int) -> tuple[Decimal, ...]:
    if order % UNPAID == 0:
        return ()
    if order % IN_HALVES == 0:
        half = (total / 2).quantize(ZERO)
        return half, total - half
    return (total,)
