"""What the rows of an act's table are called."""

from dataclasses import replace
from datetime import date

import pytest

from reconciliation.ledger.act import ZERO, Line
from reconciliation.printing.act_rows import document_name


def named(document: str, number: str) -> str:
    return document_name(Line(date(2024, 1, 15), document, ZERO, ZERO, document_number=number), "ru")


@pytest.mark.parametrize(
    ("document", "number"),
    [
        ("Реализация 00ЦБ-000012 от 14.01.2024", "00цб-000012"), ("Sales Invoice #12", "12"),
        ("Счёт (№ 12)", "12"), ("Оплата 12", "12"), ("Накладная №12, частично", "12"), ("Акт", ""),
    ],
)  # fmt: skip
def test_a_name_that_holds_the_number_stands_alone(document: str, number: str) -> None:
    assert named(document, number) == document


@pytest.mark.parametrize(
    "document",
    [
        "Реализация № 7 от 15.01.2024", "Реализация № 7 от 15.01.2024 г.", "Реализация № 7 от 15.01.24",
        "Реализация № 7 от 15.01.2024 12:30:00", "Реализация № 7, от 15.01.2024",
    ],
)  # fmt: skip
def test_the_rows_own_date_is_not_said_again_at_the_end_of_the_name(document: str) -> None:
    assert named(document, "7") == "Реализация № 7"
    assert named(document, "") == "Реализация № 7"


@pytest.mark.parametrize(
    "document",
    ["Реализация № 7 от 14.01.2024", "от 15.01.2024", "Акт от 15.01.2024 (склад)", "Акт от 99.99.2024"],
)
def test_any_other_date_stays(document: str) -> None:
    assert named(document, "") == document


def test_a_document_date_of_its_own_is_said() -> None:
    line = Line(date(2024, 1, 15), "Акт", ZERO, ZERO, document_number="7", document_date=date(2024, 1, 10))
    assert document_name(line, "ru") == "Акт № 7 от 10.01.2024"
    assert document_name(replace(line, document_date=line.date), "ru") == "Акт № 7"


@pytest.mark.parametrize(
    ("document", "number"),
    [("Реализация товаров (склад 12)", "12"), ("Накладная 1234", "12"), ("Поставка-12а", "12"), ("Акт", "1")],
)
def test_a_number_that_the_name_does_not_hold_is_added(document: str, number: str) -> None:
    assert named(document, number) == f"{document} № {number}"
