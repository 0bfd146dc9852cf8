"""Pages of an act: the running foot with the number of pages, metadata, and the same bytes every time."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from reportlab import rl_config
from reportlab.lib.colors import HexColor
from reportlab.lib.utils import TimeStamp
from reportlab.pdfbase.pdfdoc import PDFName, PDFStream, PDFZCompress
from reportlab.pdfgen.canvas import Canvas

from reconciliation.printing.fonts import REGULAR, shorten, width_of

# Streams as bytes and not as ASCII text: a quarter smaller, and no encoding in Python.
rl_config.useA85 = 0

FOOT_POINTS = 7.0
FOOT_COLOUR = HexColor("#6b7078")
GAP_POINTS = 24.0
TOTAL = "pages"


@dataclass(frozen=True, slots=True)
class PageSize:
    """A page's size and margins in points."""

    width: float
    height: float
    left: float
    right: float
    top: float
    bottom: float
    foot: float
    """Distance of the running foot's baseline from the page's lower edge."""

    @property
    def text_width(self) -> float:
        return self.width - self.left - self.right

    @property
    def text_height(self) -> float:
        return self.height - self.top - self.bottom


@dataclass(frozen=True, slots=True)
class Imprint:
    """What every page and the file itself say of the act."""

    title: str
    author: str
    subject: str
    foot: str
    page_of: str
    """Begins the page count and holds %(page)s; the number of pages follows it."""
    issued_on: date
    identity: str
    """Tells this document from any other; two renderings of one act have the same."""


class ActCanvas(Canvas):  # type: ignore[misc]
    """A canvas that numbers its pages and knows no clock."""

    def __init__(self, *args: Any, page_size: PageSize, imprint: Imprint, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs | {"invariant": 1, "pageCompression": 1})
        self.page_size = page_size
        self.imprint = imprint
        self._fix_time_and_identity()
        self._describe()

    def showPage(self) -> None:  # noqa: N802 (ReportLab's name)
        self._draw_foot()
        super().showPage()
        self._compress_page()

    def save(self) -> None:
        """Say at last how many pages there are: each page refers to this one drawing."""
        self.beginForm(TOTAL, 0, -FOOT_POINTS, 60, FOOT_POINTS)
        self._set_foot_font()
        self.drawString(0, 0, str(self.getPageNumber() - 1))
        self.endForm()
        super().save()

    def _compress_page(self) -> None:
        """Compress the finished page; ReportLab would hold all pages as text until the document is saved."""
        page = self._doc.Pages.pages[-1]
        page.Contents = PDFStream(content=PDFZCompress.encode(page.stream))
        page.Contents.dictionary["Filter"] = PDFName(PDFZCompress.pdfname)
        page.stream = None

    def _draw_foot(self) -> None:
        size, imprint = self.page_size, self.imprint
        page = imprint.page_of % {"page": self.getPageNumber()} + " "
        page_width = width_of(page, REGULAR, FOOT_POINTS)
        room = size.text_width - page_width - GAP_POINTS - 4 * FOOT_POINTS
        self.saveState()
        self._set_foot_font()
        self.drawString(size.left, size.foot, page)
        self.translate(size.left + page_width, size.foot)
        self.doForm(TOTAL)
        self.restoreState()
        self.saveState()
        self._set_foot_font()
        self.drawRightString(
            size.width - size.right, size.foot, shorten(imprint.foot, REGULAR, FOOT_POINTS, room)
        )
        self.restoreState()

    def _set_foot_font(self) -> None:
        self.setFont(REGULAR, FOOT_POINTS)
        self.setFillColor(FOOT_COLOUR)

    def _describe(self) -> None:
        self.setTitle(self.imprint.title)
        self.setAuthor(self.imprint.author)
        self.setSubject(self.imprint.subject)
        self.setViewerPreference("DisplayDocTitle", "true")

    def _fix_time_and_identity(self) -> None:
        """ReportLab would take both from the clock, or from the environment."""
        midnight = datetime.combine(self.imprint.issued_on, time(), UTC)
        stamp = TimeStamp(invariant=1)
        stamp.t, stamp.lt = midnight.timestamp(), midnight.timetuple()
        stamp.YMDhms = tuple(stamp.lt)[:6]
        self._doc._timeStamp = stamp  # noqa: SLF001 (there is no public way)
        digest = hashlib.sha256(self.imprint.identity.encode()).hexdigest()[:32]
        self._doc._ID = f"\n[<{digest}><{digest}>]\n".encode()  # noqa: SLF001
