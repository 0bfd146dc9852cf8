"""What the rows of an act's table are called."""

from datetime import date

import pytest

from reconciliation.ledger.act import ZERO, Line
from reconciliation.printing.rows import document_name


def named(document: str, number: str) -> str:
    return document_name(Line(date(2024, 1, 15), document, ZERO, ZERO, document_number=number), "ru")


@pytest.mark.parametrize(
    ("document", "number"),
    [
        ("Реализация 00ЦБ-000012 от 15.01.2024", "00цб-000012"), ("Sales Invoice #12", "12"),
        ("Счёт (№ 12)", "12"), ("Оплата 12", "12"), ("Накладная №12, частично", "12"), ("Акт", ""),
    ],
)  # fmt: skip
def test_a_name_that_holds_the_number_stands_alone(document: str, number: str) -> None:
    assert named(document, number) == document


@pytest.mark.parametrize(
    ("document", "number"),
    [("Реализация товаров (склад 12)", "12"), ("Накладная 1234", "12"), ("Поставка-12а", "12"), ("Акт", "1")],
)
def test_a_number_that_the_name_does_not_hold_is_added(document: str, number: str) -> None:
    assert named(document, number) == f"{document} № {number}"
