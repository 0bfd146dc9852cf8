"""Tables that people bring: CSV and workbooks as their programs write them, row by row with line numbers."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final

from django.utils.translation import gettext as _

from reconciliation.tables.broken_cells import is_error
from reconciliation.tables.csv_rows import HEADED_WITHIN, CsvRows
from reconciliation.tables.table import MOST_ROWS, Row, Table, UnreadableFile
from reconciliation.tables.workbook_rows import WorkbookRows, is_workbook

LARGEST_BYTES: Final = 20 * 1024 * 1024


def read_table(content: bytes, knows: Callable[[str], bool]) -> Table:
    """Return the table in a file; `knows` tells a heading. Raises UnreadableFile.

    A workbook is read by a process of its own, within limits.
    """
    if len(content) > LARGEST_BYTES:
        raise UnreadableFile(_("The file is over 20 MB. Divide it into several."))
    rows = WorkbookRows(content) if is_workbook(content) else CsvRows(content, knows)
    first = list(islice(rows, HEADED_WITHIN))
    if not first:
        raise UnreadableFile(_("The file is empty."))
    counts = [sum(map(knows, row.cells)) for row in first]
    place = counts.index(max(counts))
    headings = first[place]
    table = Table(headings.cells, headings.line, _Below(rows, place + 1), above=place)
    if isinstance(rows, CsvRows):
        return replace(table, encoding=rows.encoding)
    others = tuple(rows.other_sheets)
    return replace(table, sheet=rows.sheet, other_sheets=others, hides_errors=rows.hides_errors)


@dataclass(frozen=True)
class _Below:
    """The rows after the first so many, with errors in their cells found."""

    rows: CsvRows | WorkbookRows
    first: int

    def __iter__(self) -> Iterator[Row]:
        for number, row in enumerate(islice(self.rows, self.first, None)):
            if number == MOST_ROWS:
                raise UnreadableFile(_("The file holds over 100,000 rows. Divide it into several."))
            errors = {place: cell for place, cell in enumerate(row.cells) if is_error(cell)}
            yield replace(row, broken=row.broken | errors) if errors else row
