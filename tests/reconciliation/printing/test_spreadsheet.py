"""An act in a spreadsheet: figures that can be summed, texts that stay texts."""

import csv
import io
import zipfile
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from reconciliation.ledger.act import ZERO, Line
from reconciliation.printing import spreadsheet
from reconciliation.printing.currencies import Language
from reconciliation.printing.texts import Issued
from tests.reconciliation.sample_acts import (
    CUSTOMER,
    act_by_contracts,
    act_of,
    act_with,
    issue,
    payment,
    sale,
)

FORMULAS = [
    "=1+1", '=HYPERLINK("http://x")', "+7 900", "-5", "@SUM(A1)", "|cmd", "\t=1+1", "\r=1+1", "  =1+1",
]  # fmt: skip


def sheet_of(issued: Issued) -> Worksheet:
    sheet = load_workbook(io.BytesIO(spreadsheet.render_xlsx(issued))).active
    assert isinstance(sheet, Worksheet)
    return sheet


def csv_rows(issued: Issued) -> list[list[str]]:
    text = spreadsheet.render_csv(issued).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))


def test_the_workbook_holds_the_act_with_real_numbers_and_dates() -> None:
    rows = list(sheet_of(issue(act_of(sale(7), payment(5)))).iter_rows(values_only=True))
    assert [row[0] for row in rows[:5]] == [
        "Акт сверки № 000123 от 31 марта 2024 г.",
        "взаимных расчётов за период: 01.01.2024 – 31.03.2024",
        "между ООО «Поставщик» (ИНН 7701234567, КПП 770101001)",
        "и ООО «Ромашка» (ИНН 5001112223)",
        "По данным ООО «Поставщик», руб.",
    ]
    assert rows[5:11] == [
        ("Дата", "Документ", "Дебет", "Кредит"),
        (None, "Сальдо начальное", 15000, None),
        (datetime(2024, 1, 8), "Реализация № 7", 7.5, None),  # noqa: DTZ001 (a day has no zone)
        (datetime(2024, 1, 6), "Оплата № 5", None, 5),  # noqa: DTZ001
        (None, "Обороты за период", 7.5, 5),
        (None, "Сальдо конечное", 15002.5, None),
    ]
    assert "задолженность в пользу ООО «Поставщик»" in str(rows[-1][0])


def test_the_workbook_is_ready_to_scroll_and_to_print() -> None:
    sheet = sheet_of(issue(act_of(sale(7))))
    assert sheet.freeze_panes == "A7"
    assert sheet.print_title_rows == "$6:$6"
    assert sheet.page_setup.orientation == "landscape"
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.oddFooter.right.text == "Страница &P из &N"
    assert sheet.column_dimensions["B"].width > 40
    assert sheet["A8"].number_format == "dd.mm.yyyy"
    assert sheet["C8"].number_format == "#,##0.00"
    assert sheet.title == "Акт 000123"


def test_contracts_have_blocks_of_their_own() -> None:
    rows = list(sheet_of(issue(act_by_contracts(2, 1))).iter_rows(values_only=True))
    names = [row[1] for row in rows if row[1]]
    assert names == [
        "Документ",
        "Сальдо начальное",
        "Договор поставки № 1",
        "Сальдо начальное по договору",
        "Реализация № 0",
        "Обороты по договору",
        "Сальдо конечное по договору",
        "Договор поставки № 2",
        "Сальдо начальное по договору",
        "Реализация № 1000",
        "Обороты по договору",
        "Сальдо конечное по договору",
        "Обороты за период",
        "Сальдо конечное",
    ]


def test_both_files_speak_english_to_who_reads_english() -> None:
    issued = issue(act_of(sale(7)), "en")
    assert sheet_of(issued)["A1"].value == "Reconciliation Act No. 000123 of 31 March 2024"
    assert sheet_of(issued).title == "Act 000123"
    assert ["08.01.2024", "Реализация № 7", "7.50", ""] in csv_rows(issued)
    assert ["", "Closing balance", "15007.50", ""] in csv_rows(issued)


def test_csv_is_what_excel_opens_by_a_double_click() -> None:
    raw = spreadsheet.render_csv(issue(act_of(sale(7), payment(5))))
    assert raw.startswith(b"\xef\xbb\xbf")
    lines = raw.decode("utf-8-sig").split("\r\n")
    assert not any("\n" in line for line in lines)
    assert "08.01.2024;Реализация № 7;7,50;" in lines
    assert "06.01.2024;Оплата № 5;;5,00" in lines
    assert ";Сальдо начальное;15000,00;" in lines


def test_a_correction_is_a_negative_number_and_not_a_text() -> None:
    correction = Line(date(2024, 2, 1), "Корректировка", Decimal("-700.00"), ZERO)
    issued = issue(act_of(correction))
    assert sheet_of(issued)["C8"].value == -700
    assert ["01.02.2024", "Корректировка", "-700,00", ""] in csv_rows(issued)


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_text_never_becomes_a_formula(formula: str) -> None:
    act = replace(act_of(sale(1, document=formula)), counterparty=replace(CUSTOMER, name=formula))
    for row in sheet_of(issue(act)).iter_rows():
        for cell in row:
            assert cell.data_type != "f"
            assert cell.value != 2
    for values in csv_rows(issue(act)):
        assert not values or not values[0].startswith(("=", "+", "-", "@", "\t", "\r"))
        assert len(values) < 2 or not values[1].startswith(("=", "+", "-", "@", "\t", "\r"))


def test_the_same_act_gives_the_same_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    first = spreadsheet.render_xlsx(issue(act_by_contracts(2, 5)))
    monkeypatch.setattr("time.time", lambda: 2_000_000_000.0)
    assert spreadsheet.render_xlsx(issue(act_by_contracts(2, 5))) == first
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(2024, 3, 31, 0, 0, 0)}
        assert b"2024-03-31T00:00:00Z" in archive.read("docProps/core.xml")
    assert spreadsheet.render_csv(issue(act_with(5))) == spreadsheet.render_csv(issue(act_with(5)))


@given(
    document=st.text(alphabet=st.characters(codec=None), max_size=80),
    name=st.text(alphabet="\x00\ud800\ufffe<>&\"';=\r\n\t👨‍👩‍👧א", max_size=80),
    language=st.sampled_from(["ru", "en"]),
)
def test_no_text_breaks_a_file(document: str, name: str, language: Language) -> None:
    act = replace(act_of(sale(1, document=document)), counterparty=replace(CUSTOMER, name=name))
    assert sheet_of(issue(act, language))["C8"].value == 1.5
    assert sum(row[:1] == ["02.01.2024"] for row in csv_rows(issue(act, language))) == 1
