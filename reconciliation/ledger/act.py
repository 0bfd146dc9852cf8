"""One reconciliation act: parties, period, rows and balances. Frozen, exact, no Django.

Sign of every balance: positive means that the counterparty owes the organization.
The invariant: closing = opening + sum of debits - sum of credits, in exact decimals.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Literal

from reconciliation.ledger.period import Period

ZERO = Decimal("0.00")
MOST_UNASSIGNED_ROWS = 12
"""With more rows that name no contract, nothing is said of single ones: too many sums are possible."""
Day = date
"""`Line` has a field of that name."""


@dataclass(frozen=True, slots=True)
class Signatory:
    """Who signs for a party; either text may be empty."""

    position: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Party:
    """One side of the act; everything but the name may be empty."""

    name: str
    inn: str = ""
    kpp: str = ""
    ogrn: str = ""
    signatory: Signatory = field(default_factory=Signatory)


@dataclass(frozen=True, slots=True)
class Line:
    """One document. Debit and credit have two decimals; either can be negative."""

    date: Day
    document: str
    debit: Decimal
    credit: Decimal
    kind: str = "other"
    document_number: str = ""
    document_date: Day | None = None
    contract: str = ""
    """Guid or name of one of the act's contracts, or empty."""


@dataclass(frozen=True, slots=True)
class Contract:
    """A contract with balances of its own."""

    guid: str
    name: str
    opening: Decimal
    closing: Decimal


class Turnovers:
    """The sums of rows, for whatever has rows."""

    lines: tuple[Line, ...]

    @cached_property
    def debit(self) -> Decimal:
        """Turnover for the period, debit side."""
        return sum((line.debit for line in self.lines), ZERO)

    @cached_property
    def credit(self) -> Decimal:
        """Turnover for the period, credit side."""
        return sum((line.credit for line in self.lines), ZERO)


@dataclass(frozen=True)
class ContractBlock(Turnovers):
    """The rows of one contract, in the act's order."""

    contract: Contract
    lines: tuple[Line, ...]

    @property
    def expected_closing(self) -> Decimal:
        return self.contract.opening + self.debit - self.credit


@dataclass(frozen=True, slots=True)
class Imbalance:
    """A sum that does not add up: what it has to be by the other figures, and what 1C states."""

    what: Literal["closing", "contract", "contracts_opening", "contracts_closing"]
    expected: Decimal
    stated: Decimal
    contract: str = ""
    """The contract's name, where one contract does not balance."""

    @property
    def difference(self) -> Decimal:
        return self.stated - self.expected


@dataclass(frozen=True)
class Act(Turnovers):
    """A period's documents with one counterparty; currency is an ISO 4217 code."""

    organization: Party
    counterparty: Party
    period: Period
    currency: str
    opening: Decimal
    lines: tuple[Line, ...]
    closing: Decimal
    contracts: tuple[Contract, ...] = ()

    @property
    def expected_closing(self) -> Decimal:
        return self.opening + self.debit - self.credit

    @property
    def difference(self) -> Decimal:
        """What the stated closing is off by; zero when the act balances."""
        return self.closing - self.expected_closing

    @cached_property
    def blocks(self) -> tuple[ContractBlock, ...]:
        """Rows by contract, in the order of `contracts`, those without rows and balances left out.

        Empty without contracts, and when a row names none of them: then the act is shown as one list.
        """
        every, unassigned = self._rows_by_contract
        if unassigned:
            return ()
        return tuple(
            block for block in every if block.lines or block.contract.opening or block.contract.closing
        )

    @cached_property
    def contract_sums(self) -> tuple[Decimal, Decimal]:
        """Opening and closing balance of all contracts together."""
        return (
            sum((contract.opening for contract in self.contracts), ZERO),
            sum((contract.closing for contract in self.contracts), ZERO),
        )

    @cached_property
    def imbalances(self) -> tuple[Imbalance, ...]:
        """Why the act must not be issued; empty when it balances."""
        openings, closings = self.contract_sums
        sums = [Imbalance("closing", self.expected_closing, self.closing)]
        sums += self._contract_imbalances()
        if self.contracts:
            sums.append(Imbalance("contracts_opening", self.opening, openings))
            sums.append(Imbalance("contracts_closing", self.closing, closings))
        return tuple(checked for checked in sums if checked.difference)

    def contract_of(self, line: Line) -> Contract | None:
        """Return the contract that a row names by guid or by name; None without one."""
        return self._by_key.get(line.contract.casefold())

    def _contract_imbalances(self) -> list[Imbalance]:
        """Return the contracts that are off, but for what rows that name no contract may account for."""
        every, unassigned = self._rows_by_contract
        if len(unassigned) > MOST_UNASSIGNED_ROWS:
            return []
        accounted = _subset_sums([line.debit - line.credit for line in unassigned])
        found = [
            Imbalance("contract", block.expected_closing, block.contract.closing, block.contract.name)
            for block in every
        ]
        return [each for each in found if each.difference not in accounted]

    @cached_property
    def _rows_by_contract(self) -> tuple[tuple[ContractBlock, ...], tuple[Line, ...]]:
        """Every contract with its rows, and the rows that name none."""
        rows: dict[Contract | None, list[Line]] = {None: [], **{contract: [] for contract in self.contracts}}
        for line in self.lines:
            rows[self.contract_of(line)].append(line)
        unassigned = tuple(rows.pop(None))
        return tuple(ContractBlock(each, tuple(lines)) for each, lines in rows.items() if each), unassigned

    @cached_property
    def _by_key(self) -> dict[str, Contract]:
        # A name that two contracts share tells neither; one guid comes in capitals and in small letters.
        names = [contract.name.casefold() for contract in self.contracts]
        times = Counter(names)
        by_name = {
            name: each for name, each in zip(names, self.contracts, strict=True) if name and times[name] == 1
        }
        return by_name | {each.guid.casefold(): each for each in self.contracts if each.guid}


def _subset_sums(amounts: Iterable[Decimal]) -> set[Decimal]:
    sums = {ZERO}
    for amount in amounts:
        sums |= {known + amount for known in sums}
    return sums
