"""An issued act as an XLSX workbook: the printed form with both sides, in real numbers and dates."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from io import BytesIO
from typing import Any

from django.utils import translation
from django.utils.translation import gettext
from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Side
from openpyxl.worksheet.cell_range import CellRange
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.writer.excel import ExcelWriter

from reconciliation.ledger.clean_text import clean_text
from reconciliation.printing import fonts, texts
from reconciliation.printing.act_rows import Kind, Row, row_names, rows_of
from reconciliation.printing.texts import Issued
from reconciliation.tables.dated_zip import DatedZip
from reconciliation.tables.writer import put_text

Value = str | Decimal | date | None

WIDTHS_CHARACTERS = (10.5, 46.0, 15.5, 15.5) * 2
"""Of the columns, in characters: date, document, debit and credit of either side."""
POINTS_A_CHARACTER = 5.0
LINE_POINTS = 13.5
BOLD_KINDS = {Kind.OPENING, Kind.CONTRACT, Kind.TURNOVER, Kind.CLOSING}

_FILL = PatternFill("solid", fgColor="F2F3F5")
_HAIR, _LINE = Side("hair", color="C9CCD1"), Side("thin", color="4A4F57")
_WRAPPED = Alignment(wrap_text=True, vertical="top")
_LEFT = Alignment(horizontal="left", vertical="top")
_RIGHT = Alignment(horizontal="right", vertical="top", indent=1)
_BOTTOM = Alignment(wrap_text=True, vertical="bottom")
_CENTRED = Alignment(horizontal="center", vertical="top", wrap_text=True)


def _font(size: float = 10, *, bold: bool = False, colour: str = "000000") -> Font:
    """Return a font with all that a reader may ask for: some fall back to their own without name or size."""
    return Font(name="Calibri", size=size, bold=bold, color=colour)


def _row_styles(
    suffix: str, *, bold: bool, below: Side = _HAIR, fill: PatternFill | None = None
) -> list[NamedStyle]:
    day = {"alignment": _LEFT, "number_format": "dd.mm.yyyy"}
    looks: dict[str, tuple[dict[str, Any], Side]] = {
        "date": (day, _HAIR),
        "their date": (day, _LINE),
        "text": ({"alignment": _WRAPPED}, _HAIR),
        "amount": ({"alignment": _RIGHT, "number_format": "#,##0.00"}, _HAIR),
    }
    return [
        NamedStyle(
            f"act {name}{suffix}",
            font=_font(bold=bold),
            border=Border(left=left, right=_HAIR, top=_HAIR, bottom=below),
            fill=fill or PatternFill(),
            **look,
        )
        for name, (look, left) in looks.items()
    ]


def _styles() -> list[NamedStyle]:
    return [
        NamedStyle("act title", font=_font(14, bold=True), alignment=_CENTRED),
        NamedStyle("act centred", font=_font(), alignment=_CENTRED),
        NamedStyle("act plain", font=_font(), alignment=_WRAPPED),
        NamedStyle("act strong", font=_font(bold=True), alignment=_WRAPPED),
        NamedStyle(
            "act written", font=_font(), border=Border(bottom=_LINE), alignment=Alignment(wrap_text=True)
        ),
        NamedStyle("act label", font=_font(8, colour="6B7078"), alignment=_CENTRED),
        *_row_styles("", bold=False),
        *_row_styles(" strong", bold=True),
        *_row_styles(" head", bold=True, below=_LINE, fill=_FILL),
    ]


def render_xlsx(issued: Issued) -> bytes:
    """Return the act as an XLSX workbook; the same act gives the same bytes."""
    # Rows are written as they come: an act of 30,000 would take 200 MB as cells that are all kept.
    workbook = Workbook(write_only=True)
    for style in _styles():
        workbook.add_named_style(style)
    fonts.register_fonts()
    with translation.override(issued.language):
        sheet = workbook.create_sheet(gettext("Act %(number)s") % {"number": _sheet_name(issued.number)})
        _set_up_print(sheet)
        _Writer(sheet).write(issued)
    workbook.properties.title = texts.title(issued)
    workbook.properties.creator = texts.name_of(issued.act.organization)
    workbook.properties.subject = texts.subject(issued.act, issued.language)
    workbook.properties.language = issued.language
    return _saved(workbook, issued.issued_on)


class _Writer:
    """Fills a sheet from top to bottom; `row` is the last row that was put, `flush` sends rows on."""

    def __init__(self, sheet: Worksheet) -> None:
        self.sheet = sheet
        self.row = 0
        self.flushed = 0
        self.cells: dict[int, dict[int, Cell]] = {}

    def write(self, issued: Issued) -> None:
        act, language = issued.act, issued.language
        self.line("act title", texts.title(issued), size=14)
        for text in (texts.period(act, language), *texts.parties(act, language)):
            self.line("act centred", text)
        if contract := texts.contract(act, language):
            self.line("act centred", contract)
        self.line("act plain", texts.preamble(act, language))
        self._head(issued)
        for row in rows_of(act, language):
            self._ledger_row(row)
            self.flush()
        self.row += 1
        self.line("act strong", texts.conclusion(act, language))
        self.row += 1
        self._signatures(texts.signature_blocks(act, language))
        self.flush()

    def flush(self) -> None:
        """Send the rows up to the present one to the file; after that nothing of them can be changed."""
        for row in range(self.flushed + 1, self.row + 1):
            cells = self.cells.pop(row, {})
            self.sheet.append([cells.get(column) for column in range(1, len(WIDTHS_CHARACTERS) + 1)])
        self.flushed = self.row

    def line(self, style: str, *parts: str, size: float = 10) -> None:
        """Write one text across the sheet, or one across each side, as high as the longest needs."""
        self.row += 1
        columns = len(WIDTHS_CHARACTERS) // len(parts)
        for number, text in enumerate(parts):
            first = 1 + number * columns
            self._merge(self.row, first, first + columns - 1)
            for column in range(first, first + columns):
                self._put(column, text if column == first else None, style)
        lines = max(_lines(text, sum(WIDTHS_CHARACTERS[:columns]), size) for text in parts)
        self.sheet.row_dimensions[self.row].height = lines * LINE_POINTS * size / 10

    def _head(self, issued: Issued) -> None:
        act, language = issued.act, issued.language
        parties = (act.organization, act.counterparty)
        self.line("act text head", *(texts.according_to(party, act.currency, language) for party in parties))
        names = row_names(act.currency, language)
        self._side_by_side((names.date, names.document, names.debit, names.credit), " head", both=True)
        self.sheet.freeze_panes = f"A{self.row + 1}"
        self.sheet.print_title_rows = f"{self.row - 1}:{self.row}"

    def _ledger_row(self, row: Row) -> None:
        suffix = " strong" if row.kind in BOLD_KINDS else ""
        self._side_by_side((row.day, row.name, row.debit or None, row.credit or None), suffix)
        if row.kind is not Kind.DOCUMENT:
            self._put(6, row.name, f"act text{suffix}")
        if (lines := _lines(row.name, WIDTHS_CHARACTERS[1])) > 1:
            self.sheet.row_dimensions[self.row].height = lines * LINE_POINTS

    def _side_by_side(self, values: Sequence[Value], suffix: str, *, both: bool = False) -> None:
        """Write four values on our side; the counterparty's is left to be filled in unless `both`."""
        self.row += 1
        looks = ("act date", "act text", "act amount", "act amount")
        for column, (look, value) in enumerate(zip(looks, values, strict=True), start=1):
            self._put(column, value, look + suffix)
            theirs = "act their date" if column == 1 else look
            self._put(column + 4, value if both else None, theirs + suffix)

    def _signatures(self, blocks: Sequence[texts.SignatureBlock]) -> None:
        self.line("act strong", *(block.heading for block in blocks))
        self.row += 1
        self.sheet.row_dimensions[self.row].height = 2 * LINE_POINTS
        for first, block in zip((1, 5), blocks, strict=True):
            written = (block.position, "", "", f"({block.name})" if block.name else "")
            labels = (gettext("position"), "", gettext("signature"), gettext("surname and initials"))
            for column, (value, label) in enumerate(zip(written, labels, strict=True), start=first):
                self._put(column, value or None, "act written")
                self._put(column, label or None, "act label", row=self.row + 1)
            for row in (self.row, self.row + 1):
                self._merge(row, first, first + 1)
        self.row += 1
        self.line("act plain", *[gettext("Seal")] * 2)

    def _merge(self, row: int, first: int, last: int) -> None:
        self.sheet.merged_cells.add(CellRange(min_col=first, min_row=row, max_col=last, max_row=row))

    def _put(self, column: int, value: Value, style: str, *, row: int = 0) -> None:
        """Write a value; a text stays the text it is, whatever it begins with or holds."""
        cell = WriteOnlyCell(self.sheet)
        self.cells.setdefault(row or self.row, {})[column] = cell
        cell.style = style
        if isinstance(value, str):
            put_text(cell, value)
        elif value is not None:
            cell.value = value


def _lines(text: str, characters: float, size: float = 10) -> int:
    """Return how many lines a text takes in so many characters of width."""
    return len(fonts.break_lines(text, fonts.BOLD, size, characters * POINTS_A_CHARACTER, 50))


def _set_up_print(sheet: Worksheet) -> None:
    for column, width in zip("ABCDEFGH", WIDTHS_CHARACTERS, strict=True):
        sheet.column_dimensions[column].width = width
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = Worksheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_options.horizontalCentered = True
    sheet.page_margins = PageMargins(left=0.4, right=0.4, top=0.4, bottom=0.7, footer=0.3)
    sheet.HeaderFooter.oddFooter.right.text = gettext("Page %(page)s of %(pages)s") % {
        "page": "&P",
        "pages": "&N",
    }


def _sheet_name(number: str) -> str:
    """Return the number without what Excel forbids in the name of a sheet."""
    return "".join(character for character in clean_text(number) if character not in "[]:*?/\\'")[:20]


def _saved(workbook: Workbook, issued_on: date) -> bytes:
    """Return the workbook's bytes with the act's day in all the places where a clock would stand."""
    midnight = datetime.combine(issued_on, time(), UTC).replace(tzinfo=None)
    workbook.properties.created = workbook.properties.modified = midnight
    out = BytesIO()
    with DatedZip(out, issued_on) as archive:
        ExcelWriter(workbook, archive).write_data()
    return out.getvalue()
