"""The rows of an act's table, top to bottom, before anybody decides how they look."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum, auto

from django.utils import translation
from django.utils.translation import gettext, pgettext

from reconciliation.ledger.act import ZERO, Act, ContractBlock, Line
from reconciliation.printing.currencies import Language
from reconciliation.printing.formats import LONGEST_NAME, cut, format_date, names_itself, one_line

LONGEST_NUMBER = 100
LONGEST_DOCUMENT = 1000
_DATED = re.compile(
    r"[ ,]+(?:от|of|from|dated) (?P<day>\d\d?)\.(?P<month>\d\d)\.(?P<year>\d{4}|\d\d)"
    r"(?: ?г\.?)?(?: \d\d?:\d\d(?::\d\d)?)?\Z",
    re.IGNORECASE,
)
NUMBER_SIGNS = ("№", "#", "no.", " n")


@dataclass(frozen=True, slots=True)
class RowNames:
    """The names of columns and of rows that are not documents."""

    date: str
    document: str
    debit: str
    credit: str
    opening: str
    turnover: str
    closing: str
    contract_opening: str
    contract_turnover: str
    contract_closing: str


def row_names(currency: str, language: Language) -> RowNames:
    """Return the table's names; Kazakhstan calls the balances otherwise than Russia does."""
    with translation.override(language):
        opening, closing = _balance_names(currency)
        return RowNames(
            date=gettext("Date"),
            document=gettext("Document"),
            debit=gettext("Debit"),
            credit=gettext("Credit"),
            opening=opening,
            turnover=gettext("Turnover for the period"),
            closing=closing,
            contract_opening=gettext("Opening balance under the contract"),
            contract_turnover=gettext("Turnover under the contract"),
            contract_closing=gettext("Closing balance under the contract"),
        )


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
    names = row_names(act.currency, language)
    return [
        _balance(Kind.OPENING, names.opening, act.opening),
        *_documents(act, names, language),
        Row(Kind.TURNOVER, names.turnover, act.debit, act.credit),
        _balance(Kind.CLOSING, names.closing, act.closing),
    ]


def _documents(act: Act, names: RowNames, language: Language) -> Iterator[Row]:
    if len(act.contracts) > 1 and act.blocks:
        for block in act.blocks:
            yield from _contract(block, names, language)
    else:
        yield from _lines(act, language)


def _contract(block: ContractBlock, names: RowNames, language: Language) -> Iterator[Row]:
    yield Row(Kind.CONTRACT, contract_heading(block.contract.name, language))
    yield _balance(Kind.CONTRACT_OPENING, names.contract_opening, block.contract.opening)
    yield from _lines(block, language)
    yield Row(Kind.CONTRACT_TURNOVER, names.contract_turnover, block.debit, block.credit)
    yield _balance(Kind.CONTRACT_CLOSING, names.contract_closing, block.contract.closing)


def _lines(part: Act | ContractBlock, language: Language) -> Iterator[Row]:
    for line in part.lines:
        name = document_name(line, language)
        yield Row(Kind.DOCUMENT, name, line.debit, line.credit, line.date)


def _balance(kind: Kind, name: str, balance: Decimal) -> Row:
    return Row(kind, name, *sides(balance))


def sides(balance: Decimal) -> tuple[Decimal, Decimal]:
    """Return a balance's debit and credit: in credit and without a minus when the organization owes it."""
    return max(balance, ZERO), max(-balance, ZERO)


def document_title(line: Line) -> str:
    """Return 1C's name of the document, without the row's own date at its end: that stands beside it."""
    name = cut(one_line(line.document), LONGEST_DOCUMENT)
    found = _DATED.search(name)
    return name[: found.start()] if found and found.start() and _day_in(found) == line.date else name


def document_name(line: Line, language: Language) -> str:
    """Return the document's title, with its own number and date where it lacks them."""
    name = document_title(line)
    number = cut(one_line(line.document_number), LONGEST_NUMBER)
    if not number or _names_number(name, number):
        return name
    with translation.override(language):
        if line.document_date in (None, line.date):
            return one_line(gettext("%(document)s No. %(number)s") % {"document": name, "number": number})
        said = {"document": name, "number": number, "date": format_date(line.document_date, language)}
        return one_line(gettext("%(document)s No. %(number)s of %(date)s") % said)


def _day_in(found: re.Match[str]) -> date | None:
    day, month, year = (int(part) for part in found.group("day", "month", "year"))
    try:
        return date(year if year > 99 else 2000 + year, month, day)
    except ValueError:
        return None


def _names_number(name: str, number: str) -> bool:
    """Whether the name holds the number as a whole, after a number sign or outside brackets."""
    name, number = name.casefold(), number.casefold()
    start = name.find(number)
    while start >= 0:
        before, after = name[:start], name[start + len(number) :]
        whole = not (before[-1:].isalnum() or after[:1].isalnum())
        if whole and (before.rstrip().endswith(NUMBER_SIGNS) or before.count("(") == before.count(")")):
            return True
        start = name.find(number, start + 1)
    return False


def contract_heading(name: str, language: Language) -> str:
    """Return the heading of one contract's rows; a name that says what it is stands alone."""
    name = cut(one_line(name), LONGEST_NAME)
    if names_itself(name):
        return name
    with translation.override(language):
        return (gettext("Contract %(contract)s") % {"contract": name}).strip()


def _balance_names(currency: str) -> tuple[str, str]:
    if currency == "KZT":
        return gettext("Balance at the beginning"), gettext("Balance at the end")
    return pgettext("act form", "Opening balance"), pgettext("act form", "Closing balance")
