"""What 1C keeps about settlements: counterparties, contracts, rows, and statements drawn from them.

Sign as in the contract of the service: a positive balance means that the counterparty owes the organization.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from threading import Lock

ZERO = Decimal("0.00")
Balances = dict[str, Decimal]
"""Balance by contract guid."""


@dataclass(frozen=True, slots=True)
class Contract:
    """One contract with a counterparty."""

    guid: str
    name: str


@dataclass(frozen=True, slots=True)
class Counterparty:
    """Who settles with the organization; tax numbers may be empty."""

    guid: str
    name: str
    contracts: tuple[Contract, ...]
    currency: str = "RUB"
    language: str = "ru"
    inn: str = ""
    kpp: str = ""
    ogrn: str = ""
    email: str = ""
    bitrix24_company_id: int = 0
    signatory: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True)
class Row:
    """One document on one contract; debit or credit can be negative."""

    day: date
    kind: str
    document: str
    number: str
    contract: str
    debit: Decimal = ZERO
    credit: Decimal = ZERO

    @property
    def amount(self) -> Decimal:
        """What the row adds to the balance."""
        return self.debit - self.credit


@dataclass(frozen=True)
class Statement:
    """A counterparty's rows from `start` to `end`, both included, with balances by contract."""

    counterparty: Counterparty
    start: date
    end: date
    openings: Balances
    rows: tuple[Row, ...]
    contracts: tuple[Contract, ...] = field(default=())

    @cached_property
    def closings(self) -> Balances:
        return _added(self.openings, self.rows)

    @property
    def opening(self) -> Decimal:
        return sum(self.openings.values(), ZERO)

    @property
    def closing(self) -> Decimal:
        return sum(self.closings.values(), ZERO)


class Ledger(ABC):
    """Counterparties in a fixed order and their rows; a subclass says where the rows come from."""

    counterparties: tuple[Counterparty, ...]

    def __init__(self, counterparties: Iterable[Counterparty]) -> None:
        self.counterparties = tuple(counterparties)
        self._by_guid = {counterparty.guid: counterparty for counterparty in self.counterparties}
        self._positions = {counterparty.guid: place for place, counterparty in enumerate(self.counterparties)}
        self._changes: dict[str, list[Row]] = {}
        self._lock = Lock()

    @abstractmethod
    def _rows(self, counterparty: Counterparty, start: date, end: date) -> Iterable[Row]:
        """Return the rows from `start` to `end`, both included, by date."""

    @abstractmethod
    def _openings(self, counterparty: Counterparty, day: date) -> Balances:
        """Return the balances of all contracts before `day`."""

    def find(self, guid: str) -> Counterparty | None:
        return self._by_guid.get(guid.lower())

    def position(self, guid: str) -> int:
        """Return the place of a known counterparty in the order of all."""
        return self._positions[guid.lower()]

    def statement(self, guid: str, start: date, end: date, contract_guid: str = "") -> Statement:
        """Return the statement of a known counterparty, of one contract if it is named."""
        counterparty = self._by_guid[guid.lower()]
        contracts = tuple(c for c in counterparty.contracts if not contract_guid or c.guid == contract_guid)
        openings = self._openings(counterparty, start)
        changes = self._changes.get(counterparty.guid, ())
        openings = _added(openings, (row for row in changes if row.day < start))
        rows = [*self._rows(counterparty, start, end), *(row for row in changes if start <= row.day <= end)]
        wanted = {contract.guid for contract in contracts}
        return Statement(
            counterparty,
            start,
            end,
            {contract.guid: openings[contract.guid] for contract in contracts},
            tuple(row for row in sorted(rows, key=lambda row: row.day) if row.contract in wanted),
            contracts,
        )

    def balances(self, guid: str, on: date) -> Balances:
        """Return the balances by contract at the end of `on`."""
        return self.statement(guid, on, on).closings

    def change(self, guid: str, amount: Decimal, on: date) -> Row:
        """Post a correction of `amount`, which may be negative, on the first contract."""
        counterparty = self._by_guid[guid.lower()]
        with self._lock:
            changes = self._changes.setdefault(counterparty.guid, [])
            number = f"00КО-{len(changes) + 1:06d}"
            title = "Correction" if counterparty.language == "en" else "Корректировка долга"
            row = Row(on, "correction", f"{title} {number}", number, counterparty.contracts[0].guid, amount)
            changes.append(row)
        return row

    def forget_changes(self) -> None:
        """Take back all corrections made by `change`."""
        with self._lock:
            self._changes.clear()


def today() -> date:
    """Return the day it is here."""
    return datetime.now().astimezone().date()


def _added(balances: Balances, rows: Iterable[Row]) -> Balances:
    added = dict(balances)
    for row in rows:
        added[row.contract] += row.amount
    return added
