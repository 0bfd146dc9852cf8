"""The rows of an act's table, top to bottom, before anybody decides how they look."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum, auto

from reconciliation.acts import wording
from reconciliation.acts.act import ZERO, Act, ContractBlock
from reconciliation.acts.currencies import Language


class Kind(Enum):
    """What a row is; looks and page breaks follow from it."""

    OPENING = auto()
    CONTRACT = auto()
    CONTRACT_OPENING = auto()
    DOCUMENT = auto()
    CONTRACT_TURNOVER = auto()
    CONTRACT_CLOSING = auto()
    TURNOVER = auto()
    CLOSING = auto()


@dataclass(frozen=True, slots=True)
class Row:
    """One row; an amount of zero is left blank, as the form has it."""

    kind: Kind
    name: str
    debit: Decimal = ZERO
    credit: Decimal = ZERO
    day: date | None = None


def rows_of(act: Act, language: Language) -> list[Row]:
    """Return every row of the table; contracts come apart when the act has more than one."""
    names = wording.row_names(act.currency, language)
    return [
        _balance(Kind.OPENING, names.opening, act.opening),
        *_documents(act, names, language),
        Row(Kind.TURNOVER, names.turnover, act.debit, act.credit),
        _balance(Kind.CLOSING, names.closing, act.closing),
    ]


def _documents(act: Act, names: wording.RowNames, language: Language) -> Iterator[Row]:
    if len(act.contracts) > 1 and act.blocks:
        for block in act.blocks:
            yield from _contract(block, names, language)
    else:
        yield from _lines(act, language)


def _contract(block: ContractBlock, names: wording.RowNames, language: Language) -> Iterator[Row]:
    yield Row(Kind.CONTRACT, wording.contract_heading(block.contract.name, language))
    yield _balance(Kind.CONTRACT_OPENING, names.contract_opening, block.contract.opening)
    yield from _lines(block, language)
    yield Row(Kind.CONTRACT_TURNOVER, names.contract_turnover, block.debit, block.credit)
    yield _balance(Kind.CONTRACT_CLOSING, names.contract_closing, block.contract.closing)


def _lines(part: Act | ContractBlock, language: Language) -> Iterator[Row]:
    for line in part.lines:
        name = wording.document_name(line, language)
        yield Row(Kind.DOCUMENT, name, line.debit, line.credit, line.date)


def _balance(kind: Kind, name: str, balance: Decimal) -> Row:
    """Return a balance's row: in debit when they owe us, in credit and without a minus when we owe them."""
    return Row(kind, name, max(balance, ZERO), max(-balance, ZERO))
