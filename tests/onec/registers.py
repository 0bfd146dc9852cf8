"""Registers of a made-up infobase, and the virtual tables that queries read of them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from tests.onec.configurations import Configuration
from tests.onec.queries import Argument
from tests.onec.values import NULL, Boundary, Failure, Ref

Row = dict[str, Any]
ZERO = Decimal(0)


@dataclass(frozen=True)
class Movement:
    """A record of an accumulation register; `sign` is 1 for Приход and -1 for Расход."""

    register: str
    period: datetime
    registrar: Ref
    sign: int
    dimensions: dict[str, Any]
    resources: dict[str, Decimal]


@dataclass(frozen=True)
class Side:
    """One side of a posting: its account and the analytics by their kind."""

    account: str
    analytics: dict[str, Ref] = field(default_factory=dict)


@dataclass(frozen=True)
class Posting:
    period: datetime
    registrar: Ref
    organization: Ref
    amount: Decimal
    debit: Side
    credit: Side


class Registers:
    """What has been written into the registers of one infobase."""

    configuration: Configuration
    movements: list[Movement]
    postings: list[Posting]

    def account(self, code: str) -> Ref:
        return Ref("ПланСчетов.Хозрасчетный", code, self)

    def balances(self, register: str, moment: Argument, condition: Argument) -> Iterator[Row]:
        totals: dict[tuple[Any, ...], tuple[Row, dict[str, Decimal]]] = {}
        for movement in self.of_register(register):
            if before(movement.period, moment.value()) and condition.accepts(movement.dimensions):
                key = tuple(movement.dimensions.values())
                _, sums = totals.setdefault(
                    key, (movement.dimensions, dict.fromkeys(movement.resources, ZERO))
                )
                for name, amount in movement.resources.items():
                    sums[name] += movement.sign * amount
        for dimensions, sums in totals.values():
            if any(sums.values()):
                yield dimensions | {f"{name}Остаток": amount for name, amount in sums.items()}

    def turnovers(
        self, register: str, start: Argument, end: Argument, period: Argument, condition: Argument
    ) -> Iterator[Row]:
        by_registrar(period)
        totals: dict[tuple[Any, ...], Row] = {}
        for movement in self.of_register(register):
            if within(movement.period, start, end) and condition.accepts(movement.dimensions):
                key = (movement.registrar, movement.period, *movement.dimensions.values())
                columns = [f"{name}{way}" for name in movement.resources for way in ("Приход", "Расход")]
                row = totals.setdefault(
                    key,
                    {"Регистратор": movement.registrar, "Период": movement.period}
                    | movement.dimensions
                    | dict.fromkeys(columns, ZERO),
                )
                for name, amount in movement.resources.items():
                    row[f"{name}{'Приход' if movement.sign > 0 else 'Расход'}"] += amount
        yield from totals.values()

    def of_register(self, register: str) -> list[Movement]:
        if register not in self.configuration.registers["РегистрыНакопления"]:
            raise Failure(f"no register {register}")
        return [movement for movement in self.movements if movement.register == register]

    def account_balances(
        self, _register: str, moment: Argument, accounts: Argument, kinds: Argument, condition: Argument
    ) -> Iterator[Row]:
        totals: dict[tuple[Any, ...], Row] = {}
        for posting in self.postings:
            if before(posting.period, moment.value()):
                for row, sign in self.sides(posting, kinds.value()):
                    if accounts.accepts(row) and condition.accepts(row):
                        total = totals.setdefault(tuple(row.values()), row | {"СуммаОстаток": ZERO})
                        total["СуммаОстаток"] += sign * posting.amount
        return (row for row in totals.values() if row["СуммаОстаток"])

    def account_turnovers(
        self,
        _register: str,
        start: Argument,
        end: Argument,
        period: Argument,
        accounts: Argument,
        kinds: Argument,
        condition: Argument,
    ) -> Iterator[Row]:
        by_registrar(period)
        totals: dict[tuple[Any, ...], Row] = {}
        for posting in self.postings:
            if within(posting.period, start, end):
                for row, sign in self.sides(posting, kinds.value()):
                    if accounts.accepts(row) and condition.accepts(row):
                        head = {"Регистратор": posting.registrar, "Период": posting.period} | row
                        total = totals.setdefault(
                            tuple(head.values()), head | {"СуммаОборотДт": ZERO, "СуммаОборотКт": ZERO}
                        )
                        total["СуммаОборотДт" if sign > 0 else "СуммаОборотКт"] += posting.amount
        yield from totals.values()

    def sides(self, posting: Posting, kinds: list[Ref]) -> Iterator[tuple[Row, int]]:
        """Yield the sides whose account has all these kinds, and their sign."""
        for side, sign in ((posting.debit, 1), (posting.credit, -1)):
            if all(kind.key in side.analytics for kind in kinds):
                analytics = {f"Субконто{n}": side.analytics[kind.key] for n, kind in enumerate(kinds, 1)}
                yield (
                    {"Счет": self.account(side.account), "Организация": posting.organization} | analytics,
                    sign,
                )

    def correspondence(
        self,
        _register: str,
        start: Argument,
        end: Argument,
        period: Argument,
        debit: Argument,
        debit_kinds: Argument,
        credit: Argument,
        credit_kinds: Argument,
        condition: Argument,
    ) -> Iterator[Row]:
        by_registrar(period)
        for posting in self.postings:
            if not within(posting.period, start, end):
                continue
            row: Row = {
                "Регистратор": posting.registrar,
                "Период": posting.period,
                "Организация": posting.organization,
            }
            for name, side, kinds in (
                ("Дт", posting.debit, debit_kinds.value()),
                ("Кт", posting.credit, credit_kinds.value()),
            ):
                row[f"Счет{name}"] = self.account(side.account)
                row |= {
                    f"Субконто{name}{n}": side.analytics.get(kind.key, NULL)
                    for n, kind in enumerate(kinds, 1)
                }
            if NULL in row.values():
                continue
            if debit.accepts(row) and credit.accepts(row) and condition.accepts(row):
                yield row | {"СуммаОборот": posting.amount}


def before(period: datetime, moment: datetime | Boundary) -> bool:
    """Return whether a balance counts the movement: one by a date leaves out that very second."""
    return period <= moment.moment if isinstance(moment, Boundary) else period < moment


def within(period: datetime, start: Argument, end: Argument) -> bool:
    last = end.value()
    return bool(start.value() <= period <= (last.moment if isinstance(last, Boundary) else last))


def by_registrar(period: Argument) -> None:
    if period.word.lower() != "регистратор":
        raise Failure(f"turnovers by {period.word} are not known here")
