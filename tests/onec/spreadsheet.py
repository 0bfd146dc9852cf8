"""The template of the printed act, and a document that is filled from it area by area."""

import re
from typing import Any
from xml.etree import ElementTree as ET

from tests.onec.objects import Stream
from tests.onec.source import EXTENSION
from tests.onec.values import Failure, Structure

DOCUMENT = "{http://v8.1c.ru/8.2/data/spreadsheet}"
CORE = "{http://v8.1c.ru/8.1/data/core}"


class Area:
    """Some rows of the template: their texts, and the parameters in them."""

    def __init__(self, name: str, texts: list[str], parameters: set[str]) -> None:
        self.name, self.texts, self.names = name, texts, parameters
        self.values: dict[str, Any] = {}
        self.Параметры = self

    def Заполнить(self, values: Structure) -> None:
        """Fill in the parameters that the area has; a structure may hold more."""
        known = {name.lower() for name in self.names}
        self.values |= {name.lower(): value for name, value in values.fields.items() if name.lower() in known}

    def lines(self) -> list[str]:
        if missing := {name for name in self.names if name.lower() not in self.values}:
            raise Failure(f"{self.name}: {', '.join(sorted(missing))} not filled in")
        return [
            re.sub(r"\[(\w+)\]", lambda found: str(self.values[found[1].lower()]), text)
            for text in self.texts
        ]


class Template:
    """`ПолучитьОбщийМакет`: read from the extension's own file."""

    def __init__(self, name: str) -> None:
        self.root = ET.parse(EXTENSION / "CommonTemplates" / name / "Ext" / "Template.xml").getroot()

    def ПолучитьОбласть(self, name: str) -> Area:
        for item in self.root.iter(f"{DOCUMENT}namedItem"):
            if item.findtext(f"{DOCUMENT}name") == name:
                first, last = (
                    int(item.findtext(f".//{DOCUMENT}{edge}") or 0) for edge in ("beginRow", "endRow")
                )
                return Area(name, *self.cells(first, last))
        raise Failure(f"the template has no area {name}")

    def cells(self, first: int, last: int) -> tuple[list[str], set[str]]:
        texts: list[str] = []
        for row in self.root.iter(f"{DOCUMENT}rowsItem"):
            if first <= int(row.findtext(f"{DOCUMENT}index") or 0) <= last:
                texts += [f"[{found.text}]" for found in row.iter(f"{DOCUMENT}parameter")]
                texts += [found.text or "" for found in row.iter(f"{CORE}content")]
        return texts, {name for text in texts for name in re.findall(r"\[(\w+)\]", text)}


class Spreadsheet:
    """`ТабличныйДокумент`."""

    def __init__(self) -> None:
        self.lines: list[list[str]] = []
        self.ОриентацияСтраницы = self.АвтоМасштаб = None

    def Вывести(self, area: Area) -> None:
        self.lines.append(area.lines())

    def Записать(self, stream: Stream, kind: str) -> None:
        if kind != "PDF":
            raise Failure(f"the act is asked for as PDF, not as {kind}")
        stream.data = b"%PDF-1.4 " + "\n".join(" | ".join(line) for line in self.lines).encode()
