"""Where everything of an act's table stands: columns, lines, heights and the places where a page may end."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import accumulate, pairwise

from reconciliation.ledger.act import Act
from reconciliation.printing import formats, texts
from reconciliation.printing.act_rows import Kind, Row, row_names, rows_of
from reconciliation.printing.currencies import Language
from reconciliation.printing.fonts import BOLD, REGULAR, break_lines, width_of

FONT_POINTS = 8.0
LEADING_POINTS = 9.5
PADDING_X_POINTS = 4.0
PADDING_Y_POINTS = 1.75
MOST_LINES = 20
MOST_HEAD_LINES = 6
NARROWEST_DATE_POINTS = 44.0
NARROWEST_AMOUNT_POINTS = 64.0
NARROWEST_DOCUMENT_POINTS = 90.0

BOLD_KINDS = frozenset({Kind.OPENING, Kind.CONTRACT, Kind.TURNOVER, Kind.CLOSING})
_BEGINNINGS = frozenset({Kind.OPENING, Kind.CONTRACT, Kind.CONTRACT_OPENING})
_ENDINGS = frozenset({Kind.CONTRACT_TURNOVER, Kind.CONTRACT_CLOSING, Kind.TURNOVER, Kind.CLOSING})


@dataclass(frozen=True, slots=True)
class Columns:
    """Widths in points of one side's four columns."""

    date: float
    document: float
    debit: float
    credit: float

    @property
    def widths(self) -> list[float]:
        return [self.date, self.document, self.debit, self.credit]

    def name_width(self, kind: Kind) -> float:
        """Return the room for a row's name; only a document leaves room for its date."""
        if kind is Kind.DOCUMENT:
            return self.document
        return self.date + self.document


@dataclass(frozen=True, slots=True)
class MeasuredRow:
    """A row's texts, broken into lines, and its height in points."""

    kind: Kind
    date: str
    name: str
    debit: str
    credit: str
    height: float


@dataclass(frozen=True)
class LedgerLayout:
    """A table measured once for a width and a page height, both in points."""

    width: float
    page_height: float
    columns: Columns
    sides: tuple[str, str]
    names: tuple[str, str, str, str]
    head_heights: tuple[float, float]
    rows: Sequence[MeasuredRow]

    @cached_property
    def head_height(self) -> float:
        return sum(self.head_heights)

    @cached_property
    def tops(self) -> list[float]:
        """Distance of each row's top from the first row's; one more entry than rows."""
        return list(accumulate((row.height for row in self.rows), initial=0.0))

    @cached_property
    def breaks(self) -> list[int]:
        """Numbers of rows before which a page may end, ascending; the end of the table included.

        Beginnings stay with what they begin, sums with what they sum.
        """
        allowed = [
            number
            for number, (above, below) in enumerate(pairwise(self.rows), start=1)
            if above.kind not in _BEGINNINGS and below.kind not in _ENDINGS
        ]
        return [*allowed, len(self.rows)]

    @property
    def last_break(self) -> int:
        """The row that begins what must stand together at the table's end."""
        return self.breaks[-2] if len(self.breaks) > 1 else 0

    def height_of(self, start: int, end: int) -> float:
        """Return the height of rows `start` to `end` with the head above them."""
        return self.head_height + self.tops[end] - self.tops[start]

    def end_of_page(self, start: int, available: float) -> int:
        """Return the row before which to end a page that begins with `start`, or `start` if none fits.

        What must stand together and is taller than a whole page is parted between rows after all.
        """
        limit = self.tops[start] + available - self.head_height
        fitting = min(bisect_right(self.tops, limit + 0.01) - 1, len(self.rows))
        best = self.breaks[bisect_right(self.breaks, fitting) - 1] if fitting >= self.breaks[0] else start
        if best > start:
            return best
        if available >= self.page_height - 0.01:
            return max(fitting, start + 1)
        return start


def measure(act: Act, language: Language, *, width: float, page_height: float) -> LedgerLayout:
    """Measure an act's table, both sides of it, to fit the width."""
    days = {line.date for line in act.lines}
    dates = {day: formats.format_row_date(day, language) for day in days}
    cells = [_texts(row, dates, language) for row in rows_of(act, language)]
    names = row_names(act.currency, language)
    columns = _columns([*cells, _Texts(Kind.OPENING, names.date, "", names.debit, names.credit)], width / 2)
    ours, theirs = (
        _broken(texts.according_to(party, act.currency, language), BOLD, width / 2, MOST_HEAD_LINES)
        for party in (act.organization, act.counterparty)
    )
    return LedgerLayout(
        width=width,
        page_height=page_height,
        columns=columns,
        sides=(ours, theirs),
        names=(names.date, names.document, names.debit, names.credit),
        head_heights=(max(_height(ours), _height(theirs)), _height("")),
        rows=[_measured(row, columns) for row in cells],
    )


@dataclass(frozen=True, slots=True)
class _Texts:
    kind: Kind
    date: str
    name: str
    debit: str
    credit: str


def _texts(row: Row, dates: Mapping[date, str], language: Language) -> _Texts:
    return _Texts(
        row.kind,
        dates[row.day] if row.day else "",
        row.name,
        formats.format_amount(row.debit, language) if row.debit else "",
        formats.format_amount(row.credit, language) if row.credit else "",
    )


def _columns(rows: Sequence[_Texts], width: float) -> Columns:
    day = max(NARROWEST_DATE_POINTS, _widest((row.date for row in rows), REGULAR))
    amount = max(
        _widest((text for row in rows for text in (row.debit, row.credit)), BOLD), NARROWEST_AMOUNT_POINTS
    )
    amount = min(amount, (width - day - NARROWEST_DOCUMENT_POINTS) / 2)
    return Columns(day, width - day - 2 * amount, amount, amount)


def _widest(texts: Iterable[str], font: str) -> float:
    """Return the width of the longest text with its padding; figures are all of one width."""
    return width_of(max(texts, key=len), font, FONT_POINTS) + 2 * PADDING_X_POINTS


def _measured(row: _Texts, columns: Columns) -> MeasuredRow:
    font = BOLD if row.kind in BOLD_KINDS else REGULAR
    name = _broken(row.name, font, columns.name_width(row.kind), MOST_LINES)
    debit = _broken(row.debit, font, columns.debit, MOST_LINES)
    credit = _broken(row.credit, font, columns.credit, MOST_LINES)
    return MeasuredRow(row.kind, row.date, name, debit, credit, max(map(_height, (name, debit, credit))))


def _broken(text: str, font: str, width: float, most: int) -> str:
    room = width - 2 * PADDING_X_POINTS
    if width_of(text, font, FONT_POINTS) <= room:
        return text
    return "\n".join(break_lines(formats.glue(text), font, FONT_POINTS, room, most))


def _height(text: str) -> float:
    return LEADING_POINTS * (text.count("\n") + 1) + 2 * PADDING_Y_POINTS
