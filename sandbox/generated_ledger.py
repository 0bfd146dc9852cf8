"""A ledger without an end: five hundred made-up counterparties whose rows follow from the seed alone.

The deals that begin in a month come from a random source of their own, named by seed, counterparty and
month, so that any period agrees with any other however the ledger is asked.
"""

from calendar import monthrange
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from sandbox.generated_counterparties import invent
from sandbox.ledger import ZERO, Balances, Contract, Counterparty, Ledger, Row
from sandbox.trading_patterns import Pattern, pattern_of

COUNT = 500
FIRST_YEAR = 2023
LAST_DEALS = (2100 - FIRST_YEAR) * 12 - 1
"""The last month in which deals begin: far enough off, and asking for the year 9999 comes to an end."""
LONGEST_DEAL = 2
"""Months after its own in which a deal can still have rows."""
LAST_MONTH = LAST_DEALS + LONGEST_DEAL

TITLES = {
    "ru": {
        "shipment": "Реализация товаров и услуг",
        "payment": "Поступление на расчётный счёт",
        "refund": "Списание с расчётного счёта",
        "return": "Возврат товаров от покупателя",
        "correction": "Корректировка реализации",
        "receipt": "Поступление товаров и услуг",
    },
    "en": {
        "shipment": "Sales Invoice",
        "payment": "Payment",
        "refund": "Refund",
        "return": "Customer Return",
        "correction": "Sales Correction",
        "receipt": "Purchase Invoice",
    },
}
KINDS = {"refund": "payment"}


@dataclass(frozen=True, slots=True)
class Entry:
    """A row before it has a number and a title."""

    day: date
    kind: str
    contract: Contract
    debit: Decimal = ZERO
    credit: Decimal = ZERO


class GeneratedLedger(Ledger):
    """The ledger of one seed."""

    def __init__(self, seed: int = 1, count: int = COUNT) -> None:
        super().__init__(invent(seed, index) for index in range(count))
        self._seed = seed
        self._habits = {c.guid: pattern_of(index) for index, c in enumerate(self.counterparties)}
        self._deals: dict[tuple[str, int], tuple[Row, ...]] = {}
        self._months: dict[tuple[str, int], tuple[Row, ...]] = {}
        self._balances: dict[tuple[str, int], Balances] = {}

    def _rows(self, counterparty: Counterparty, start: date, end: date) -> Iterator[Row]:
        for month in range(max(_month(start), 0), min(_month(end), LAST_MONTH) + 1):
            yield from (row for row in self._month(counterparty, month) if start <= row.day <= end)

    def _openings(self, counterparty: Counterparty, day: date) -> Balances:
        month = min(max(_month(day), 0), LAST_MONTH + 1)
        balances = dict(self._balances_before(counterparty, month))
        for row in self._month(counterparty, month):
            if row.day < day:
                balances[row.contract] += row.amount
        return balances

    def _balances_before(self, counterparty: Counterparty, month: int) -> Balances:
        """Return the balances before the month's first day, continuing from the nearest month known."""
        known = month
        while known > 0 and (counterparty.guid, known) not in self._balances:
            known -= 1
        empty = {contract.guid: ZERO for contract in counterparty.contracts}
        balances = self._balances.get((counterparty.guid, known), empty)
        for later in range(known, month):
            balances = dict(balances)
            for row in self._month(counterparty, later):
                balances[row.contract] += row.amount
            self._balances[counterparty.guid, later + 1] = balances
        return balances

    def _month(self, counterparty: Counterparty, month: int) -> tuple[Row, ...]:
        """Return the month's rows by date, from deals begun in it or shortly before."""
        key = counterparty.guid, month
        if key not in self._months:
            begun = range(max(month - LONGEST_DEAL, 0), month + 1)
            rows = [
                row
                for begin in begun
                for row in self._begun_in(counterparty, begin)
                if _month(row.day) == month
            ]
            self._months[key] = tuple(sorted(rows, key=lambda row: (row.day, row.number)))
        return self._months[key]

    def _begun_in(self, counterparty: Counterparty, month: int) -> tuple[Row, ...]:
        key = counterparty.guid, month
        if key not in self._deals:
            pattern = self._habits[counterparty.guid]
            entries = self._entries(counterparty, pattern, month) if month <= LAST_DEALS else ()
            entries = [e for e in entries if pattern.until is None or e.day <= pattern.until]
            self._deals[key] = tuple(_row(counterparty, month, n, e) for n, e in enumerate(entries, 1))
        return self._deals[key]

    def _entries(self, counterparty: Counterparty, pattern: Pattern, month: int) -> Iterable[Entry]:
        if month % pattern.every:
            return
        rng = Random(f"{self._seed}/{counterparty.guid}/{month}")
        for position in range(rng.randint(*pattern.deals)):
            first_day = pattern.from_first_day and position == 0
            day = _day(month, 1 if first_day else rng.randint(1, 28))
            yield from DEALS[pattern.deal](rng, pattern, counterparty, day)


def _month(day: date) -> int:
    return (day.year - FIRST_YEAR) * 12 + day.month - 1


def _day(month: int, day: int) -> date:
    return date(FIRST_YEAR + month // 12, month % 12 + 1, day)


def _row(counterparty: Counterparty, month: int, order: int, entry: Entry) -> Row:
    digits = f"{month:02d}{order:04d}"
    title = TITLES[counterparty.language][entry.kind]
    if counterparty.language == "en":
        number, document = digits, f"{title} #{digits}"
    else:
        number = f"00УТ-{digits}"
        document = f"{title} {number} от {entry.day:%d.%m.%Y}"
    kind = KINDS.get(entry.kind, entry.kind)
    return Row(entry.day, kind, document, number, entry.contract.guid, entry.debit, entry.credit)


def _amount(rng: Random) -> Decimal:
    """Return a price as prices are: mostly with kopecks, sometimes round, from 500 to some 400 thousand."""
    kopecks = int(50_000 * 800 ** rng.random())
    return Decimal(kopecks if rng.random() < 0.8 else kopecks // 100_000 * 100_000 + 50_000).scaleb(-2)


def _share(rng: Random, amount: Decimal, low: int, high: int) -> Decimal:
    return (amount * rng.randint(low, high) / 100).quantize(ZERO)


def _deal_on_credit(rng: Random, pattern: Pattern, counterparty: Counterparty, day: date) -> Iterator[Entry]:
    """Goods first, money later: perhaps a return or a correction, one payment or two, or none."""
    contract = rng.choice(counterparty.contracts)
    owed = _amount(rng)
    yield Entry(day, "shipment", contract, debit=owed)
    for kind, chance, low, high in (("return", 0.06, 10, 60), ("correction", 0.04, 1, 5)):
        if rng.random() < chance:
            back = _share(rng, owed, low, high)
            owed -= back
            yield Entry(_later(day, rng.randint(0, 20), pattern), kind, contract, debit=-back)
    if rng.random() < 0.04:
        service = _share(rng, owed, 1, 10)
        owed -= service
        yield Entry(_later(day, rng.randint(0, 20), pattern), "receipt", contract, credit=service)
    if rng.random() < pattern.pays:
        yield from _payments(rng, pattern, contract, day, owed)


def _payments(rng: Random, pattern: Pattern, contract: Contract, day: date, owed: Decimal) -> Iterator[Entry]:
    paid = _later(day, rng.randint(3, 45), pattern)
    if rng.random() < 0.15:
        half = _share(rng, owed, 30, 70)
        yield Entry(paid, "payment", contract, credit=half)
        yield Entry(_later(paid, rng.randint(1, 9), pattern), "payment", contract, credit=owed - half)
    elif rng.random() < 0.04:
        extra = _share(rng, owed, 1, 10)
        yield Entry(paid, "payment", contract, credit=owed + extra)
        yield Entry(_later(paid, rng.randint(1, 9), pattern), "refund", contract, credit=-extra)
    else:
        yield Entry(paid, "payment", contract, credit=owed)


def _deal_prepaid(rng: Random, _habit: Pattern, counterparty: Counterparty, day: date) -> Iterator[Entry]:
    """Money first, and a little more than the goods cost: a credit balance."""
    contract = rng.choice(counterparty.contracts)
    price = _amount(rng)
    yield Entry(day, "payment", contract, credit=price + _share(rng, price, 1, 4))
    yield Entry(day + timedelta(days=rng.randint(0, 25)), "shipment", contract, debit=price)


def _deal_offset(rng: Random, _habit: Pattern, counterparty: Counterparty, day: date) -> Iterator[Entry]:
    """Goods both ways at one price on two contracts: the contracts have balances, their sum is zero."""
    sale, purchase, *_ = counterparty.contracts
    price = _amount(rng)
    yield Entry(day, "shipment", sale, debit=price)
    yield Entry(day, "receipt", purchase, credit=price)


def _later(day: date, days: int, pattern: Pattern) -> date:
    """Return a later day, not past the month's end when the counterparty settles within the month."""
    later = day + timedelta(days=days)
    if not pattern.within_month:
        return later
    return min(later, day.replace(day=monthrange(day.year, day.month)[1]))


DEALS = {"on credit": _deal_on_credit, "prepaid": _deal_prepaid, "offset": _deal_offset}
