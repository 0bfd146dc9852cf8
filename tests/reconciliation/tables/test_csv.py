"""CSV as programs of three countries and four decades write it."""

from collections.abc import Iterator

import pytest
from django.utils import translation

from reconciliation.tables import encodings
from reconciliation.tables.reader import read_table
from reconciliation.tables.table import Table, UnreadableFile

TEXTS = {
    "a list of 1C": "guid;Наименование;Email\r\ng1;ООО «Ромашка»;buh@romashka.ru\r\n",
    "a short name": "guid;name\r\ng1;Лес\r\n",
    "capitals": "guid;name\r\ng1;ООО РОМАШКА, ЗАО ЛЮТИК\r\n",
    "a person": "ИНН;Название\r\n7701234567;ИП Иванов-Щукин\r\n",
    "letters that are one in UTF-8": "guid;name\r\ng1;Ёлка\r\n",
}


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


def read(content: bytes) -> Table:
    return read_table(content, lambda heading: heading in ("guid", "ИНН", "name", "note", "Наименование"))


def cells(table: Table) -> list[list[str]]:
    return [each.cells for each in table.rows]


@pytest.mark.parametrize("what", TEXTS)
@pytest.mark.parametrize("encoding", ["cp1251", "cp866", "koi8-r", "utf-8", "utf-16"])
def test_the_encoding_is_the_one_whose_letters_are_likely(what: str, encoding: str) -> None:
    """actualbudget#8924, Budget#371: names like «РћРћРћ» were added."""
    held = TEXTS[what].replace("«", '"').replace("»", '"') if encoding in ("cp866", "koi8-r") else TEXTS[what]
    assert encodings.decode(held.encode(encoding))[0] == held


@pytest.mark.parametrize(
    ("held", "encoding"),
    [
        ("guid;name\ng1;ТОО «Қазақстан құрылыс»\n", "kz1048"),
        ("guid;name\ng1;ТАА «Белая вежа», г. Мінск, вул. Няміга, ў\n", "cp1251"),
        ("guid;name\ng1;John Smith – 5 €\n", "utf-8"),
        ("guid;name\ng1;上海贸易有限公司\n", "utf-8"),
    ],
)
def test_letters_of_the_other_two_countries_are_read(held: str, encoding: str) -> None:
    assert encodings.decode(held.encode(encoding))[0] == held


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ("guid;name\ng1;ООО «Ромашка»\ng2;Лют".encode() + b"\xff" + "ик\n".encode(), 3),
        (b"guid;name\ng1;John\xffSmith\n", 2),
        ("guid;name\ng1;Ёлка".encode("utf-16") + b"\x00", 2),
    ],
)
def test_a_byte_of_another_encoding_is_told_by_its_line(content: bytes, line: int) -> None:
    with pytest.raises(encodings.UnknownEncoding) as caught:
        encodings.decode(content)
    assert caught.value.line == line


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ('guid;name\ng1;x\ng2;"ООО Ромашка\ng3;y\n', 3),
        ('guid;name\ng1;"ООО Ромашка\ng2;"Лютик"\n', 2),
        ('guid;name;note\ng1;"ООО Ромашка;\ng2;ЗАО Лютик;x\ng3;";y\n', 2),
        ('guid;name\ng1;"ООО" Ромашка\n', 2),
        ('sep=;\nguid;name\ng1;"x\n', 3),
    ],
)
def test_a_quote_that_is_not_closed_is_told_by_its_line(content: str, line: int) -> None:
    """FastCSV#173, csvw#52, OpenRefine#690: the rows below became part of a name."""
    with pytest.raises(UnreadableFile, match=f"Line {line}: a quote is not closed"):
        list(read(content.encode()).rows)


def test_quoted_lines_and_doubled_quotes_are_one_cell() -> None:
    table = read('guid;name;note\ng1;"ООО ""Ромашка""";"Звонить;\nпотом писать"\n'.encode())
    assert cells(table) == [["g1", 'ООО "Ромашка"', "Звонить;\nпотом писать"]]


@pytest.mark.parametrize("ends", ["\r", "\n", "\r\n"])
@pytest.mark.parametrize("first", ["", "sep=;", "sep=|", "SEP=\t"])
def test_line_ends_and_the_separator_line_are_read(ends: str, first: str) -> None:
    """onadata#757, seafile#1139: old Mac line ends were an error of the portal."""
    sign = first[4:] or ";"
    lines = [f"guid{sign}name", f"g1{sign}x, y", f"g2{sign}z"]
    table = read(ends.join([first, *lines] if first else lines).encode())
    assert cells(table) == [["g1", "x, y"], ["g2", "z"]]
    assert [each.line for each in table.rows] == [3, 4] if first else [2, 3]


def test_lines_above_the_headings_are_passed_over() -> None:
    table = read("Контрагенты;;\n;;\nguid;name;note\ng1;x;y\n".encode())
    assert (table.line, table.above, cells(table)) == (3, 1, [["g1", "x", "y"]])


@pytest.mark.parametrize("content", [b"<html><table></table></html>", b"\n <?xml version='1.0'?>", b"a\0b;c"])
def test_a_page_or_a_program_is_no_table(content: bytes) -> None:
    with pytest.raises(UnreadableFile, match="neither a CSV file nor a workbook"):
        read(content)
