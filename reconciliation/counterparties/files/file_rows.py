"""The rows of a file of counterparties by field, with what is wrong with their cells."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from django.utils.translation import gettext

from reconciliation.counterparties.field_names import title_of
from reconciliation.counterparties.files.headings import BOTH_NUMBERS, Columns
from reconciliation.tables.table import Row, Table

TOTALS: Final = ("итог", "всего", "total", "grand total")


@dataclass(frozen=True)
class FileRow:
    """A line's number, its cells by field, and why it cannot be taken, if it cannot."""

    line: int
    cells: dict[str, str]
    problem: str = ""


@dataclass
class Facts:
    """What is told of a file before anything is brought in."""

    rows: int = 0
    totals: list[int] = field(default_factory=list)
    """The lines of sums, which are passed over."""


def facts_of(table: Table, columns: Columns) -> Facts:
    """Go through the table once."""
    facts = Facts()
    for row in table.rows:
        if _is_total(row, columns):
            facts.totals.append(row.line)
        else:
            facts.rows += 1
    return facts


def rows_of(table: Table, columns: Columns) -> Iterator[FileRow]:
    """Yield the rows of counterparties, but for lines of totals."""
    return (_row(row, columns) for row in table.rows if not _is_total(row, columns))


def _row(row: Row, columns: Columns) -> FileRow:
    fields = columns.fields
    held = {name: cell for name, cell in zip(fields, row.cells, strict=False) if name}
    cells = {name: held.get(name, "") for name in fields if name and name != BOTH_NUMBERS}
    if BOTH_NUMBERS in fields:
        cells["inn"], _slash, cells["kpp"] = (
            part.strip() for part in held.get(BOTH_NUMBERS, "").partition("/")
        )
    cells.setdefault("onec_guid", "")
    return FileRow(row.line, cells, _problem(row, fields))


def _problem(row: Row, fields: list[str | None]) -> str:
    if any(row.cells[len(fields) :]):
        return gettext("has more cells than the table has columns: put quotes around a text")
    said = []
    for place, why in row.broken.items():
        name = fields[place] if place < len(fields) else None
        if name:
            words = (
                gettext("%(error)s is an error in place of a value") % {"error": why}
                if why
                else gettext("a formula without a value; open the file in Excel and save it")
            )
            said.append(f"{title_of('inn' if name == BOTH_NUMBERS else name)}: {words}")
    return "; ".join(said)


def _is_total(row: Row, columns: Columns) -> bool:
    """Whether the row sums up the others: it begins like that and names nobody."""
    first = next((cell for cell in row.cells if cell), "").casefold()
    keys = [
        cell
        for name, cell in zip(columns.fields, row.cells, strict=False)
        if name in ("onec_guid", "inn", BOTH_NUMBERS) and cell and not cell.casefold().startswith(TOTALS)
    ]
    return first.startswith(TOTALS) and not keys
