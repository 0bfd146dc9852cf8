"""Passkeys with a virtual device: added, used, and what is said when one does not work."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from tests.browser.conftest import OpenWindow

PASSWORD = "a password of hers"
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def page(open_window: OpenWindow, owner: User) -> Page:
    """Somebody who has just signed in by password."""
    owner.set_password(PASSWORD)
    owner.save()
    page = open_window()
    sign_in(page, owner)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Your organization")
    return page


@pytest.fixture
def device(page: Page) -> Any:
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    return session


def open_form(page: Page) -> None:
    page.goto("/accounts/2fa/webauthn/add/")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_role("heading", level=1, name="Add a passkey")).to_be_visible()
    page.wait_for_load_state()  # a click before the scripts are there does nothing


def sign_in(page: Page, user: User) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill(user.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def test_a_passkey_is_added_and_used(page: Page, device: Any, owner: User):
    device.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    open_form(page)
    page.get_by_label("Name of the passkey").fill("Work laptop")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_role("heading", level=1, name="Recovery codes")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    sign_in(page, owner)
    expect(page.get_by_label("Code")).to_be_hidden()
    page.get_by_role("button", name="Use the passkey").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Your organization")
    page.goto("/accounts/2fa/webauthn/")
    expect(page.get_by_role("row", name="Work laptop")).to_be_visible()


def test_a_passkey_that_fails_is_told(page: Page, device: Any):
    device.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE | {"isUserVerified": False}})
    open_form(page)
    # What a person does who closes the browser's window.
    closed = "Promise.reject(new DOMException('', 'NotAllowedError'))"
    page.evaluate(f"() => {{ navigator.credentials.create = () => {closed} }}")
    page.get_by_role("button", name="Add a passkey").click()
    told = page.get_by_role("alert").filter(has_text="The passkey did not work")
    expect(told).to_be_focused()
    expect(told.get_by_text("Nothing was changed.")).to_be_visible()
    expect(told.get_by_text("https")).to_be_hidden()
