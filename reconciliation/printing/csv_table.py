"""An issued act as a flat CSV table, one row per document, as the language's spreadsheet programs read it."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from django.utils import translation
from django.utils.translation import gettext, pgettext

from reconciliation.printing.act_rows import document_title, row_names, sides
from reconciliation.printing.formats import one_line
from reconciliation.printing.texts import Issued
from reconciliation.tables.writer import csv_lines

Value = str | Decimal | date


def render_csv(issued: Issued) -> bytes:
    """Return the act as CSV; the opening and the closing balance are rows of their own kind."""
    with translation.override(issued.language):
        return b"".join(csv_lines(_rows(issued), issued.language))


def _column_names(issued: Issued) -> list[str]:
    names = row_names(issued.act.currency, issued.language)
    return [
        names.date,
        names.document,
        gettext("Number"),
        pgettext("column", "Contract"),
        names.debit,
        names.credit,
        gettext("Currency"),
        gettext("Kind"),
    ]


def _rows(issued: Issued) -> Iterator[Sequence[Value]]:
    yield _column_names(issued)
    act, language = issued.act, issued.language
    names, kinds = row_names(act.currency, language), _kinds()
    yield _balance(act.period.start, names.opening, act.opening, act.currency, kinds["opening"])
    for line in act.lines:
        contract = act.contract_of(line)
        yield [
            line.date,
            document_title(line),
            one_line(line.document_number),
            one_line(contract.name if contract else line.contract),
            line.debit,
            line.credit,
            act.currency,
            kinds[line.kind],
        ]
    yield _balance(act.period.end, names.closing, act.closing, act.currency, kinds["closing"])


def _balance(day: date, name: str, balance: Decimal, currency: str, kind: str) -> list[Value]:
    debit, credit = sides(balance)
    return [day, name, "", "", debit, credit, currency, kind]


def _kinds() -> dict[str, str]:
    return {
        "opening": pgettext("kind of row", "opening balance"),
        "shipment": pgettext("kind of row", "shipment"),
        "receipt": pgettext("kind of row", "receipt"),
        "return": pgettext("kind of row", "return"),
        "payment": pgettext("kind of row", "payment"),
        "correction": pgettext("kind of row", "correction"),
        "other": pgettext("kind of row", "document"),
        "closing": pgettext("kind of row", "closing balance"),
    }
