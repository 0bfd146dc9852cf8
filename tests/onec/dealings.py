"""What happens between a company and its customer, and what an act must say of it: plain arithmetic.

This is the model that the adapters' queries are held against; it knows nothing of registers.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

ZERO = Decimal(0)
EFFECTS = {
    "shipment": (1, 0),
    "payment": (0, 1),
    "purchase": (0, 1),
    "outgoing payment": (1, 0),
    "return": (-1, 0),
    "sale for cash": (1, 1),
    "correction": (1, 0),
    "transfer": (0, 1),
}
"""How often an amount stands in debit and in credit; a return is posted as a negative debit."""


@dataclass(frozen=True)
class Dealing:
    """One document: `advance` is the part of it that goes to an advance, or is offset against one."""

    moment: datetime
    kind: str
    contract: int
    amount: Decimal
    advance: Decimal = ZERO
    other: int = 0
    """The contract that a transfer takes a debt to."""

    def effects(self) -> list[tuple[int, Decimal, Decimal]]:
        """Return contract, debit and credit of the rows that the document makes in an act."""
        debit, credit = EFFECTS[self.kind]
        rows = [(self.contract, debit * self.amount, credit * self.amount)]
        return rows + ([(self.other, self.amount, ZERO)] if self.kind == "transfer" else [])


@dataclass(frozen=True)
class Expected:
    """What the act must hold; rows as (moment, contract, debit, credit) in the order of time."""

    opening: dict[int, Decimal]
    rows: list[tuple[datetime, int, Decimal, Decimal]]
    closing: dict[int, Decimal]


def expected(dealings: Iterable[Dealing], start: datetime, end: datetime) -> Expected:
    """Return the act for the days from `start` to `end`, both included whole."""
    opening: dict[int, Decimal] = defaultdict(Decimal)
    closing: dict[int, Decimal] = defaultdict(Decimal)
    rows = []
    for dealing in sorted(dealings, key=lambda found: found.moment):
        for contract, debit, credit in dealing.effects():
            if dealing.moment < start:
                opening[contract] += debit - credit
            if dealing.moment.date() <= end.date():
                closing[contract] += debit - credit
                if dealing.moment >= start and (debit or credit):
                    rows.append((dealing.moment, contract, debit, credit))
    return Expected(opening, rows, closing)
