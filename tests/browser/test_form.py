"""The form before it is sent: periods, dates, language, the keyboard."""

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from sandbox.onec import OneCSandbox
from tests.browser.acts_page import ACTS, choose, chosen, history, press, type_dates
from tests.browser.conftest import OpenWindow


@pytest.fixture
def page(open_window: OpenWindow, owner: User) -> Page:
    page = open_window(owner)
    page.goto(ACTS)
    return page


def test_typing_a_date_chooses_other_dates(page: Page):
    assert chosen(page) == "last_month"
    page.get_by_label("First day").fill("2026-01-01")
    assert chosen(page) == "custom"


@pytest.mark.parametrize("typed", ["0501", "02312026"], ids=["without a year", "a day that is none"])
@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_a_date_that_cannot_be_read_issues_nothing(
    open_window: OpenWindow, owner: User, books: OneCSandbox, javascript: bool, typed: str
):
    page = open_window(owner, java_script_enabled=javascript)
    page.goto(ACTS)
    page.get_by_label("First day").focus()
    page.keyboard.type(typed)  # this browser's own order is month, day, year
    page.get_by_role("button", name="Generate PDF").click()
    page.wait_for_timeout(300)
    assert not books.calls
    assert page.url.endswith("/acts/")
    if javascript:
        expect(page.get_by_text("This is not a whole date.").first).to_be_visible()
        expect(page.get_by_label("First day")).to_be_focused()
        assert chosen(page) == "custom"
        choose(page, "Last year")
        press(page)
        assert books.calls[0].query["date_from"].endswith("-01-01")


def test_choosing_a_named_period_empties_the_dates_and_is_what_1c_is_asked_for(
    page: Page, books: OneCSandbox
):
    type_dates(page, "2026-01-01", "2026-01-31")
    choose(page, "Last year")
    assert page.get_by_label("First day").input_value() == ""
    assert page.get_by_label("Last day").input_value() == ""
    press(page)
    assert books.calls[0].query["date_from"].endswith("-01-01")
    assert books.calls[0].query["date_to"].endswith("-12-31")


def test_choosing_other_dates_leaves_what_was_typed(page: Page):
    type_dates(page, "2026-01-01", "2026-01-31")
    choose(page, "Other dates")
    assert page.get_by_label("First day").input_value() == "2026-01-01"


def test_after_an_act_of_own_dates_a_named_period_is_again_what_1c_is_asked_for(
    page: Page, books: OneCSandbox
):
    type_dates(page, "2026-01-01", "2026-01-31")
    press(page)
    assert page.get_by_label("First day").input_value() == "2026-01-01"
    choose(page, "Last year")
    press(page)
    assert [call.query["date_to"][5:] for call in books.calls] == ["01-31", "12-31"]


def test_the_language_changes_on_the_same_page(page: Page):
    press(page)
    address = page.url
    chosen_before = chosen(page)
    page.get_by_role("button", name="Русский").click()
    expect(page.locator("html")).to_have_attribute("lang", "ru")
    expect(page.get_by_role("heading", name="Акт сверки № 000001")).to_be_visible()
    assert chosen(page) == chosen_before
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", name="Reconciliation act No. 000001")).to_be_visible()
    assert page.url.startswith(address)


def test_the_keyboard_alone_brings_an_act_down(page: Page):
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    tab_until(page, "input[name=period]")
    page.keyboard.press("ArrowDown")
    assert chosen(page) != "last_month"
    tab_until(page, "#act-form button[type=submit]")
    with page.expect_download():
        page.keyboard.press("Enter")
    expect(page.locator("#verdict")).to_be_focused()
    tab_until(page, "a[href$='/xlsx']")
    with page.expect_download() as coming:
        page.keyboard.press("Enter")
    assert coming.value.suggested_filename.endswith(".xlsx")
    expect(history(page)).to_have_count(1)


def test_enter_in_a_date_sends_the_form(page: Page, books: OneCSandbox):
    type_dates(page, "2026-01-01", "2026-01-31")
    with page.expect_download():
        page.get_by_label("Last day").press("Enter")
    assert books.calls[0].query["date_to"] == "2026-01-31"


def tab_until(page: Page, selector: str) -> None:
    """Go on with the Tab key, seeing the focus at each step, until it stands on the element."""
    for _ in range(40):
        page.keyboard.press("Tab")
        assert page.evaluate(UNSEEN) is None
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"the Tab key never comes to {selector}")


# A part of a field that the browser draws itself has the browser's own ring.
UNSEEN = """() => {
    const element = document.activeElement;
    const style = getComputedStyle(element);
    const ring = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
    return ring || !element.matches(":focus") ? null : element.outerHTML;
}"""
