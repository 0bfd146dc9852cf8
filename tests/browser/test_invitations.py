"""From the link of an invitation to the first page of acts: with a password, a passkey, or codes alone."""

import re
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core import mail
from playwright.sync_api import Page, expect

from accounts.invitations import inviting
from accounts.invitations.links import address_of
from accounts.models import Counterparty, User
from tests.browser.conftest import OpenWindow
from tests.browser.test_passkeys import DEVICE

PASSWORD = "correct-horse-9-battery"
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}


@pytest.fixture
def page(open_window: OpenWindow, company: Counterparty, accountant: User) -> Page:
    """The link of an invitation, opened on a phone, with the names filled in."""
    invitation = inviting.invite(company, "new@example.com", role="owner", by=accountant)
    page = open_window(**PHONE)
    page.goto(urlsplit(address_of(invitation.letters.get())).path)
    expect(page.get_by_text("ООО «Ромашка»")).to_be_visible()
    page.get_by_label("First name").fill("Нина")
    page.get_by_label("Last name").fill("Новикова")
    return page


def accept(page: Page) -> None:
    page.get_by_role("button", name="Accept the invitation").click()


def expect_acts(page: Page) -> None:
    expect(page.get_by_role("heading", level=1)).to_contain_text("ООО «Ромашка»")


def test_an_invitation_is_accepted_with_a_password(page: Page):
    page.get_by_label("With a password").check()
    accept(page)
    expect(page.get_by_role("alert")).to_contain_text("Enter the password that you want.")
    expect(page.get_by_label("First name")).to_have_value("Нина")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    accept(page)
    expect_acts(page)
    page.get_by_role("button", name="Sign out").click()
    page.get_by_label("Email").fill("new@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect_acts(page)


def test_an_invitation_is_accepted_with_a_passkey_that_is_enough(page: Page):
    device: Any = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    device.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    page.get_by_label("With a passkey").check()
    accept(page)
    expect(page.get_by_role("heading", level=1, name="Add a passkey")).to_be_visible()
    page.wait_for_load_state()
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_role("heading", level=1, name="Recovery codes")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_load_state()
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect_acts(page)


def test_an_invitation_is_accepted_with_codes_by_email_alone(page: Page):
    accept(page)
    expect_acts(page)
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("link", name="Sign in with a code by email").click()
    page.get_by_label("Email").fill("new@example.com")
    page.get_by_role("button").filter(has_text=re.compile("code", re.IGNORECASE)).first.click()
    expect(page.get_by_label("Code")).to_be_visible()
    found = re.search(r"^[A-Z0-9]{4}-[A-Z0-9]{4}$", str(mail.outbox[-1].body), re.MULTILINE)
    assert found, mail.outbox[-1].body
    page.get_by_label("Code").fill(found[0])
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect_acts(page)
