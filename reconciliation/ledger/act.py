"""One reconciliation act: parties, period, rows and balances. Frozen, exact, no Django.

Sign of every balance: positive means that the counterparty owes the organization.
The invariant: closing = opening + sum of debits - sum of credits, in exact decimals.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Literal

from reconciliation.ledger.period import Period

ZERO = Decimal("0.00")
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

        Empty without contracts, and when a row names none of them: then nothing can be said
        of a single contract, and the act is shown as one list.
        """
        rows: dict[Contract, list[Line]] = {contract: [] for contract in self.contracts}
        for line in self.lines:
            contract = self._contract_of(line)
            if contract is None:
                return ()
            rows[contract].append(line)
        return tuple(
            ContractBlock(contract, tuple(lines))
            for contract, lines in rows.items()
            if lines or contract.opening or contract.closing
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
        sums += [
            Imbalance("contract", block.expected_closing, block.contract.closing, block.contract.name)
            for block in self.blocks
        ]
        if self.contracts:
            sums.append(Imbalance("contracts_opening", self.opening, openings))
            sums.append(Imbalance("contracts_closing", self.closing, closings))
        return tuple(checked for checked in sums if checked.difference)

    @cached_property
    def _by_key(self) -> dict[str, Contract]:
        # A name that two contracts share tells neither.
        times = Counter(contract.name for contract in self.contracts)
        by_name = {contract.name: contract for contract in self.contracts if times[contract.name] == 1}
        return by_name | {contract.guid: contract for contract in self.contracts if contract.guid}

    def _contract_of(self, line: Line) -> Contract | None:
        return self._by_key.get(line.contract) if line.contract else None
