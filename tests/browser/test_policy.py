"""No page of the admin or the portal breaks its own Content-Security-Policy."""

from contextlib import suppress
from typing import Any

from playwright.sync_api import Error

from accounts.models import User
from tests.addresses import EVERY, filled
from tests.browser.conftest import OpenWindow

NO_PAGES = ("pdf", "xlsx", "export", "data/", "logout", "healthz", "favicon", "jsi18n", "autocomplete")


def test_every_page_keeps_to_its_policy(open_window: OpenWindow, entries: dict[str, Any], admin_user: User):
    """The window's fixture fails the test when the browser refuses anything."""
    page = open_window(admin_user)
    seen = 0
    for address in (filled(route, entries) for route in EVERY):
        if any(each in address for each in NO_PAGES):
            continue
        with suppress(Error):  # an answer without a body, as to a page that is no GET
            answer = page.goto(address, wait_until="load")
            seen += bool(answer and answer.ok)
    assert seen > 40
