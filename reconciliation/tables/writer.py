"""Tables that people take out, as CSV and XLSX: a text stays a text, whatever it begins with."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from tempfile import TemporaryFile
from typing import IO, Any

LINES_AT_ONCE = 1000
MONEY = "#,##0.00"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
"""Its type in a download."""
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a spreadsheet may take for the beginning of a formula, the last four in full width."""
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
"""What XML cannot hold; openpyxl refuses the whole workbook over it."""
Row = Sequence[Any]
"""Texts, Decimals, dates and None."""


@dataclass(frozen=True)
class Sheet:
    """A sheet of a workbook; its first row has the headings, `widths` are in characters."""

    title: str
    rows: Iterable[Row]
    widths: Sequence[int] = ()


def csv_lines(rows: Iterable[Row], language: str | None) -> Iterator[bytes]:
    """Yield the table in UTF-8 with a byte order mark, many lines at once.

    It is as the language's spreadsheet programs read it: Russian has semicolons, decimal commas and
    dd.mm.yyyy; English commas, decimal points and ISO dates.
    """
    is_russian = language == "ru"
    out = io.StringIO(newline="")
    out.write("\ufeff")
    writer = csv.writer(out, delimiter=";" if is_russian else ",", lineterminator="\r\n")
    for number, row in enumerate(rows):
        writer.writerow([_text(cell, is_russian=is_russian) for cell in row])
        if number % LINES_AT_ONCE == 0:
            yield out.getvalue().encode()
            out.seek(0)
            out.truncate()
    yield out.getvalue().encode()


def xlsx_file(sheets: Iterable[Sheet]) -> IO[bytes]:
    """Return an open file that holds the tables as XLSX; it is written row by row."""
    from openpyxl import Workbook  # for a few; no process needs it before

    book = Workbook(write_only=True)
    for each in sheets:
        sheet = book.create_sheet(each.title)
        for column, width in zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", each.widths, strict=False):
            sheet.column_dimensions[column].width = width
        sheet.freeze_panes = "A2"
        for number, row in enumerate(each.rows):
            sheet.append([_cell(sheet, value, is_heading=number == 0) for value in row])
    file = TemporaryFile()  # noqa: SIM115  # the response closes it
    book.save(file)
    file.seek(0)
    return file


def put_text(cell: Any, text: str) -> None:
    """Write a text into a cell of a workbook as the text that it is."""
    # ECMA-376 22.4.2.4: _x0031_ would be read as the character of that number.
    cell.value = re.sub(r"_(?=x[0-9A-Fa-f]{4}_)", "_x005F_", UNPRINTABLE.sub("", text))
    cell.data_type = "s"
    cell.quotePrefix = text.startswith(FORMULA_STARTS)


def unguarded(cell: str) -> str:
    """Return a cell of CSV without the apostrophe that marks a text that looks like a formula."""
    return cell[1:] if cell.startswith("'") and _needs_guard(cell[1:]) else cell


def _needs_guard(text: str) -> bool:
    """Whether a text looks like a formula, or like one that has its apostrophe already."""
    return text.lstrip("'").startswith(FORMULA_STARTS)


def _text(value: Any, *, is_russian: bool) -> str:
    if isinstance(value, Decimal):
        return f"{value:.2f}".replace(".", "," if is_russian else ".")
    if isinstance(value, date):
        return f"{value:%d.%m.}{value.year:04d}" if is_russian else value.isoformat()
    text = "" if value is None else str(value)
    # An apostrophe is how a spreadsheet itself marks text that looks like a formula.
    return f"'{text}" if _needs_guard(text) else text


def _cell(sheet: Any, value: Any, *, is_heading: bool) -> Any:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    if value is None or not (is_heading or isinstance(value, str | Decimal)):
        return value
    cell = WriteOnlyCell(sheet, None if isinstance(value, str) else value)
    if isinstance(value, str):
        put_text(cell, value)
    if isinstance(value, Decimal):
        cell.number_format = MONEY
    if is_heading:
        cell.font = Font(bold=True)
    return cell
