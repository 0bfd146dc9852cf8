"""When it does not work: a human panel that has the focus, and the form as it was filled in."""

import re

import pytest
from playwright.sync_api import Page, expect
from pytest_django import Settings

from accounts.models import User
from reconciliation.models import IssuedAct
from sandbox.onec import OneCSandbox
from tests.browser.acts_page import ACTS, ask, button, choose, chosen, history, type_dates
from tests.browser.conftest import OpenWindow

FIRST, LAST = "2026-02-01", "2026-03-31"


@pytest.fixture(params=[True, False], ids=["with JavaScript", "without JavaScript"])
def page(request: pytest.FixtureRequest, open_window: OpenWindow, owner: User, fast_passwords: None) -> Page:
    page = open_window(owner, java_script_enabled=request.param)
    page.goto(ACTS)
    choose(page, "Other dates")
    type_dates(page, FIRST, LAST)
    return page


def expect_panel(page: Page, title: str) -> None:
    expect(page.locator("[role=alert]").filter(has_text=title)).to_be_visible()
    assert chosen(page) == "custom"
    assert page.get_by_label("First day").input_value() == FIRST
    assert page.get_by_label("Last day").input_value() == LAST
    expect(button(page)).to_be_enabled()
    expect(history(page)).to_have_count(0)
    assert page.title().startswith("Error: ")
    assert "Traceback" not in page.content()


def test_1c_is_slow(page: Page, books: OneCSandbox, settings: Settings):
    settings.ONEC_TIMEOUT = 0.3
    books.latency = 1
    ask(page, 504)
    expect_panel(page, "1C did not answer in time")


def test_the_panel_has_the_focus_and_the_next_try_works(
    open_window: OpenWindow, owner: User, books: OneCSandbox
):
    page = open_window(owner)
    page.goto(ACTS)
    books.set_fault("*", "busy")
    button(page).click()
    expect(page.locator("[role=alert]:not([hidden])")).to_be_focused()
    books.clear()
    with page.expect_download():
        button(page).click()
    expect(page.locator("[role=alert]:not([hidden])")).to_have_count(0)


def test_a_wrong_date_is_said_at_the_top_and_beside_the_field(page: Page, books: OneCSandbox):
    type_dates(page, LAST, FIRST)
    ask(page, 422)
    summary = page.get_by_role("alert")
    summary.get_by_role("link", name="The last day is before the first").click()
    expect(page.get_by_label("Last day")).to_be_focused()
    expect(page.get_by_label("Last day")).to_have_attribute("aria-invalid", "true")
    assert page.get_by_label("Last day").input_value() == FIRST
    assert books.calls == []


def test_an_expired_session_leads_through_the_log_in_back_to_the_form_as_filled_in(
    page: Page, owner: User, books: OneCSandbox
):
    owner.set_password("a password of hers")
    owner.save()
    page.context.clear_cookies(name="sessionid")
    button(page).click()
    page.get_by_role("textbox", name="Email").fill(owner.email)
    page.get_by_label("Password").fill("a password of hers")
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(re.compile("^[^?]+/acts/"))
    assert chosen(page) == "custom"
    assert page.get_by_label("First day").input_value() == FIRST
    assert page.get_by_label("Last day").input_value() == LAST
    assert books.calls == []
    with page.expect_download():
        button(page).click()
    assert IssuedAct.objects.count() == 1
