"""Workbooks as other programs write them, and those that are made to take memory and time."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.utils import translation

from reconciliation.tables.reader import read_table
from reconciliation.tables.table import Table, UnreadableFile
from tests.reconciliation.tables.workbooks import STRICT, row, sheet, text, workbook

FILES = Path(__file__).parent / "files"
HEADINGS = row(1, text("A1", "guid"), text("B1", "email"))


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


def read(content: bytes) -> Table:
    return read_table(content, lambda heading: heading in ("guid", "email"))


def cells(table: Table) -> list[list[str]]:
    return [each.cells for each in table.rows]


@pytest.mark.parametrize("name", ["any_sheets.xls", "any_sheets.ods", "any_sheets.xlsb"])
def test_the_first_visible_sheet_with_data_is_read_and_named(name: str) -> None:
    table = read((FILES / name).read_bytes())
    assert (table.sheet, table.headings, len(cells(table))) == ("Visible", ["1", "2"], 3)
    assert table.hides_errors  # the library tells errors of XLSX alone


@pytest.mark.parametrize("state", ["hidden", "veryHidden", "visible"])
def test_hidden_and_empty_sheets_are_passed_over(state: str) -> None:
    """dtfs2#3780, sheetjs#123: the hidden sheet was read, the second one with data was not."""
    first = sheet() if state == "visible" else sheet(row(1, text("A1", "guid")), row(2, text("A2", "old")))
    table = read(workbook(first, sheet(HEADINGS, row(2, text("A2", "g1"))), states=[state]))
    assert (table.sheet, cells(table)) == ("S2", [["g1"]])


def test_a_workbook_without_a_visible_sheet_is_refused() -> None:
    with pytest.raises(UnreadableFile, match="no visible sheet"):
        read(workbook(sheet(HEADINGS), states=["hidden"]))


@pytest.mark.parametrize("said", ["A1", "A1:A2", "A1:XFD1048576", "B2:C3"])
def test_a_wrong_dimension_leaves_no_row_out(said: str) -> None:
    """pandas#39001, dify#1039."""
    rows = [row(n, text(f"A{n}", f"g{n}"), text(f"B{n}", "a@x.ru")) for n in range(2, 12)]
    table = read(workbook(sheet(HEADINGS, *rows, before=f'<dimension ref="{said}"/>')))
    assert cells(table) == [[f"g{n}", "a@x.ru"] for n in range(2, 12)]


@pytest.mark.parametrize(
    ("cell", "broken"),
    [
        ('<c r="B2"><f>LOWER("A@X.RU")</f></c>', {1: ""}),
        ('<c r="B2"><f>LOWER("A@X.RU")</f><v></v></c>', {1: ""}),  # as openpyxl writes it
        ('<c r="B2" t="str"><f>A1&amp;""</f></c>', {1: ""}),
        ('<c r="B2" t="str"><f>IF(1,"")</f><v></v></c>', {}),  # computed: a text without a sign
        ('<c r="B2" t="str"><f>A1</f><v>a@x.ru</v></c>', {}),
        ('<c r="B2" t="e"><v>#REF!</v></c>', {1: "#REF!"}),
        ('<c r="B2" t="e"><f>1/0</f><v>#DIV/0!</v></c>', {1: "#DIV/0!"}),
        (text("B2", "#ССЫЛКА!"), {1: "#ССЫЛКА!"}),
        (text("B2", "#1 client"), {}),
        ('<x:c xmlns:x="y" r="B2" t="e"><x:v>#N/A</x:v></x:c>', {1: "#N/A"}),
    ],
)
def test_cells_without_a_value_are_told_from_empty_ones(cell: str, broken: dict[int, str]) -> None:
    """onyx#13354, django-import-export#1095, #323: both came as empty cells."""
    table = read(workbook(sheet(HEADINGS, row(2, text("A2", "g1"), cell))))
    [found] = table.rows
    assert (found.line, found.cells[0], found.broken) == (2, "g1", broken)


def test_a_row_of_formulas_alone_is_a_row() -> None:
    rows = [row(n, f'<c r="A{n}"><f>X{n}</f></c>') for n in (2, 3)]
    assert [(each.line, each.broken) for each in read(workbook(sheet(HEADINGS, *rows))).rows] == [
        (2, {0: ""}),
        (3, {0: ""}),
    ]


def test_errors_of_excel_itself_are_found() -> None:
    found = [each.broken[0] for each in read((FILES / "errors.xlsx").read_bytes()).rows]
    assert found == ["#NAME?", "#VALUE!", "#NULL!", "#REF!", "#NUM!", "#N/A"]


@pytest.mark.parametrize("part", ["SharedStrings.xml", "sharedstrings.xml", "sharedStrings.xml"])
def test_texts_are_found_whatever_the_case_of_their_part(part: str) -> None:
    """1C writes xl/SharedStrings.xml: openpyxl#1413 and many threads on 1C's forums."""
    pointing = [f'<c r="{column}1" t="s"><v>{number}</v></c>' for number, column in enumerate("AB")]
    body = sheet(row(1, *pointing), row(2, text("A2", "g")))
    table = read(workbook(body, shared=["guid", "email"], shared_part=part))
    assert (table.headings, cells(table)) == (["guid", "email"], [["g"]])


def test_strict_open_xml_and_other_prefixes_are_read() -> None:
    """onadata#757 and others: saved by Excel as "Strict Open XML"."""
    assert cells(read(workbook(sheet(HEADINGS, row(2, text("A2", "g1"))), names=STRICT))) == [["g1"]]
    assert len(cells(read((FILES / "strict_iso_paths.xlsx").read_bytes()))) == 75
    assert cells(read((FILES / "nonstandard-xml-ns-prefix.xlsx").read_bytes()))


def test_rows_above_the_headings_and_a_column_before_them_are_no_data() -> None:
    rows = [
        row(2, text("C2", "Контрагенты на 01.12.2026")),
        row(4, text("C4", "guid"), text("D4", "email")),
        row(5, text("C5", "g1"), text("D5", "a@x.ru")),
    ]
    table = read(workbook(sheet(*rows)))
    assert (table.line, table.above, table.headings) == (4, 1, ["", "", "guid", "email"])
    assert [(each.line, each.cells) for each in table.rows] == [(5, ["", "", "g1", "a@x.ru"])]


@pytest.mark.parametrize("name", ["pass_protected.xlsx", "pass_protected.ods"])
def test_a_password_is_named(name: str) -> None:
    with pytest.raises(UnreadableFile, match="has a password"):
        read((FILES / name).read_bytes())


def test_no_text_holds_a_nul() -> None:
    table = read((FILES / "sheet_name_parsing.xls").read_bytes())
    assert table.headings[:4] == ["Titel", "Orginaltitel", "År", "Regissör"]


@pytest.mark.parametrize("content", [b"PK\x03\x04\0\0", b"\xd0\xcf\x11\xe0" + b"\0" * 600])
def test_what_is_no_workbook_is_refused(content: bytes) -> None:
    with pytest.raises(UnreadableFile, match="no workbook"):
        read(content)


def _far_apart() -> bytes:
    return workbook(sheet(HEADINGS, row(1048576, text("XFD1048576", "x"))))


def _much_text() -> bytes:
    """Half a megabyte that is 300 MB unpacked."""
    return workbook(sheet(HEADINGS), shared=["x" * 300_000_000])


def _much_of_one_text() -> bytes:
    """A text of a megabyte in each of 200 cells: little in the file, much as rows."""
    marked = "".join(row(n, f'<c r="A{n}" t="s"><v>0</v></c>') for n in range(2, 202))
    return workbook(sheet(HEADINGS, marked), shared=["x" * 1_000_000])


def _wide() -> bytes:
    return workbook(sheet(HEADINGS, row(2, text("ZZ2", "x"))))


def _long() -> bytes:
    return workbook(sheet(HEADINGS, *(row(n, text(f"A{n}", "x")) for n in range(2, 100_105))))


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (_far_apart, "too large to be read"),
        pytest.param(_much_text, "too large to be read", marks=pytest.mark.long),
        (_much_of_one_text, "too large to be read"),
        (_wide, "over 500 columns"),
        pytest.param(_long, "over 100,000 rows", marks=pytest.mark.long),
        ((FILES / "issue_594_dos.ods").read_bytes, "no workbook that can be read"),
    ],
)
def test_a_workbook_that_would_take_everything_is_refused_soon(make: Callable[[], bytes], words: str) -> None:
    content = make()
    began = time.monotonic()
    with pytest.raises(UnreadableFile, match=words):
        read(content)
    assert time.monotonic() - began < 20


def test_formatted_rows_without_data_are_none() -> None:
    empty = "".join(f'<row r="{n}"><c r="A{n}" s="0"/></row>' for n in range(2, 60_000))
    assert cells(read(workbook(sheet(HEADINGS, empty, row(70_000, text("A70000", "g1")))))) == [["g1"]]
