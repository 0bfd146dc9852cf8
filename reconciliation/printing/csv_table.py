"""An issued act as a flat CSV table, one row per document, as the language's spreadsheet programs read it."""

import csv
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from io import StringIO

from django.utils import translation
from django.utils.translation import gettext, pgettext

from reconciliation.ledger.act import Act
from reconciliation.printing.currencies import Language
from reconciliation.printing.formats import one_line
from reconciliation.printing.rows import document_title, row_names, sides
from reconciliation.printing.spreadsheet import FORMULA_STARTS
from reconciliation.printing.texts import Issued

Value = str | Decimal | date


def render_csv(issued: Issued) -> bytes:
    """Return the act as CSV in UTF-8 with a byte order mark.

    Russian has semicolons, decimal commas and dd.mm.yyyy; English commas, decimal points and ISO dates. The
    opening and the closing balance are rows of their own kind.
    """
    out = StringIO(newline="")
    delimiter = ";" if issued.language == "ru" else ","
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n")
    with translation.override(issued.language):
        writer.writerow(_column_names(issued))
        for values in _rows(issued.act, issued.language):
            writer.writerow([_text(value, issued.language) for value in values])
    return out.getvalue().encode("utf-8-sig")


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


def _rows(act: Act, language: Language) -> Iterator[list[Value]]:
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


def _text(value: Value, language: Language) -> str:
    if isinstance(value, Decimal):
        return f"{value:.2f}".replace(".", "," if language == "ru" else ".")
    if isinstance(value, date):
        return f"{value:%d.%m.}{value.year:04d}" if language == "ru" else value.isoformat()
    # An apostrophe is how a spreadsheet itself marks text that looks like a formula.
    return f"'{value}" if value.startswith(FORMULA_STARTS) else value
