"""A text stays a text in every table that goes out, and an amount a number."""

import csv
import io
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from openpyxl import load_workbook

from accounts.models import Counterparty, JournalEntry, User
from reconciliation.models import MonthPreview, PreviewLine
from reconciliation.tables.reader import read_table
from reconciliation.tables.writer import FORMULA_STARTS, Sheet, csv_lines, xlsx_file
from tests.cast import Visit

FORMULAS = [f"{sign}1+1" for sign in FORMULA_STARTS]
Export = Callable[[Client], list[list[Any]]]


def csv_rows(content: bytes, delimiter: str = ",") -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=delimiter))


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_text_that_looks_like_a_formula_is_none(formula: str) -> None:
    rows = [["Name"], [formula]]
    assert csv_rows(b"".join(csv_lines(rows, "en"))) == [["Name"], [f"'{formula}"]]
    with xlsx_file([Sheet("all", rows)]) as file:
        cell = load_workbook(file).worksheets[0]["A2"]
    assert (cell.value, cell.data_type, cell.quotePrefix) == (formula, "s", True)


@pytest.mark.parametrize("formula", [*FORMULAS, *(f"'{each}" for each in FORMULAS)])
def test_what_goes_out_comes_in_the_same(formula: str) -> None:
    rows = [["Name", "Note"], [formula, "'quoted'"]]
    csv_table = read_table(b"".join(csv_lines(rows, "ru")), bool)
    with xlsx_file([Sheet("all", rows)]) as file:
        xlsx_table = read_table(file.read(), bool)
    for table in (csv_table, xlsx_table):
        assert [[cell.strip() for cell in row.cells] for row in table.rows] == [[formula.strip(), "'quoted'"]]


def test_amounts_and_days_are_as_the_language_writes_them() -> None:
    row = [Decimal("-1234.5"), date(2026, 3, 31), None]
    assert b"".join(csv_lines([row], "ru")).decode() == "\ufeff-1234,50;31.03.2026;\r\n"
    assert b"".join(csv_lines([row], "en")).decode() == "\ufeff-1234.50,2026-03-31,\r\n"
    with xlsx_file([Sheet("all", [["A", "B", "C"], row])]) as file:
        cells = load_workbook(file).worksheets[0][2]
    assert [cell.value for cell in cells] == [-1234.5, cells[1].value, None]
    assert (cells[0].number_format, cells[1].value.date()) == ("#,##0.00", date(2026, 3, 31))


def downloaded(browser: Client, address: str) -> bytes:
    answer: Any = browser.get(address)
    assert answer.status_code == 200
    return b"".join(answer)


def xlsx_texts(content: bytes) -> list[tuple[Any, str]]:
    sheets = load_workbook(io.BytesIO(content)).worksheets
    return [(cell.value, cell.data_type) for sheet in sheets for row in sheet.iter_rows() for cell in row]


@pytest.mark.django_db
def test_every_page_that_hands_out_a_table_guards_it(accountant: User, visit: Visit) -> None:
    name = "=1+1"
    Counterparty.objects.create(onec_guid="g", name=name)
    preview = MonthPreview.objects.create(organization="1", month=date(2026, 3, 1), state="ready")
    PreviewLine.objects.create(preview=preview, guid="g", name=name, balance=Decimal(1), currency="RUB")
    browser = visit(accountant, language="en")
    counterparties = "/admin/accounts/counterparty/"
    JournalEntry.objects.create(kind="logged_in", person_name="x", by_name=name)
    assert "'=1+1" in csv_rows(downloaded(browser, f"{counterparties}export/csv/"))[1]
    assert (name, "s") in xlsx_texts(downloaded(browser, f"{counterparties}export/xlsx/"))
    journal = csv_rows(downloaded(browser, "/admin/accounts/journalentry/?file=csv"))
    assert "'=1+1" in journal[1]
    previews = f"/admin/reconciliation/monthpreview/{preview.pk}/xlsx/"
    assert (name, "s") in xlsx_texts(downloaded(browser, previews))
