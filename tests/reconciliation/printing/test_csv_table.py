"""An act as a flat table that another program reads."""

import csv
import io
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciliation.ledger.act import ZERO, Line
from reconciliation.printing.csv_table import render_csv
from reconciliation.printing.currencies import Language
from reconciliation.printing.texts import Issued
from tests.reconciliation.printing.test_spreadsheet import FORMULAS
from tests.reconciliation.sample_acts import act_by_contracts, act_of, issue, payment, sale


def rows_of(issued: Issued) -> list[list[str]]:
    text = render_csv(issued).decode("utf-8-sig")
    delimiter = ";" if issued.language == "ru" else ","
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))


SHIPMENT = Line(date(2024, 1, 8), "Реализация", Decimal("1234.50"), ZERO, "shipment", "00ЦБ-7")


def test_russian_has_semicolons_decimal_commas_and_russian_dates() -> None:
    raw = render_csv(issue(act_of(SHIPMENT, payment(5))))
    assert raw.startswith(b"\xef\xbb\xbf")
    assert raw.decode("utf-8-sig").split("\r\n") == [
        "Дата;Документ;Номер;Договор;Дебет;Кредит;Валюта;Вид",
        "01.01.2024;Сальдо начальное;;;15000,00;0,00;RUB;сальдо начальное",
        "08.01.2024;Реализация;00ЦБ-7;;1234,50;0,00;RUB;отгрузка",
        "06.01.2024;Оплата № 5;;;0,00;5,00;RUB;документ",
        "31.03.2024;Сальдо конечное;;;16229,50;0,00;RUB;сальдо конечное",
        "",
    ]


def test_english_has_commas_decimal_points_and_iso_dates() -> None:
    assert render_csv(issue(act_of(SHIPMENT), "en")).decode("utf-8-sig").split("\r\n")[:3] == [
        "Date,Document,Number,Contract,Debit,Credit,Currency,Kind",
        "2024-01-01,Opening balance,,,15000.00,0.00,RUB,opening balance",
        "2024-01-08,Реализация,00ЦБ-7,,1234.50,0.00,RUB,shipment",
    ]


def test_a_contract_is_told_by_its_name_and_a_credit_balance_without_a_minus() -> None:
    rows = rows_of(issue(act_by_contracts(2, 1)))
    assert [row[3] for row in rows[2:4]] == ["Договор поставки № 1", "Договор поставки № 2"]
    owed = rows_of(issue(act_of(opening=Decimal("-15.00"))))
    assert owed[1][4:6] == ["0,00", "15,00"]


def test_a_correction_is_a_negative_number() -> None:
    row = rows_of(issue(act_of(replace(SHIPMENT, debit=Decimal("-700.00")))))[2]
    assert row[4] == "-700,00"


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_text_never_becomes_a_formula(formula: str) -> None:
    for values in rows_of(issue(act_of(sale(1, document=formula)))):
        for value in (values[1], values[2], values[3]):
            assert not value.startswith(("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"))


@given(
    document=st.text(alphabet=st.characters(codec=None), max_size=80), language=st.sampled_from(["ru", "en"])
)
def test_no_text_breaks_the_table(document: str, language: Language) -> None:
    rows = rows_of(issue(act_of(sale(1, document=document)), language))
    assert [len(row) for row in rows] == [8, 8, 8, 8]
