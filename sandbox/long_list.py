"""A ledger of very many counterparties that all fit in memory: a balance each, and no documents."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from sandbox.generated_counterparties import invent
from sandbox.ledger import Balances, Counterparty, Ledger, Row


class LongList(Ledger):
    """As many counterparties as asked for; every fifth has a balance of zero."""

    def __init__(self, count: int, seed: int = 1) -> None:
        super().__init__(invent(seed, index) for index in range(count))

    def _rows(self, counterparty: Counterparty, start: date, end: date) -> Iterable[Row]:
        return ()

    def _openings(self, counterparty: Counterparty, day: date) -> Balances:
        amount = Decimal(self.position(counterparty.guid) % 5 * 100_001).scaleb(-2)
        first, *others = counterparty.contracts
        return {first.guid: amount} | {contract.guid: Decimal("0.00") for contract in others}
