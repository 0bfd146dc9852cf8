"""Cells that hold no value: errors, and formulas in XLSX that no program has computed.

Known to the process that reads workbooks: no Django.
"""

import posixpath
import re
from typing import IO, Any, Final
from xml.etree import ElementTree as ET
from xml.parsers import expat
from zipfile import ZipFile

ERROR: Final = re.compile(
    r"#(REF!|NAME\?|VALUE!|DIV/0!|N/A|NUM!|NULL!|SPILL!|CALC!"
    r"|ССЫЛКА!|ИМЯ\?|ЗНАЧ!|ДЕЛ/0!|Н/Д|ЧИСЛО!|ПУСТО!|ПЕРЕНОС!|ВЫЧИСЛ!)|Err:\d{3}|Ошиб:\d{3}"
)
"""As Excel shows them in English and Russian, and LibreOffice its own."""
PIECE_BYTES: Final = 1 << 20
RELATIONSHIP: Final = re.compile(r"\{.*/officeDocument/(2006/)?relationships\}id$")
Places = dict[int, dict[int, str]]
"""By row and column, counted from 0: the error, or an empty text for a formula without a value."""


def is_error(text: str) -> bool:
    """Return whether a cell holds an error in place of a value."""
    return text.startswith(("#", "Err:", "Ошиб:")) and bool(ERROR.fullmatch(text))


def places_in(book: ZipFile, sheet: str) -> Places:
    """Return the broken cells of a sheet of an XLSX workbook; none where the sheet is not found.

    The library that reads workbooks gives such cells as empty ones.
    """
    names = {name.lower(): name for name in book.namelist()}  # 1C writes some in capitals
    part = names.get(_part_of(book, names, sheet).lower())
    if part is None:
        return {}
    scan = _Scan()
    with book.open(part) as file:
        scan.read(file)
    return scan.found


def _part_of(book: ZipFile, names: dict[str, str], sheet: str) -> str:
    """Return the name of the part that holds a sheet."""
    try:
        workbook = ET.fromstring(book.read(names["xl/workbook.xml"]))  # noqa: S314  # limits hold it
        links = ET.fromstring(book.read(names["xl/_rels/workbook.xml.rels"]))  # noqa: S314  # as well
    except (KeyError, ET.ParseError):
        return ""
    for each in workbook.iter():
        if each.tag.endswith("}sheet") and each.get("name") == sheet:
            number = next((value for key, value in each.items() if RELATIONSHIP.match(key)), None)
            target = next((link.get("Target", "") for link in links if link.get("Id") == number), "")
            return target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")
    return ""


class _Scan:
    """Goes through a sheet's XML by pieces."""

    def __init__(self) -> None:
        self.found: Places = {}
        self._row = self._column = -1
        self._kind, self._value = "", ""
        self._has_formula = self._has_value = self._in_value = False

    def read(self, file: IO[bytes]) -> None:
        parser = expat.ParserCreate()
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        for piece in iter(lambda: file.read(PIECE_BYTES), b""):
            parser.Parse(piece)
        parser.Parse(b"", True)

    def _start(self, name: str, attributes: dict[str, Any]) -> None:
        match name.rpartition(":")[2]:
            case "row":
                self._row = int(attributes["r"]) - 1 if "r" in attributes else self._row + 1
                self._column = -1
            case "c":
                self._column = _column_of(attributes["r"]) if "r" in attributes else self._column + 1
                self._kind, self._value = attributes.get("t", ""), ""
                self._has_formula = self._has_value = False
            case "f":
                self._has_formula = True
            case "v":
                self._has_value = self._in_value = True

    def _text(self, text: str) -> None:
        if self._in_value:
            self._value += text

    def _end(self, name: str) -> None:
        match name.rpartition(":")[2]:
            case "v":
                self._in_value = False
            case "c" if self._kind == "e":
                self._note(self._value)
            case "c" if self._has_formula and not self._value and not self._is_empty_text:
                self._note("")

    @property
    def _is_empty_text(self) -> bool:
        """Whether the formula's value is a text without a sign."""
        return self._kind == "str" and self._has_value

    def _note(self, why: str) -> None:
        self.found.setdefault(self._row, {})[self._column] = why


def _column_of(reference: str) -> int:
    """Return the column of a reference like BC7, counted from 0."""
    number = 0
    for sign in reference.rstrip("0123456789"):
        number = number * 26 + ord(sign.upper()) - 64
    return number - 1
