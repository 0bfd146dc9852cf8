"""A font that turns to others for the letters that it lacks, so that no letter of an act vanishes.

The others are Kurinto Sans (OFL) of the package weblate-fonts: loaded when a letter needs them, and embedded
in the documents that use them. Symbols that no font has are drawn as a box. Letters that no font has, and
those of scripts that have to be shaped or run from right to left, are not printed at all: whoever issues an
act asks `unprintable` first.
"""

import re
import threading
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files
from itertools import groupby
from operator import itemgetter

from reportlab.pdfbase.pdfdoc import PDFDocument
from reportlab.pdfbase.ttfonts import TTFont

FALLBACKS = ("", "SC", "KR")
"""Everything but Chinese and Korean; Chinese, with the characters that Japan uses, too; Korean."""
SUBSETS_PER_FONT = 10_000
BOX = "\u25a1"
Text = str | bytes
# Devanagari to Sinhala, Tibetan, Myanmar, Khmer, Mongolian: their letters change with their neighbours.
_SHAPED = re.compile("[\u0900-\u0dff\u0f00-\u109f\u1780-\u18af]")
_RIGHT_TO_LEFT = {"R", "AL", "AN"}

_embedding = threading.RLock()


class SharedFont(TTFont):  # type: ignore[misc]  # ReportLab ships no types
    """A font that several documents are drawn with at once.

    What a document has used is kept per document already; only cutting out the subset at its end
    moves a cursor over the font's file that all of them share.
    """

    def addObjects(self, doc: PDFDocument) -> None:  # noqa: N802 (ReportLab's name)
        with _embedding:
            super().addObjects(doc)


class CompositeFont(SharedFont):
    """A font with fallbacks of one weight, "Rg" or "Bd"."""

    def __init__(self, name: str, file: str, weight: str) -> None:
        super().__init__(name, file)
        self.weight = weight
        self.own = frozenset(map(chr, self.face.charToGlyph)) | {"\xa0", "\n", "\t", "\r"}

    def stringWidth(self, text: Text, size: float, encoding: str = "utf-8") -> float:  # noqa: N802
        text = _decoded(text, encoding)
        if self.own.issuperset(text):
            return float(super().stringWidth(text, size))
        return sum(
            font.stringWidth(run, size) if font else float(super(CompositeFont, self).stringWidth(run, size))
            for _, font, run in self._runs(text)
        )

    def splitString(  # noqa: N802
        self, text: Text, doc: PDFDocument, encoding: str = "utf-8"
    ) -> list[tuple[int, bytes]]:
        text = _decoded(text, encoding)
        if self.own.issuperset(text):
            return list(super().splitString(text, doc))
        parts: list[tuple[int, bytes]] = []
        for number, font, run in self._runs(text):
            split = font.splitString(run, doc) if font else super().splitString(run, doc)
            parts += [(number * SUBSETS_PER_FONT + subset, codes) for subset, codes in split]
        return parts

    def getSubsetInternalName(self, subset: int, doc: PDFDocument) -> str:  # noqa: N802
        number, subset = divmod(subset, SUBSETS_PER_FONT)
        if number:
            return str(_fallback(number, self.weight).getSubsetInternalName(subset, doc))
        return str(super().getSubsetInternalName(subset, doc))

    def unprintable(self, text: Iterable[str]) -> set[str]:
        """Return the letters, marks and numbers that no font can print right."""
        foreign = {letter for letter in {*text} - self.own if unicodedata.category(letter)[0] in "LMN"}
        return {letter for letter in foreign if _place(letter, self.weight) is None}

    def _runs(self, text: str) -> Iterator[tuple[int, SharedFont | None, str]]:
        """Yield the text in runs of one font: its number, the fallback (none for 0), the run."""
        placed = [
            (0, letter) if letter in self.own else (_place(letter, self.weight) or 1, letter)
            for letter in text
        ]
        for number, run in groupby(placed, key=itemgetter(0)):
            font = _fallback(number, self.weight) if number else None
            letters = (letter if font is None or _has(font, letter) else BOX for _, letter in run)
            yield number, font, "".join(letters)


def _decoded(text: Text, encoding: str) -> str:
    return text.decode(encoding) if isinstance(text, bytes) else text


def _has(font: SharedFont, letter: str) -> bool:
    # ReportLab would let what lies above U+FFFF be read and copied as another letter.
    return letter <= "\uffff" and ord(letter) in font.face.charToGlyph


@cache
def _place(letter: str, weight: str) -> int | None:
    """Return the number of the first fallback that has the letter, from 1; None without one."""
    if _SHAPED.match(letter) or unicodedata.bidirectional(letter) in _RIGHT_TO_LEFT:
        return None
    numbers = range(1, len(FALLBACKS) + 1)
    return next((number for number in numbers if _has(_fallback(number, weight), letter)), None)


@cache
def _fallback(number: int, weight: str) -> SharedFont:
    name = f"KurintoSans{FALLBACKS[number - 1]}-{weight}"
    folder = files("weblate_fonts") / "static/weblate_fonts/kurinto/ttf"
    return SharedFont(name, str(folder / f"{name}.ttf"))
