"""An act as a workbook: figures that can be summed, texts that stay texts."""

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
    issue,
    payment,
    sale,
)

FORMULAS = [
    "=1+1", '=HYPERLINK("http://x")', "+7 900", "-5", "@SUM(A1)", "|cmd", "\t=1+1", "\r=1+1", "  =1+1",
    "＝cmd", "＠x",
]  # fmt: skip


def sheet_of(issued: Issued) -> Worksheet:
    sheet = load_workbook(io.BytesIO(spreadsheet.render_xlsx(issued))).active
    assert isinstance(sheet, Worksheet)
    return sheet


def rows_of(issued: Issued) -> list[tuple[object, ...]]:
    return list(sheet_of(issued).iter_rows(values_only=True))


def test_the_workbook_is_the_printed_form_with_real_numbers_and_dates() -> None:
    rows = rows_of(issue(act_of(sale(7), payment(5))))
    assert [row[0] for row in rows[:4]] == [
        "Акт сверки № 000123 от 31 марта 2024 г.",
        "взаимных расчётов за период: 01.01.2024 – 31.03.2024",
        "между ООО «Поставщик» (ИНН 7701234567, КПП 770101001)",
        "и ООО «Ромашка» (ИНН 5001112223)",
    ]
    assert str(rows[4][0]).startswith("Мы, нижеподписавшиеся, Директор ООО «Поставщик» Иванов И. И.")
    nothing = (None,) * 4
    assert (rows[5][0], rows[5][4]) == ("По данным ООО «Поставщик», руб.", "По данным ООО «Ромашка», руб.")
    assert rows[6:12] == [
        ("Дата", "Документ", "Дебет", "Кредит") * 2,
        (None, "Сальдо начальное", 15000, None, None, "Сальдо начальное", None, None),
        (datetime(2024, 1, 8), "Реализация № 7", 7.5, None, *nothing),  # noqa: DTZ001 (a day has no zone)
        (datetime(2024, 1, 6), "Оплата № 5", None, 5, *nothing),  # noqa: DTZ001
        (None, "Обороты за период", 7.5, 5, None, "Обороты за период", None, None),
        (None, "Сальдо конечное", 15002.5, None, None, "Сальдо конечное", None, None),
    ]
    assert "задолженность в пользу ООО «Поставщик»" in str(rows[13][0])


def test_both_parties_have_a_place_to_sign() -> None:
    rows = rows_of(issue(act_of(sale(7))))
    assert [(row[0], row[4]) for row in rows[-4:]] == [
        ("От ООО «Поставщик»", "От ООО «Ромашка»"),
        ("Директор", "Главный бухгалтер"),
        ("должность", "должность"),
        ("М.П.", "М.П."),
    ]
    assert (rows[-3][3], rows[-3][7]) == ("(Иванов И. И.)", "(Петрова А. С.)")
    assert rows[-2][2:4] == ("подпись", "Фамилия И.О.")


def test_the_workbook_is_ready_to_scroll_and_to_print() -> None:
    sheet = sheet_of(issue(act_of(sale(7))))
    assert sheet.freeze_panes == "A8"
    assert sheet.print_title_rows == "$6:$7"
    assert sheet.page_setup.orientation == "landscape"
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.oddFooter.right.text == "Страница &P из &N"
    assert sheet.column_dimensions["B"].width > 40
    assert sheet["A9"].number_format == "dd.mm.yyyy"
    assert sheet["C9"].number_format == "#,##0.00"
    assert sheet.title == "Акт 000123"


def test_long_names_and_the_sum_in_words_are_wrapped_and_high_enough() -> None:
    name = (
        "Общество с ограниченной ответственностью «Научно-производственное объединение Ромашка и партнёры» "
        * 2
    )
    long = replace(CUSTOMER, name=name.strip())
    act = replace(act_of(sale(7), opening=Decimal("1234561.39")), organization=long, counterparty=long)
    sheet = sheet_of(issue(act))
    texts = {cell.row: str(cell.value) for cell in sheet["A"] if cell.value and "Общество" in str(cell.value)}
    assert len(texts) == 6
    for row, text in texts.items():
        across = sheet.cell(row, 5).value is None
        assert sheet.row_dimensions[row].height >= 13 * (len(text) / (175 if across else 88) + 0.4)
        assert sheet.cell(row, 1).alignment.wrap_text


def test_every_font_has_a_name_and_a_size() -> None:
    for row in sheet_of(issue(act_by_contracts(2, 1))).iter_rows():
        for cell in row:
            assert (cell.font.name, cell.font.sz > 0) == ("Calibri", True)


def test_what_excel_would_decode_is_escaped() -> None:
    sheet = sheet_of(issue(act_of(sale(1, document="РН_x0031_7 и _x_"))))
    assert sheet["B9"].value == "РН_x005F_x0031_7 и _x_"


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


def test_the_workbook_speaks_english_to_who_reads_english() -> None:
    sheet = sheet_of(issue(act_of(sale(7)), "en"))
    assert sheet["A1"].value == "Reconciliation Act No. 000123 of 31 March 2024"
    assert sheet.title == "Act 000123"


def test_a_correction_is_a_negative_number_and_not_a_text() -> None:
    correction = Line(date(2024, 2, 1), "Корректировка", Decimal("-700.00"), ZERO)
    assert sheet_of(issue(act_of(correction)))["C9"].value == -700


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_text_never_becomes_a_formula(formula: str) -> None:
    act = replace(act_of(sale(1, document=formula)), counterparty=replace(CUSTOMER, name=formula))
    for row in sheet_of(issue(act)).iter_rows():
        for cell in row:
            assert cell.data_type != "f"
            assert cell.value != 2


def test_the_same_act_gives_the_same_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    first = spreadsheet.render_xlsx(issue(act_by_contracts(2, 5)))
    monkeypatch.setattr("time.time", lambda: 2_000_000_000.0)
    assert spreadsheet.render_xlsx(issue(act_by_contracts(2, 5))) == first
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(2024, 3, 31, 0, 0, 0)}
        assert b"2024-03-31T00:00:00Z" in archive.read("docProps/core.xml")


@pytest.mark.long
@given(
    document=st.text(alphabet=st.characters(codec=None), max_size=80),
    name=st.text(alphabet="\x00\ud800\ufffe<>&\"';=\r\n\t👨‍👩‍👧א", max_size=80),
    language=st.sampled_from(["ru", "en"]),
)
def test_no_text_breaks_a_file(document: str, name: str, language: Language) -> None:
    act = replace(act_of(sale(1, document=document)), counterparty=replace(CUSTOMER, name=name))
    assert sheet_of(issue(act, language))["C9"].value == 1.5
