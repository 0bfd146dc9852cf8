"""While 1C thinks: the page says so, counts, can be stopped, and asks only once."""

from threading import Event
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from reconciliation.acts import archive
from reconciliation.models import ActFile, IssuedAct
from sandbox.onec import OneCSandbox
from tests.browser.acts_page import ACTS, button, choose, chosen, history, type_dates, watch_downloads
from tests.browser.conftest import OpenWindow, Requests


@pytest.fixture
def page(open_window: OpenWindow, owner: User) -> Page:
    page = open_window(owner)
    page.goto(ACTS)
    return page


def test_the_waiting_says_what_is_done_and_counts_the_seconds(page: Page, books: OneCSandbox):
    books.latency = 3.0
    page.clock.install()
    button(page).click()
    expect(page.get_by_text("Asking 1C for the figures…")).to_be_visible()
    expect(page.locator("#act-form [data-elapsed]")).to_have_text("0")
    page.clock.fast_forward(7_000)
    expect(page.locator("#act-form [data-elapsed]")).to_have_text("7")
    expect(page.get_by_text("The portal waits 20 s at most.")).to_be_visible()
    expect(page.get_by_role("button", name="Cancel")).to_be_focused()
    with page.expect_download():
        pass
    expect(page.get_by_text("Asking 1C for the figures…")).to_be_hidden()


def test_a_second_press_asks_1c_only_once(page: Page, books: OneCSandbox):
    books.latency = 0.5
    with page.expect_download():
        button(page).dblclick()
    expect(history(page)).to_have_count(1)
    assert len(books.calls) == 1


def test_cancelling_leaves_the_form_as_it_was_and_brings_nothing_down(
    page: Page, books: OneCSandbox, requests: Requests
):
    downloads = watch_downloads(page)
    books.latency = 0.8
    type_dates(page, "2026-01-01", "2026-01-31")
    button(page).click()
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("[data-cancelled]", has_text="No act was issued").first).to_be_focused()
    expect(page.get_by_text("Asking 1C for the figures…")).to_be_hidden()
    expect(button(page)).to_be_enabled()
    assert chosen(page) == "custom"
    assert page.get_by_label("First day").input_value() == "2026-01-01"
    requests.wait_for_none()
    assert downloads == []
    assert not IssuedAct.objects.exists()


def test_escape_after_the_act_was_issued_says_so(
    page: Page, books: OneCSandbox, requests: Requests, monkeypatch: pytest.MonkeyPatch
):
    drawing, go_on, draw = Event(), Event(), archive.make

    def wait_and_draw(*what: Any) -> ActFile:
        drawing.set()
        go_on.wait(10)
        return draw(*what)

    monkeypatch.setattr(archive, "make", wait_and_draw)
    button(page).click()
    assert drawing.wait(10)
    page.keyboard.press("Escape")
    note = page.locator("[data-cancelled]", has_text="Too late to cancel")
    expect(note).to_be_focused()
    go_on.set()
    requests.wait_for_none()
    note.get_by_role("link", name="act No. 000001").click()
    expect(page.get_by_role("heading", name="Reconciliation act No. 000001")).to_be_visible()


def test_after_cancelling_the_button_works_again(page: Page, books: OneCSandbox, requests: Requests):
    books.latency = 0.5
    button(page).click()
    page.get_by_role("button", name="Cancel").click()
    requests.wait_for_none()
    books.latency = 0
    with page.expect_download():
        button(page).click()
    expect(page.get_by_text("Cancelled.")).to_be_hidden()
    expect(history(page)).to_have_count(1)


def test_a_lost_line_to_the_portal_is_said_and_the_form_stays(page: Page, books: OneCSandbox):
    choose(page, "Last quarter")
    page.route("**/acts/", lambda route: route.abort())
    button(page).click()
    expect(page.get_by_role("alert").filter(has_text="The portal could not be reached")).to_be_focused()
    assert chosen(page) == "last_quarter"
    page.unroute("**/acts/")
    with page.expect_download():
        button(page).click()
    assert len(books.calls) == 1
