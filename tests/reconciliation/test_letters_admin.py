"""Every letter is seen with what became of each address; what needs a person is on the first page."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from letters import outbox
from letters.models import Letter
from letters.outbox import Draft
from sandbox.mail import MailSandbox
from tests.cast import Visit
from tests.letters.conftest import send, state_of
from tests.reconciliation.admin_pages import said

pytestmark = pytest.mark.django_db
LIST = "/admin/letters/letter/"


@pytest.fixture
def browser(accountant: User, visit: Visit) -> Client:
    return visit(accountant, "en")


def queued(*to: str, kind: str = "summary", **more: Any) -> Letter:
    more = {"html": "<p>Words.</p>", "text": "Words."} | more
    [letter] = outbox.queue([Draft(kind, "en", to or ("buh@client.example",), "About the month", **more)])
    return letter


def test_a_letter_is_seen_with_what_became_of_each_address(browser: Client, mail: MailSandbox):
    letter = queued("refused@client.example", "boss@client.example")
    send()

    listed, page = said(browser.get(LIST)), said(browser.get(f"{LIST}{letter.pk}/change/"))

    assert "About the month" in listed
    assert "summary of a month" in listed
    assert "550 No such person" in page
    assert "taken by the mail server" in page


@pytest.mark.parametrize(
    ("fault", "action", "then"),
    [("refuse", "again", "waiting"), ("cut_after", "again", "waiting"), ("cut_after", "arrived", "sent")],
)
def test_what_needs_a_person_is_on_the_first_page_and_is_decided(
    browser: Client, mail: MailSandbox, fault: str, action: str, then: str
):
    letter = queued()
    mail.set_fault(fault)
    send()
    words = "other letters that were not sent or are uncertain"
    assert words in said(browser.get("/admin/"))
    assert "About the month" in said(browser.get(f"{LIST}?what=trouble"))
    there = f"{LIST}{letter.pk}/do/{action}/"
    assert there in browser.get(f"{LIST}{letter.pk}/change/").content.decode()

    browser.post(there)

    assert state_of(letter) == then
    assert words not in said(browser.get("/admin/"))
    assert "Nothing was changed" in said(browser.post(there, follow=True))


@pytest.mark.parametrize("kind", ["month", "invitation"])
def test_letters_with_a_page_of_their_own_are_decided_there(browser: Client, kind: str):
    letter = queued(kind=kind, html="", text="")
    Letter.objects.update(state="uncertain")

    page = browser.get(f"{LIST}{letter.pk}/change/").content.decode()

    assert "/do/" not in page
    assert "Its words are not kept" in page
    assert browser.post(f"{LIST}{letter.pk}/do/again/").status_code == 404
    assert "other letters" not in said(browser.get("/admin/"))


def test_nobody_but_accounting_sees_letters(owner: User, visit: Visit):
    letter = queued()

    assert visit(owner).get(LIST).status_code == 302
    assert visit(owner).get(f"{LIST}{letter.pk}/change/").status_code == 302
