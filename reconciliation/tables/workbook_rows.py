"""The rows of a workbook, read by a process of its own."""

import io
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryFile
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from reconciliation.ledger.clean_text import clean_text
from reconciliation.tables.table import Row, UnreadableFile

MOST_SECONDS: Final = 90
PACKED, COMPOUND = b"PK", b"\xd0\xcf\x11\xe0"
"""How XLSX, XLSB and ODS begin, and XLS or a workbook with a password."""
ROOT: Final = Path(__file__).resolve().parents[2]
WORDS: Final = {
    "password": gettext_noop("The workbook has a password. Take it off and bring the file once more."),
    "large": gettext_noop(
        "The workbook is too large to be read once it is unpacked. Copy the table alone into a new workbook."
    ),
    "rows": gettext_noop("The file holds over 100,000 rows. Divide it into several."),
    "columns": gettext_noop("The table has over 500 columns. Copy those that matter into a new one."),
    "empty": gettext_noop("The workbook has no visible sheet that holds anything."),
    "damaged": gettext_noop(
        "This is no workbook that can be read, whatever its name says. Open it and save it as XLSX or CSV."
    ),
}


def is_workbook(content: bytes) -> bool:
    """Return whether a file is a workbook by what it begins with; its name may say anything."""
    return content.startswith((PACKED, COMPOUND))


class WorkbookRows:
    """The rows that are not empty of the first visible sheet that holds any, for any number of times.

    Raises UnreadableFile.
    """

    def __init__(self, content: bytes) -> None:
        with NamedTemporaryFile() as file:
            file.write(content)
            file.flush()
            self._written = _lines_of(file.name)
        first = _parsed(self._written.partition(b"\n")[0])
        if "problem" in first:
            raise _refusal(first)
        self.sheet: str = first.get("sheet", "")
        self.other_sheets: list[str] = first.get("others", [])
        self.hides_errors: bool = not first.get("tells_errors")
        for _row in self:  # that all of it is there
            pass

    def __iter__(self) -> Iterator[Row]:
        lines = io.BytesIO(self._written)
        lines.readline()
        while isinstance(found := _parsed(lines.readline()), list):
            line, cells, broken = found
            texts = [clean_text(cell).strip() for cell in cells]
            yield Row(line, texts, {int(place): why for place, why in broken.items()})
        if "end" not in found:
            raise _refusal(found)


def _refusal(line: dict[str, str]) -> UnreadableFile:
    words = WORDS[line.get("problem", "large")]
    return UnreadableFile(_(words))


def _parsed(line: bytes) -> Any:
    """Return what a line says; nothing where the process was ended by its limits."""
    try:
        return json.loads(line or b"{}")
    except ValueError:
        return {}


def _lines_of(path: str) -> bytes:
    """Return what the process writes; it gets no settings and no secrets of the portal's."""
    program = [sys.executable, "-m", "reconciliation.tables.workbook_process", path]
    with TemporaryFile() as out:
        with suppress(subprocess.TimeoutExpired):
            subprocess.run(  # noqa: S603  # nothing of it comes from outside
                program,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.DEVNULL,
                cwd=ROOT,
                env={"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
                timeout=MOST_SECONDS,
                check=False,
            )
        out.seek(0)
        return out.read()
