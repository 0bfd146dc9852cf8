"""The two-sided table of an act, as a flowable whose cost grows with its rows and not with their square.

ReportLab's own tables measure and style all of their rows anew at each page break. Here a row is measured
once, the place to end a page is looked up, and a table is made of one page's rows when the page is drawn.
"""

from collections.abc import Sequence

from reportlab.lib.colors import HexColor
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Table

from reconciliation.printing.act_rows import Kind
from reconciliation.printing.fonts import BOLD, REGULAR
from reconciliation.printing.pdf.ledger_layout import (
    BOLD_KINDS,
    FONT_POINTS,
    LEADING_POINTS,
    PADDING_X_POINTS,
    PADDING_Y_POINTS,
    LedgerLayout,
    MeasuredRow,
)

RULE = HexColor("#c9ccd1")
STRONG_RULE = HexColor("#4a4f57")
HEAD_FILL = HexColor("#f2f3f5")
HAIRLINE_POINTS = 0.4
STRONG_LINE_POINTS = 0.8
HEAD_ROWS = 2

Command = tuple[object, ...]
Cell = str | tuple[()]

_EMPTY: tuple[tuple[()], ...] = ((),)
"""No flowables: ReportLab draws an empty text as laboriously as any other."""

_SAME_ON_EVERY_PAGE: list[Command] = [
    ("FONT", (0, 0), (-1, -1), REGULAR, FONT_POINTS, LEADING_POINTS),
    ("FONT", (0, 0), (-1, HEAD_ROWS - 1), BOLD, FONT_POINTS, LEADING_POINTS),
    ("LEFTPADDING", (0, 0), (-1, -1), PADDING_X_POINTS),
    ("RIGHTPADDING", (0, 0), (-1, -1), PADDING_X_POINTS),
    ("TOPPADDING", (0, 0), (-1, -1), PADDING_Y_POINTS),
    ("BOTTOMPADDING", (0, 0), (-1, -1), PADDING_Y_POINTS),
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ("ALIGN", (2, 1), (3, -1), "RIGHT"),
    ("ALIGN", (6, 1), (7, -1), "RIGHT"),
    ("BACKGROUND", (0, 0), (-1, HEAD_ROWS - 1), HEAD_FILL),
    ("SPAN", (0, 0), (3, 0)),
    ("SPAN", (4, 0), (7, 0)),
    ("INNERGRID", (0, 0), (-1, -1), HAIRLINE_POINTS, RULE),
    ("LINEBELOW", (0, HEAD_ROWS - 1), (-1, HEAD_ROWS - 1), STRONG_LINE_POINTS, STRONG_RULE),
    ("LINEBEFORE", (4, 0), (4, -1), STRONG_LINE_POINTS, STRONG_RULE),
    ("BOX", (0, 0), (-1, -1), STRONG_LINE_POINTS, STRONG_RULE),
]


class Ledger(Flowable):  # type: ignore[misc]
    """Rows `start` to `end` of a measured table under its head."""

    def __init__(
        self, layout: LedgerLayout, start: int = 0, end: int | None = None, *, below: Sequence[Flowable] = ()
    ) -> None:
        """`below` is what must not be left on a page without the table's last rows above it."""
        super().__init__()
        self.layout = layout
        self.start = start
        self.end = len(layout.rows) if end is None else end
        self.below = below

    def wrap(self, available_width: float, available_height: float) -> tuple[float, float]:
        height = self.layout.height_of(self.start, self.end)
        if self._parts_from_below(height, available_height):
            # Asks to be split, although the rows alone would fit.
            return self.layout.width, available_height + 1
        return self.layout.width, height

    def split(self, available_width: float, available_height: float) -> list[Flowable]:
        if self._parts_from_below(self.layout.height_of(self.start, self.end), available_height):
            end = self.layout.last_break
        else:
            end = min(self.layout.end_of_page(self.start, available_height), self.end)
        if end <= self.start:
            return []
        return [
            Ledger(self.layout, self.start, end),
            Ledger(self.layout, end, self.end, below=self.below),
        ]

    def draw(self) -> None:
        layout = self.layout
        rows = layout.rows[self.start : self.end]
        table = Table(
            [*_head(layout), *map(_cells, rows)],
            colWidths=layout.columns.widths * 2,
            rowHeights=[*layout.head_heights, *(row.height for row in rows)],
            style=[*_SAME_ON_EVERY_PAGE, *_style(rows)],
        )
        table.wrapOn(self.canv, layout.width, layout.page_height)
        table.drawOn(self.canv, 0, 0)

    def _parts_from_below(self, height: float, available: float) -> bool:
        """Whether all rows fit, what must follow them does not, and it helps to take the last rows along."""
        if not self.below or height > available:
            return False
        layout = self.layout
        below = _height_of(self.below, self.canv, layout)
        if height + below <= available:
            return False
        last = layout.last_break
        together = layout.height_of(last, self.end) + below
        return last >= self.start and together <= layout.page_height


def _height_of(flowables: Sequence[Flowable], canvas: Canvas, layout: LedgerLayout) -> float:
    """Return the height of flowables under each other on one page."""
    return sum(
        float(flowable.getSpaceBefore() + flowable.getSpaceAfter())
        + float(flowable.wrapOn(canvas, layout.width, layout.page_height)[1])
        for flowable in flowables
    )


def _head(layout: LedgerLayout) -> list[list[Cell]]:
    ours, theirs = layout.sides
    return [[ours, *_EMPTY * 3, theirs, *_EMPTY * 3], [*layout.names, *layout.names]]


def _cells(row: MeasuredRow) -> list[Cell]:
    """Return one row's cells; on the right only names, for its figures are the counterparty's to write."""
    amounts = [row.debit or (), row.credit or ()]
    if row.kind is Kind.DOCUMENT:
        return [row.date, row.name, *amounts, *_EMPTY * 4]
    return [row.name, *_EMPTY, *amounts, row.name, *_EMPTY * 3]


def _style(rows: Sequence[MeasuredRow]) -> list[Command]:
    commands: list[Command] = []
    for number, row in enumerate(rows, start=HEAD_ROWS):
        if row.kind in BOLD_KINDS:
            commands.append(("FONT", (0, number), (-1, number), BOLD, FONT_POINTS, LEADING_POINTS))
        if row.kind is not Kind.DOCUMENT:
            last = 3 if row.kind is Kind.CONTRACT else 1
            commands.append(("SPAN", (0, number), (last, number)))
            commands.append(("SPAN", (4, number), (4 + last, number)))
        if row.kind is Kind.CONTRACT:
            commands.append(("BACKGROUND", (0, number), (-1, number), HEAD_FILL))
    return commands
