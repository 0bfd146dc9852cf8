"""Roboto for acts, and fallback fonts for letters that it lacks: registered once a process, and measured."""

import threading
from collections.abc import Iterator

import font_roboto  # type: ignore[import-untyped]
from reportlab.lib.fonts import addMapping
from reportlab.pdfbase import pdfmetrics

from reconciliation.printing.fallback_fonts import CompositeFont

FAMILY = "Roboto"
REGULAR = "Roboto"
BOLD = "RobotoBold"
ELLIPSIS = "…"

_registering = threading.Lock()


def register_fonts() -> None:
    """Make Roboto known to ReportLab; does nothing the second time."""
    if BOLD in pdfmetrics.getRegisteredFontNames():
        return
    with _registering:
        for name, weight in ((REGULAR, "Rg"), (BOLD, "Bd")):
            pdfmetrics.registerFont(CompositeFont(name, font_roboto.font_files[name], weight))
        for italic in (0, 1):
            addMapping(FAMILY, 0, italic, REGULAR)
            addMapping(FAMILY, 1, italic, BOLD)


def unprintable(text: str) -> str:
    """Return the letters of the text that no font can print right, each once."""
    register_fonts()
    return "".join(sorted(pdfmetrics.getFont(REGULAR).unprintable(text)))


def width_of(text: str, font: str, size: float) -> float:
    """Return the text's width in points."""
    return float(pdfmetrics.stringWidth(text, font, size))


def break_lines(text: str, font: str, size: float, width: float, most: int) -> list[str]:
    """Return the text in at most `most` lines that fit the width; words wider than a line are broken."""
    if width_of(text, font, size) <= width:
        return [text]
    space = width_of(" ", font, size)
    lines: list[list[str]] = [[]]
    used = -space
    for piece, piece_width in _pieces(text, font, size, width):
        if lines[-1] and used + space + piece_width > width:
            if len(lines) == most:
                lines[-1].append(piece)  # too much for the line, which is shortened below
                break
            lines.append([])
            used = -space
        lines[-1].append(piece)
        used += space + piece_width
    broken = [" ".join(line) for line in lines]
    return [*broken[:-1], shorten(broken[-1], font, size, width)]


def shorten(text: str, font: str, size: float, width: float) -> str:
    """Return the text, or as much of its beginning as fits the width with an ellipsis."""
    if width_of(text, font, size) <= width:
        return text
    room = width - width_of(ELLIPSIS, font, size)
    return text[: _fitting(text, font, size, room)].rstrip(f" {ELLIPSIS}") + ELLIPSIS


def _pieces(text: str, font: str, size: float, width: float) -> Iterator[tuple[str, float]]:
    """Yield the words with their widths, those wider than a line cut into lines."""
    for word in text.split(" "):
        rest = word
        while (whole := width_of(rest, font, size)) > width:
            cut = max(1, _fitting(rest, font, size, width))
            yield rest[:cut], width_of(rest[:cut], font, size)
            rest = rest[cut:]
        if rest:
            yield rest, whole


def _fitting(text: str, font: str, size: float, width: float) -> int:
    """Return how many of the first characters fit."""
    used = 0.0
    for count, character in enumerate(text):
        used += width_of(character, font, size)
        if used > width:
            return count
    return len(text)
