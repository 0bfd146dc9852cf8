"""Read a workbook in a process of its own, within limits: no file takes the portal's memory or time.

`python -m reconciliation.tables.workbook_process FILE` writes a line of JSON for the sheet, one for each row
that is not empty, and one for the end, or one that names the problem. It needs no Django and no settings.
"""

import json
import resource
import sys
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from python_calamine import (
    CalamineSheet,
    CalamineWorkbook,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from reconciliation.tables.broken_cells import Places, places_in
from reconciliation.tables.table import MOST_COLUMNS, MOST_ROWS

MOST_MEMORY: Final = 1 << 30
MOST_CPU_SECONDS: Final = 60
MOST_UNPACKED_BYTES: Final = 300 * 1024 * 1024
MOST_WRITTEN_BYTES: Final = 100 * 1024 * 1024


class Problem(Exception):
    """The workbook cannot be read; the text is a key that the reader has words for."""


def main(path: str) -> None:
    """Write the first visible sheet that holds anything as lines of JSON."""
    for kind, most in (
        (resource.RLIMIT_AS, MOST_MEMORY),
        (resource.RLIMIT_CPU, MOST_CPU_SECONDS),
        (resource.RLIMIT_FSIZE, MOST_WRITTEN_BYTES),
        (resource.RLIMIT_CORE, 0),
    ):
        with suppress(ValueError, OSError):  # not every system has them all
            resource.setrlimit(kind, (most, most))
    try:
        for line in _lines(path):
            _write(line)
    except Problem as error:
        _write({"problem": str(error)})
    except MemoryError:
        _write({"problem": "large"})
    except Exception:  # noqa: BLE001  # whatever a strange file does to the library
        _write({"problem": "password" if _has_password(path) else "damaged"})


def _write(line: Any) -> None:
    sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")


def _lines(path: str) -> Iterator[Any]:
    is_zip, is_xlsx = zipfile.is_zipfile(path), False
    if is_zip:
        with zipfile.ZipFile(path) as parts:
            if sum(part.file_size for part in parts.infolist()) > MOST_UNPACKED_BYTES:
                raise Problem("large")
            is_xlsx = any(name.lower() == "xl/workbook.xml" for name in parts.namelist())
    with Path(path).open("rb") as file:
        book = CalamineWorkbook.from_filelike(file)
        for position, known in enumerate(book.sheets_metadata):
            if known.typ != SheetTypeEnum.WorkSheet or known.visible != SheetVisibleEnum.Visible:
                continue
            sheet, places = book.get_sheet_by_index(position), _broken(path, known.name) if is_xlsx else {}
            if sheet.start is None and not places:
                continue
            yield {"sheet": known.name, "others": _others(book, position), "tells_errors": is_xlsx}
            yield from _rows(sheet, places)
            yield {"end": True}
            return
    raise Problem("empty")


def _others(book: CalamineWorkbook, position: int) -> list[str]:
    """Return the names of the visible sheets besides this one."""
    visible = [known.visible == SheetVisibleEnum.Visible for known in book.sheets_metadata]
    names = enumerate(book.sheet_names)
    return [name for place, name in names if place != position and visible[place]]


def _has_password(path: str) -> bool:
    """Return whether a workbook is locked; the library tells it of few kinds."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as parts:
            manifest = "META-INF/manifest.xml"
            return manifest in parts.namelist() and b"encryption-data" in parts.read(manifest)
    return "EncryptedPackage".encode("utf-16-le") in Path(path).read_bytes()


def _broken(path: str, sheet: str) -> Places:
    with zipfile.ZipFile(path) as parts:
        return places_in(parts, sheet)


def _rows(sheet: CalamineSheet, places: Places) -> Iterator[list[Any]]:
    """Yield the rows that hold anything: the line's number, the cells, what is broken in them."""
    found = 0
    first = sheet.start[1] if sheet.start else 0
    for line, cells, broken in _all_rows(sheet, places):
        texts = [""] * first + [_text(cell) for cell in cells] if cells else []
        texts += [""] * (max(broken, default=-1) + 1 - len(texts))
        while texts and not texts[-1] and len(texts) - 1 not in broken:
            texts.pop()
        if not texts:
            continue
        found += 1
        if found > MOST_ROWS + 1:
            raise Problem("rows")
        if len(texts) > MOST_COLUMNS:
            raise Problem("columns")
        yield [line, texts, broken]


def _all_rows(sheet: CalamineSheet, places: Places) -> Iterator[tuple[int, list[Any], dict[int, str]]]:
    """Yield each row's line, its cells and what is broken; rows that hold nothing else, too."""
    line = 0
    for line, cells in enumerate(sheet.iter_rows() if sheet.start else (), 1):
        yield line, cells, places.get(line - 1, {})
    for row in sorted(each for each in places if each >= line):
        yield row + 1, [], places[row]


def _text(cell: Any) -> str:
    """Return a cell as a person would have typed it; no database takes a NUL."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    text = cell.isoformat() if isinstance(cell, date) else str(cell)
    return text.replace("\0", "").strip()


if __name__ == "__main__":
    main(sys.argv[1])
