"""Counterparties as a table, in the form that the importer reads."""

import csv
import io
from collections.abc import Iterator
from decimal import Decimal
from tempfile import TemporaryFile
from typing import IO, Any

from django.db.models import QuerySet
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from accounts.models import Counterparty
from reconciliation.directory.columns import headings
from reconciliation.printing.spreadsheet import FORMULA_STARTS

CHUNK = 1000
Rows = QuerySet[Counterparty]


def csv_lines(rows: Rows, *, delimiter: str) -> Iterator[bytes]:
    """Yield the table as CSV in UTF-8 with a byte order mark, a chunk of lines at a time."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n")
    out.write("\ufeff")
    for number, cells in enumerate(_cells(rows)):
        writer.writerow([_text(cell, "," if delimiter == ";" else ".") for cell in cells])
        if number % CHUNK == 0:
            yield out.getvalue().encode()
            out.seek(0)
            out.truncate()
    yield out.getvalue().encode()


def xlsx_file(rows: Rows) -> IO[bytes]:
    """Return an open file that holds the table as XLSX; it is written row by row."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for cells in _cells(rows):
        sheet.append([_literal(sheet, cell) for cell in cells])
    file = TemporaryFile()  # noqa: SIM115  # the response closes it
    book.save(file)
    file.seek(0)
    return file


def _cells(rows: Rows) -> Iterator[list[Any]]:
    # django-import-export takes 3 MB that no process needs before somebody takes a file out.
    from reconciliation.directory.resource import CounterpartyResource

    resource: Any = CounterpartyResource()
    yield headings()
    for row in rows.iterator(chunk_size=CHUNK):
        yield resource.export_resource(row)


def _literal(sheet: Any, value: Any) -> Any:
    """Return what the workbook takes as it is: text that looks like a formula would become one."""
    if not isinstance(value, str) or not value.startswith("="):
        return value
    cell = WriteOnlyCell(sheet, value)
    cell.data_type = "s"
    return cell


def _text(cell: Any, point: str) -> str:
    if isinstance(cell, Decimal):
        return f"{cell:.2f}".replace(".", point)
    text = "" if cell is None else str(cell)
    # An apostrophe is how a spreadsheet itself marks text that looks like a formula.
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text
