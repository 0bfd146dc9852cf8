"""The PDF that 1C itself would draw: plain, and with the figures in it."""

from decimal import Decimal
from io import BytesIO
from typing import TYPE_CHECKING

from sandbox.ledger import Statement

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

FONT = "SandboxRoboto"
TOP, BOTTOM, LEFT, STEP = 790, 60, 50, 14
DEBIT, CREDIT = 470, 545


def draw(statement: Statement, organization: str) -> bytes:
    """Return the statement as a PDF; the same statement gives the same bytes."""
    # ReportLab takes long to import, and most calls never ask for a PDF.
    from reportlab.lib.pagesizes import A4
    from reportlab.pdfgen.canvas import Canvas

    _register_font()
    buffer = BytesIO()
    canvas = Canvas(buffer, pagesize=A4, invariant=1)
    canvas.setTitle(f"Акт сверки {statement.counterparty.name}")
    height = _new_page(canvas, TOP)
    for text, debit, credit in _lines(statement, organization):
        height = _new_page(canvas, height) if height < BOTTOM else height - STEP
        canvas.drawString(LEFT, height, text[:80])
        canvas.drawRightString(DEBIT, height, debit)
        canvas.drawRightString(CREDIT, height, credit)
    canvas.save()
    return buffer.getvalue()


def draw_blank() -> bytes:
    """Return one empty page."""
    from reportlab.pdfgen.canvas import Canvas

    buffer = BytesIO()
    canvas = Canvas(buffer, invariant=1)
    canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _lines(statement: Statement, organization: str) -> list[tuple[str, str, str]]:
    """Return text, debit and credit of every line."""
    debit = sum((row.debit for row in statement.rows), Decimal("0.00"))
    credit = sum((row.credit for row in statement.rows), Decimal("0.00"))
    return [
        ("Акт сверки взаимных расчётов", "", ""),
        (f"за период {statement.start:%d.%m.%Y} – {statement.end:%d.%m.%Y}", "", ""),
        (f"между {organization} и {statement.counterparty.name}", "", ""),
        (f"Документ, {statement.counterparty.currency}", "Дебет", "Кредит"),
        ("Сальдо начальное", *_sides(statement.opening)),
        *(
            (f"{row.day:%d.%m.%y}  {row.document}", _money(row.debit), _money(row.credit))
            for row in statement.rows
        ),
        ("Обороты за период", _money(debit), _money(credit)),
        ("Сальдо конечное", *_sides(statement.closing)),
    ]


def _sides(balance: Decimal) -> tuple[str, str]:
    return ("", _money(-balance)) if balance < 0 else (_money(balance), "")


def _money(amount: Decimal) -> str:
    return f"{amount:,.2f}".replace(",", " ").replace(".", ",") if amount else ""


def _new_page(canvas: "Canvas", height: int) -> int:
    """Begin a page when the one before is used; the font has to be named on each."""
    if height < TOP:
        canvas.showPage()
    canvas.setFont(FONT, 9)
    return TOP


def _register_font() -> None:
    from font_roboto import RobotoMedium  # type: ignore[import-untyped]
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    # Another file than the portal's: in one process, as in tests, ReportLab would give both the same font.
    if FONT not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(TTFont(FONT, RobotoMedium))
