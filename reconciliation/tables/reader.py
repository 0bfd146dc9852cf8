"""Tables that people bring: CSV or XLSX as their programs write them, read row by row with line numbers."""

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zipfile import BadZipFile

from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from reconciliation.tables.writer import unguarded

LARGEST_BYTES = 20 * 1024 * 1024
DELIMITERS = ";,\t"
Row = tuple[int, list[str]]
"""A line's number as a person counts, and its cells."""


class UnreadableFile(Exception):
    """The file cannot be read as a table; the text is for the person who brought it."""


@dataclass(frozen=True)
class Table:
    """The headings, and the rows below them that are not empty."""

    headings: list[str]
    rows: Iterator[Row]


def read_table(name: str, content: bytes, knows: Callable[[str], bool]) -> Table:
    """Return the table in a file; `knows` tells a heading. Raises UnreadableFile."""
    if len(content) > LARGEST_BYTES:
        raise UnreadableFile(_("The file is over 20 MB. Divide it into several."))
    lines = _of_xlsx(content) if name.lower().endswith((".xlsx", ".xlsm")) else _of_csv(content, knows)
    filled = ((number, cells) for number, cells in lines if any(cells))
    _first, headings = next(filled, (0, []))
    if not headings:
        raise UnreadableFile(_("The file is empty."))
    return Table(headings, filled)


def _of_csv(content: bytes, knows: Callable[[str], bool]) -> Iterator[Row]:
    text = _decoded(content)
    if "\0" in text:
        raise UnreadableFile(_("This is neither a CSV nor an XLSX file. Save the table as one of them."))
    first = text.lstrip("\r\n").partition("\n")[0]
    delimiter = max(DELIMITERS, key=lambda sign: _known(first, sign, knows))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    return _lines(reader)


def _lines(reader: Any) -> Iterator[Row]:
    """Yield the rows; a quoted cell may go over several lines, and a row counts by its first."""
    number = 1
    try:
        for cells in reader:
            yield number, [unguarded(cell.strip()) for cell in cells]
            number = reader.line_num + 1
    except csv.Error:
        raise UnreadableFile(_("Line %(line)s cannot be read as CSV.") % {"line": number}) from None


def _known(line: str, delimiter: str, knows: Callable[[str], bool]) -> int:
    return sum(knows(cell) for cell in next(csv.reader([line], delimiter=delimiter), []))


def _decoded(content: bytes) -> str:
    """Return the text in UTF-8, in UTF-16 as Excel's "Unicode text" has it, or else in windows-1251."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1251", errors="replace")


def _of_xlsx(content: bytes) -> Iterator[Row]:
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheet = book.worksheets[0]
    except (BadZipFile, InvalidFileException, KeyError, ValueError, IndexError):
        raise UnreadableFile(_("This is no XLSX file, whatever its name says.")) from None
    for number, cells in enumerate(sheet.iter_rows(values_only=True), 1):
        yield number, [_text(cell) for cell in cells]


def _text(cell: Any) -> str:
    """Return a cell of a workbook as a person would have typed it."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    return cell.isoformat() if isinstance(cell, date) else str(cell).strip()
