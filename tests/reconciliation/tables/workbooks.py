"""Workbooks part by part, as other programs write them: what a library of ours would never write."""

import zipfile
from collections.abc import Sequence
from io import BytesIO

PLAIN = (
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
)
STRICT = (
    "http://purl.oclc.org/ooxml/spreadsheetml/main",
    "http://purl.oclc.org/ooxml/officeDocument/relationships",
)
PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def text(place: str, words: str) -> str:
    """Return a cell with a text in it."""
    return f'<c r="{place}" t="inlineStr"><is><t>{words}</t></is></c>'


def row(number: int, *cells: str) -> str:
    return f'<row r="{number}">{"".join(cells)}</row>'


def sheet(*rows: str, before: str = "") -> str:
    """Return a sheet; `before` is XML that stands above its rows."""
    return f"{before}<sheetData>{''.join(rows)}</sheetData>"


def workbook(
    *sheets: str,
    states: Sequence[str] = (),
    shared: Sequence[str] = (),
    shared_part: str = "sharedStrings.xml",
    names: tuple[str, str] = PLAIN,
) -> bytes:
    """Return an XLSX file; `states` are the sheets' visibility, `shared` the texts that cells point at."""
    main, links = names
    parts = {f"xl/worksheets/sheet{n}.xml": _part("worksheet", main, xml) for n, xml in enumerate(sheets, 1)}
    listed = "".join(
        f'<sheet name="S{n}" sheetId="{n}" state="{state}" r:id="r{n}"/>'
        for n, state in enumerate([*states, *["visible"] * len(sheets)][: len(sheets)], 1)
    )
    parts["xl/workbook.xml"] = (
        f'<workbook xmlns="{main}" xmlns:r="{links}"><sheets>{listed}</sheets></workbook>'
    )
    targets = {f"r{n}": ("worksheet", f"worksheets/sheet{n}.xml") for n in range(1, len(sheets) + 1)}
    if shared:
        targets["rs"] = ("sharedStrings", "sharedStrings.xml")
        parts[f"xl/{shared_part}"] = _part("sst", main, "".join(f"<si><t>{each}</t></si>" for each in shared))
    parts["xl/_rels/workbook.xml.rels"] = _links(links, targets)
    parts["_rels/.rels"] = _links(links, {"r1": ("officeDocument", "xl/workbook.xml")})
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    parts["[Content_Types].xml"] = (
        f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kind}"/></Types>'
    )
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, xml in parts.items():
            file.writestr(name, f'<?xml version="1.0" encoding="UTF-8"?>{xml}')
    return out.getvalue()


def _part(tag: str, name: str, xml: str) -> str:
    return f'<{tag} xmlns="{name}">{xml}</{tag}>'


def _links(kind: str, targets: dict[str, tuple[str, str]]) -> str:
    links = "".join(
        f'<Relationship Id="{key}" Type="{kind}/{what}" Target="{target}"/>'
        for key, (what, target) in targets.items()
    )
    return _part("Relationships", f"{PACKAGE}/relationships", links)
