"""Log in, choose a period, have the act: the whole way as a person goes it."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import Counterparty, User
from reconciliation.acts.presets import PRESETS
from reconciliation.ledger.period import Period
from reconciliation.printing.formats import format_amount
from sandbox.ledger import ZERO, Statement
from sandbox.onec import OneCSandbox
from tests.browser.acts_page import (
    ACTS,
    button,
    choose,
    chosen,
    history,
    press,
    squeezed,
    text_of,
    type_dates,
    watch_downloads,
)
from tests.browser.conftest import OpenWindow
from tests.cast import Issue

PASSWORD = "a password of hers"


def log_in_by_hand(page: Page, user: User) -> None:
    user.set_password(PASSWORD)
    user.save()
    page.goto("/")
    page.get_by_role("textbox", name="почта").fill(user.email)
    page.get_by_label("Пароль").fill(PASSWORD)
    page.get_by_role("button", name="Войти", exact=True).click()


def last_month(books: OneCSandbox, company: Counterparty) -> Statement:
    period = PRESETS["last_month"](timezone.localdate())
    return books.ledger.statement(company.onec_guid, period.start, period.end)


def figures(statement: Statement) -> list[Decimal]:
    rows = statement.rows
    turnovers = [sum((row.debit for row in rows), ZERO), sum((row.credit for row in rows), ZERO)]
    return [sum(statement.openings.values(), ZERO), *turnovers, statement.closing]


@pytest.mark.parametrize("script", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_a_bookkeeper_logs_in_chooses_a_period_and_has_the_act_on_her_disk(
    open_window: OpenWindow, owner: User, company: Counterparty, books: OneCSandbox, script: bool
):
    page = open_window(locale="ru-RU", java_script_enabled=script)
    log_in_by_hand(page, owner)
    page.get_by_label("Прошлый месяц").check()
    with page.expect_download() as coming:
        page.get_by_role("button", name="Сформировать PDF").click()

    statement = last_month(books, company)
    text = text_of(coming.value)
    assert squeezed(company.name) in text
    for figure in figures(statement):
        assert squeezed(format_amount(abs(figure), "ru")) in text
    name = company.name.replace("«", "").replace("»", "")
    assert coming.value.suggested_filename == (
        f"Акт сверки 000001 {name} {statement.start}–{statement.end}.pdf"  # a span
    )
    verdict = page.locator("#verdict").inner_text()
    assert squeezed(format_amount(abs(statement.closing), "ru")) in squeezed(verdict)
    expect(history(page)).to_have_count(1)


def test_the_pages_form_is_whole_after_the_answer_and_gives_the_next_act(
    open_window: OpenWindow, owner: User, books: OneCSandbox
):
    page = open_window(owner)
    page.goto(ACTS)
    choose(page, "Last month")
    press(page)
    assert chosen(page) == "last_month"
    expect(page.locator("form#act-form")).to_have_count(1)
    expect(button(page)).to_be_enabled()
    expect(page.get_by_text("Asking 1C")).to_be_hidden()

    choose(page, "Last quarter")
    press(page)
    assert chosen(page) == "last_quarter"
    expect(history(page)).to_have_count(2)
    expect(page.get_by_role("heading", name="Reconciliation act No. 000002")).to_be_visible()
    assert len(books.calls) == 2


def test_the_download_starts_once_and_not_again_on_reload_or_on_the_way_back(
    open_window: OpenWindow, owner: User
):
    page = open_window(owner)
    downloads = watch_downloads(page)
    page.goto(ACTS)
    press(page)
    page.reload()
    page.goto(ACTS)
    page.go_back()
    expect(page.get_by_role("heading", name="Reconciliation act No. 000001")).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert len(downloads) == 1


@pytest.mark.parametrize("form", ["PDF", "XLSX", "CSV"])
def test_an_act_of_the_list_comes_down_again(
    open_window: OpenWindow, owner: User, books: OneCSandbox, form: str
):
    page = open_window(owner)
    page.goto(ACTS)
    press(page)
    page.goto(ACTS)
    with page.expect_download() as coming:
        history(page).first.get_by_role("link", name=form).click()
    assert coming.value.suggested_filename.endswith(f".{form.lower()}")
    assert coming.value.failure() is None
    assert len(books.calls) == 1


def test_a_period_without_documents_shows_the_balance_and_offers_the_last_that_has_some(
    open_window: OpenWindow, bookkeeper: User, quiet_company: Counterparty
):
    page = open_window(bookkeeper)
    page.goto(f"{ACTS}?counterparty={quiet_company.onec_guid}")
    press(page)
    expect(page.get_by_text("There were no documents in this period")).to_be_visible()
    with page.expect_download():
        page.get_by_role("button", name="Generate for that period").click()
    expect(page.get_by_text("There were no documents in this period")).to_be_hidden()
    expect(history(page)).to_have_count(2)


def test_what_is_typed_and_not_sent_survives_company_language_and_list(
    open_window: OpenWindow,
    bookkeeper: User,
    english_company: Counterparty,
    quiet_company: Counterparty,
    issued: Issue,
):
    for day in range(1, 13):
        issued(english_company, Period(date(2024, 3, day), date(2024, 3, day)), bookkeeper)
    page = open_window(bookkeeper)
    page.goto(ACTS)
    type_dates(page, "2024-05-01", "2024-05-31")
    page.get_by_role("link", name="Older").click()
    expect(history(page)).to_have_count(2)
    page.get_by_label("Act number").fill("7")
    page.get_by_role("button", name="Find", exact=True).click()
    expect(history(page)).to_have_count(1)
    page.get_by_role("button", name="Русский").click()
    expect(page.locator("html")).to_have_attribute("lang", "ru")
    expect(history(page)).to_have_count(1)
    page.get_by_role("button", name="English").click()
    page.get_by_role("link", name=f"Switch to {quiet_company.name}").click()
    expect(page.get_by_role("heading", level=1, name=quiet_company.name)).to_be_visible()
    assert chosen(page) == "custom"
    assert page.get_by_label("First day").input_value() == "2024-05-01"
    assert page.get_by_label("Last day").input_value() == "2024-05-31"


def test_a_person_with_two_counterparties_switches_between_them(
    open_window: OpenWindow,
    bookkeeper: User,
    english_company: Counterparty,
    quiet_company: Counterparty,
    books: OneCSandbox,
):
    page = open_window(bookkeeper)
    page.goto(ACTS)
    choose(page, "Last year")
    press(page)
    page.get_by_role("link", name=f"Switch to {quiet_company.name}").click()
    expect(page.get_by_role("heading", level=1, name=quiet_company.name)).to_be_visible()
    expect(history(page)).to_have_count(0)
    choose(page, "Last year")
    with page.expect_download() as coming:
        button(page).click()
    assert squeezed(quiet_company.name) in text_of(coming.value)
    assert [call.query["counterparty_guid"] for call in books.calls] == [
        english_company.onec_guid,
        quiet_company.onec_guid,
    ]
    expect(page.get_by_role("link", name=f"Switch to {english_company.name}")).to_be_visible()
