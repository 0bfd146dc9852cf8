"""A table of somebody's file as rows of texts, and how one that cannot be read is told of."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

MOST_ROWS: Final = 100_000
"""Below the headings, of those that are not empty."""
MOST_COLUMNS: Final = 500


class UnreadableFile(Exception):
    """The file cannot be read as a table; the text is for the person who brought it."""


@dataclass(frozen=True)
class Row:
    """A line's number as a person counts, and its cells.

    `broken`: the cells, by position, that hold no value but an error like “#REF!”, or are empty: a formula
    whose value nobody has computed.
    """

    line: int
    cells: list[str]
    broken: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Table:
    """The headings, and the rows below them that are not empty, to be gone through any number of times.

    `sheet` and `other_sheets`: those of a workbook that is read and that are not; `encoding`: of CSV;
    `above`: how many lines stand over the headings. `hides_errors`: a cell with an error cannot be told from
    an empty one.
    """

    headings: list[str]
    line: int
    rows: Iterable[Row]
    above: int = 0
    sheet: str = ""
    encoding: str = ""
    hides_errors: bool = False
    other_sheets: tuple[str, ...] = ()
