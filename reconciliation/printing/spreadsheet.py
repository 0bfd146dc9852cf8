"""An issued act for a spreadsheet: XLSX with real numbers and dates, and CSV as Excel reads it."""

import csv
import zipfile
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from io import BytesIO, StringIO

from django.utils import translation
from django.utils.translation import gettext
from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.writer.excel import ExcelWriter

from reconciliation.ledger.clean_text import clean_text
from reconciliation.printing import texts
from reconciliation.printing.currencies import Language
from reconciliation.printing.rows import Kind, Row, row_names, rows_of
from reconciliation.printing.texts import Issued

Value = str | Decimal | date | None
Values = Sequence[Value]

DATE_FORMAT = "dd.mm.yyyy"
AMOUNT_FORMAT = "#,##0.00"
WIDTHS = {"A": 12, "B": 62, "C": 18, "D": 18}
LAST_COLUMN = "D"
BOLD_KINDS = {Kind.OPENING, Kind.CONTRACT, Kind.TURNOVER, Kind.CLOSING}
HEAD_FILL = PatternFill("solid", fgColor="F2F3F5")
HAIRLINE = Border(bottom=Side("hair", color="C9CCD1"))
STRONG_LINE = Border(bottom=Side("thin", color="4A4F57"))
BOLD = Font(bold=True)
WRAPPED = Alignment(wrap_text=True, vertical="top")
FIRST_ZIP_YEAR = 1980
CONCLUSION_HEIGHT = 32

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def render_xlsx(issued: Issued) -> bytes:
    """Return the act as an XLSX workbook; the same act gives the same bytes."""
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    with translation.override(issued.language):
        sheet.title = gettext("Act %(number)s") % {"number": _sheet_name(issued.number)}
        _fill(sheet, issued)
        _set_up_print(sheet)
    workbook.properties.title = texts.title(issued)
    workbook.properties.creator = texts.name_of(issued.act.organization)
    workbook.properties.subject = texts.subject(issued.act, issued.language)
    workbook.properties.language = issued.language
    return _saved(workbook, issued.issued_on)


def render_csv(issued: Issued) -> bytes:
    """Return the act as CSV: UTF-8 with BOM, semicolons, decimals as the language writes them."""
    out = StringIO(newline="")
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    for values in _csv_rows(issued):
        writer.writerow([_csv_text(value, issued.language) for value in values])
    return out.getvalue().encode("utf-8-sig")


def _csv_rows(issued: Issued) -> Iterator[Values]:
    yield from ([line] for line in _lines_above(issued))
    yield []
    yield _column_names(issued)
    yield from (_values(row) for row in rows_of(issued.act, issued.language))
    yield []
    yield [texts.conclusion(issued.act, issued.language)]


def _csv_text(value: Value, language: Language) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        figure = f"{value:.2f}"
        return figure.replace(".", ",") if language == "ru" else figure
    if isinstance(value, date):
        return f"{value:%d.%m.}{value.year:04d}"
    # An apostrophe is how a spreadsheet itself marks text that looks like a formula.
    return f"'{value}" if value.startswith(FORMULA_STARTS) else value


def _lines_above(issued: Issued) -> list[str]:
    act, language = issued.act, issued.language
    lines = [texts.title(issued), texts.period(act, language), *texts.parties(act, language)]
    if contract := texts.contract(act, language):
        lines.append(contract)
    return [*lines, texts.according_to(act.organization, act.currency, language)]


def _column_names(issued: Issued) -> list[str]:
    names = row_names(issued.act.currency, issued.language)
    return [names.date, names.document, names.debit, names.credit]


def _values(row: Row) -> Values:
    return [row.day, row.name, row.debit or None, row.credit or None]


def _fill(sheet: Worksheet, issued: Issued) -> None:
    row = 0
    for row, line in enumerate(_lines_above(issued), start=1):
        _write_across(sheet, row, line)
    sheet.cell(1, 1).font = Font(bold=True, size=14)
    sheet.cell(row, 1).font = BOLD
    row += 1
    _write_head(sheet, row, _column_names(issued))
    rows = rows_of(issued.act, issued.language)
    for number, entry in enumerate(rows, start=row + 1):
        _write_row(sheet, number, entry)
    row += len(rows) + 2
    _write_across(sheet, row, texts.conclusion(issued.act, issued.language))
    sheet.cell(row, 1).font, sheet.cell(row, 1).alignment = BOLD, WRAPPED
    sheet.row_dimensions[row].height = CONCLUSION_HEIGHT


def _write_across(sheet: Worksheet, row: int, text: str) -> None:
    _write(sheet, row, [text])
    sheet.merge_cells(f"A{row}:{LAST_COLUMN}{row}")


def _write_head(sheet: Worksheet, row: int, names: Sequence[str]) -> None:
    cells = _write(sheet, row, names)
    for cell in cells:
        cell.font, cell.fill, cell.border = BOLD, HEAD_FILL, STRONG_LINE
    for cell in cells[2:]:
        cell.alignment = Alignment(horizontal="right")
    sheet.freeze_panes = f"A{row + 1}"
    sheet.print_title_rows = f"{row}:{row}"


def _write_row(sheet: Worksheet, number: int, row: Row) -> None:
    day, name, debit, credit = cells = _write(sheet, number, _values(row))
    day.number_format = DATE_FORMAT
    debit.number_format = credit.number_format = AMOUNT_FORMAT
    name.alignment = WRAPPED
    for cell in cells:
        cell.border = HAIRLINE
        if row.kind in BOLD_KINDS:
            cell.font = BOLD
        if row.kind is Kind.CONTRACT:
            cell.fill = HEAD_FILL


def _write(sheet: Worksheet, row: int, values: Values) -> list[Cell]:
    """Put values into a row and return their cells."""
    cells = [sheet.cell(row, column) for column in range(1, len(values) + 1)]
    for cell, value in zip(cells, values, strict=True):
        _put(cell, value)
    return cells


def _put(cell: Cell, value: Value) -> None:
    """Write a value; a text stays a text, whatever it begins with."""
    cell.value = value
    if isinstance(value, str):
        cell.data_type = "s"
        cell.quotePrefix = value.startswith(FORMULA_STARTS)


def _set_up_print(sheet: Worksheet) -> None:
    for column, width in WIDTHS.items():
        sheet.column_dimensions[column].width = width
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_options.horizontalCentered = True
    sheet.oddFooter.right.text = gettext("Page %(page)s of %(pages)s") % {"page": "&P", "pages": "&N"}


def _sheet_name(number: str) -> str:
    """Return the number without what Excel forbids in the name of a sheet."""
    return "".join(character for character in clean_text(number) if character not in "[]:*?/\\'")[:20]


def _saved(workbook: Workbook, issued_on: date) -> bytes:
    """Return the workbook's bytes with the act's day in all the places where a clock would stand."""
    midnight = datetime.combine(issued_on, time(), UTC).replace(tzinfo=None)
    workbook.properties.created = workbook.properties.modified = midnight
    written, out = BytesIO(), BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        ExcelWriter(workbook, archive).write_data()
    stamp = (max(issued_on.year, FIRST_ZIP_YEAR), issued_on.month, issued_on.day, 0, 0, 0)
    with zipfile.ZipFile(written) as archive, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as dated:
        for name in archive.namelist():
            dated.writestr(zipfile.ZipInfo(name, stamp), archive.read(name), zipfile.ZIP_DEFLATED)
    return out.getvalue()
