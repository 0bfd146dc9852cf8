"""A preview as XLSX: the totals, and everybody with amounts as numbers."""

from collections.abc import Iterator
from decimal import Decimal
from tempfile import TemporaryFile
from typing import IO, Any

from django.utils.translation import gettext
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from reconciliation.distribution.previews.totals import Sums, Totals
from reconciliation.distribution.previews.words import reasons_of, why_nothing
from reconciliation.models import DeliveryStep, MonthPreview, PreviewLine

MONEY = "#,##0.00"
WIDTHS = (44, 16, 38, 16, 10, 16, 16, 40, 44, 44)


def xlsx_file(preview: MonthPreview) -> IO[bytes]:
    """Return an open file with two sheets, in the language that is set; it is written row by row."""
    book = Workbook(write_only=True)
    _write(book.create_sheet(gettext("Totals")), _totals(Totals.from_json(preview.totals)), (36, 12, 20, 20))
    _write(book.create_sheet(gettext("Counterparties")), _lines(preview), WIDTHS)
    file = TemporaryFile()  # noqa: SIM115  # the response closes it
    book.save(file)
    file.seek(0)
    return file


def _write(sheet: Any, rows: Iterator[list[Any]], widths: tuple[int, ...]) -> None:
    for number, width in enumerate(widths):
        sheet.column_dimensions["ABCDEFGHIJ"[number]].width = width
    sheet.freeze_panes = "A2"
    for number, row in enumerate(rows):
        sheet.append([_cell(sheet, value, is_head=number == 0) for value in row])


def _cell(sheet: Any, value: Any, *, is_head: bool) -> Any:
    cell = WriteOnlyCell(sheet, value)
    if isinstance(value, str):
        cell.data_type = "s"  # a name that begins with "=" is no formula
    if isinstance(value, Decimal):
        cell.number_format = MONEY
    if is_head:
        cell.font = Font(bold=True)
    return cell


def _totals(totals: Totals) -> Iterator[list[Any]]:
    yield [gettext("Currency"), gettext("How many"), gettext("Owed to us"), gettext("Owed by us")]
    for code, sums in sorted(totals.currencies.items()):
        yield _sums(code, gettext("in 1C's list"), sums.listed)
        yield _sums(code, gettext("get an act"), sums.acts)
        yield _sums(code, gettext("get nothing"), sums.nothing)


def _sums(code: str, what: str, sums: Sums) -> list[Any]:
    return [f"{code}: {what}", sums.number, sums.to_us, sums.by_us]


def _lines(preview: MonthPreview) -> Iterator[list[Any]]:
    yield [
        gettext("Counterparty"), gettext("1C guid"), gettext("Balance"), gettext("Currency"),
        gettext("Last month's balance"), gettext("Closing balance of the act"), gettext("Gets it by"),
        gettext("Gets nothing because"), gettext("Left out"), gettext("What is odd"),
    ]  # fmt: skip
    for line in preview.lines.order_by("pk").iterator(chunk_size=1000):
        yield [
            line.name, line.guid, line.balance, line.currency, line.before, line.closing,
            ", ".join(str(DeliveryStep.Way(way).label) for way in line.ways),
            why_nothing(line), ", ".join(reasons_of(line)), _odd(line),
        ]  # fmt: skip


def _odd(line: PreviewLine) -> str:
    return ", ".join(str(each.label) for each in line.oddities)
