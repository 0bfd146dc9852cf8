"""Every page on every screen: one heading, labelled fields, a language, nothing wider than a phone."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from accounts.models import User
from sandbox.onec import OneCSandbox
from tests.browser.acts_page import ACTS, ask, press
from tests.browser.conftest import OpenWindow

PHONE = ViewportSize(width=375, height=667)
FRAME_OF_THE_CRM = ViewportSize(width=500, height=667)

UNLABELLED = """[...document.querySelectorAll("input:not([type=hidden]), select, textarea")]
    .filter(field => !field.labels?.length && !field.ariaLabel).map(field => field.outerHTML)"""
NAMELESS = """[...document.querySelectorAll("a[href], button")]
    .filter(element => !element.textContent.trim() && !element.ariaLabel).map(element => element.outerHTML)"""
TWICE = """[...document.querySelectorAll("[id]")].map(element => element.id)
    .filter((id, place, ids) => ids.indexOf(id) !== place)"""
NOWHERE = """["for", "aria-labelledby", "aria-describedby"].flatMap(name =>
    [...document.querySelectorAll(`[${name}]`)].flatMap(element => element.getAttribute(name).split(" ")))
    .concat([...document.querySelectorAll("a[href^='#']")].map(link => link.hash.slice(1)))
    .filter(id => !document.getElementById(id))"""
LEVELS = """[...document.querySelectorAll("h1, h2, h3, h4")]
    .filter(heading => heading.checkVisibility()).map(heading => Number(heading.tagName[1]))"""
TOO_WIDE = """[...document.querySelectorAll("body *")].filter(element => element.checkVisibility()
    && !element.closest(".vh") && element.getBoundingClientRect().right > innerWidth + 1)
    .map(element => element.outerHTML.slice(0, 200))"""
TOO_SMALL = """[...document.querySelectorAll("main button, main input:not([type=hidden]), main a.button")]
    .filter(element => element.checkVisibility()).filter(element => [element, ...element.labels ?? []]
        .every(target => Math.min(target.offsetWidth, target.offsetHeight) < 24))
    .map(element => element.outerHTML)"""


def log_in_page(page: Page, _books: OneCSandbox) -> None:
    page.goto("/accounts/login/")


def code_page(page: Page, _books: OneCSandbox) -> None:
    page.goto("/accounts/login/code/")


def first_visit(page: Page, _books: OneCSandbox) -> None:
    page.goto(ACTS)


def an_act(page: Page, _books: OneCSandbox) -> None:
    page.goto(ACTS)
    press(page)


def trouble(page: Page, books: OneCSandbox) -> None:
    page.goto(ACTS)
    books.set_fault("*", "unknown")
    ask(page, 404)
    expect(page.get_by_role("alert")).to_be_visible()


def wrong_dates(page: Page, _books: OneCSandbox) -> None:
    page.goto(ACTS)
    page.locator("#id_date_from").fill("1999-01-01")
    ask(page, 422)
    expect(page.get_by_role("alert")).to_be_visible()


STRANGERS = (log_in_page, code_page)
PAGES = (*STRANGERS, first_visit, an_act, trouble, wrong_dates)
Visit = Callable[[Page, OneCSandbox], None]


@pytest.fixture(params=["ru", "en"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.mark.parametrize("visit", PAGES, ids=lambda visit: visit.__name__.replace("_", " "))
def test_a_page_can_be_read_by_a_machine_and_fits_a_phone(
    visit: Visit,
    language: str,
    open_window: OpenWindow,
    owner: User,
    books: OneCSandbox,
):
    page = open_window(None if visit in STRANGERS else owner, locale=language, viewport=PHONE)
    visit(page, books)

    assert page.locator("html").get_attribute("lang") == language
    assert page.evaluate(UNLABELLED) == []
    assert page.evaluate(NAMELESS) == []
    assert page.evaluate(TWICE) == []
    assert page.evaluate(NOWHERE) == []
    assert page.evaluate(TOO_SMALL) == []
    levels = page.evaluate(LEVELS)
    assert levels.count(1) == 1
    for viewport in (PHONE, FRAME_OF_THE_CRM):
        page.set_viewport_size(viewport)
        assert page.evaluate(TOO_WIDE) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]


def test_a_long_name_without_spaces_fits_a_phone(open_window: OpenWindow, owner: User, books: OneCSandbox):
    books.set_fault("*", "long_names")
    page = open_window(owner, viewport=PHONE)
    page.goto(ACTS)
    press(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
