"""The rows of a CSV file, whatever program and country it is from."""

import csv
import io
import re
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Final

from django.utils.translation import gettext as _

from reconciliation.ledger.clean_text import clean_text
from reconciliation.tables import encodings
from reconciliation.tables.table import MOST_COLUMNS, Row, UnreadableFile
from reconciliation.tables.writer import unguarded

DELIMITERS: Final = ";,\t|"
HEADED_WITHIN: Final = 30
"""Lines among which the headings are looked for."""
SEPARATOR_LINE: Final = re.compile(r"sep=(.)\r?\n?\Z", re.IGNORECASE)
"""What Excel writes and reads as the first line."""


class CsvRows:
    """The rows that are not empty, to be gone through any number of times. Raises UnreadableFile."""

    def __init__(self, content: bytes, knows: Callable[[str], bool]) -> None:
        """`knows` tells a heading: the delimiter is the one that finds most of them."""
        try:
            self._text, self.encoding = encodings.decode(content)
        except encodings.UnknownEncoding as error:
            words = _("Line %(line)s holds signs of another encoding. Save the file as CSV UTF-8.")
            raise UnreadableFile(words % {"line": error.line}) from None
        if "\0" in self._text or self._text.lstrip().startswith("<"):
            raise UnreadableFile(
                _("This is neither a CSV file nor a workbook. Save the table as one of them.")
            )
        first = list(islice(io.StringIO(self._text, newline=""), HEADED_WITHIN))
        told = SEPARATOR_LINE.match(first[0]) if first else None
        self._above = 1 if told else 0
        self._delimiter = told[1] if told else max(DELIMITERS, key=lambda sign: _known(first, sign, knows))

    def __iter__(self) -> Iterator[Row]:
        """Yield the rows; a quoted cell may go over several lines, and a row counts by its first."""
        lines = io.StringIO(self._text, newline="")
        if self._above:
            lines.readline()
        number = self._above + 1
        reader = csv.reader(lines, delimiter=self._delimiter, strict=True)
        try:
            for cells in reader:
                if any(self._holds_rows(cell, len(cells)) for cell in cells):
                    raise _unclosed(number)
                if found := _texts(cells):
                    yield Row(number, found)
                number = self._above + reader.line_num + 1
        except csv.Error as error:
            if "field larger" in str(error):
                raise UnreadableFile(_("Line %(line)s cannot be read as CSV.") % {"line": number}) from None
            raise _unclosed(number) from None

    def _holds_rows(self, cell: str, columns: int) -> bool:
        """Whether the rows below have become part of a cell: its quote was closed by one of theirs."""
        lines = cell.splitlines() if "\n" in cell or "\r" in cell else []
        return columns > 2 and any(line.count(self._delimiter) >= columns - 1 for line in lines)


def _texts(cells: list[str]) -> list[str]:
    """Return a row's cells up to the last that holds anything."""
    found = [clean_text(unguarded(cell.strip())).strip() for cell in cells]
    while found and not found[-1]:
        found.pop()
    if len(found) > MOST_COLUMNS:
        raise UnreadableFile(_("The table has over 500 columns. Copy those that matter into a new one."))
    return found


def _unclosed(line: int) -> UnreadableFile:
    words = _("Line %(line)s: a quote is not closed, or something follows it. Write a quote in a text twice.")
    return UnreadableFile(words % {"line": line})


def _known(lines: list[str], delimiter: str, knows: Callable[[str], bool]) -> int:
    """Return how many headings the best of these lines has."""
    return max((sum(knows(cell) for cell in line.strip().split(delimiter)) for line in lines), default=0)
