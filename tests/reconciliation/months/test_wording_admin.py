"""The letter's wording: tried with a real act, refused where it cannot be filled, kept version by version."""

import html
from typing import Any

import pytest
from django.test import Client

from accounts.models import Counterparty, User
from reconciliation.models import LetterTemplate
from reconciliation.months.letter.composing import Composer, compose
from tests.cast import SPRING, Issue, Visit
from tests.letters.conftest import send
from tests.reconciliation.admin_pages import text_of

pytestmark = pytest.mark.django_db
WORDINGS = "/admin/reconciliation/lettertemplate/"
ADD = f"{WORDINGS}add/?language=ru"
GOOD = {
    "subject": "Акт {number} для {name}",
    "text": "{sentence}\n\nС уважением, {organization}",
    "company": "",
}


@pytest.fixture
def browser(chief: User, visit: Visit) -> Client:
    return visit(chief, language="en")


def test_a_new_version_comes_into_force_and_the_old_ones_are_kept(
    browser: Client, chief: User, company: Counterparty, issued: Issue
):
    act = issued(company, SPRING).act
    before = compose(act, "ru")
    assert before.subject.startswith("Акт сверки за ")
    assert GOOD["subject"] not in text_of(browser.get(WORDINGS))

    browser.post(ADD, GOOD | {"keep": "1"})
    browser.post(ADD, GOOD | {"subject": "Второй: {name}", "keep": "1"})

    after = compose(act, "ru")
    assert after.subject == f"Второй: {company.name}"
    assert after.text.lstrip().startswith("На 31.03.2024")
    assert "С уважением, " in after.text
    assert "<p" in after.html
    assert [each.made_by for each in LetterTemplate.objects.all()] == [chief, chief]
    assert Composer([act]).draft(act, ["a@one.example"])[1] == LetterTemplate.objects.first()
    assert compose(act, "en").subject.startswith("Reconciliation act for ")
    listed = text_of(browser.get(WORDINGS))
    assert "Акт {number} для {name}" in listed
    assert "Второй: {name}" in listed


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("text", "{sentence} {owner}", "There is no placeholder {owner}."),
        ("text", "{sentence} {name.pk}", "There is no placeholder {name.pk}."),
        ("text", "{sentence} {name!r}", "There is no placeholder {name!r}."),
        ("text", "{sentence} {name:>1000000000}", "There is no placeholder {name:>1000000000}."),
        ("subject", "{}", "There is no placeholder {}."),
        ("subject", "50 % {", "A curly bracket stands alone"),
        ("text", "No figures", "The letter has to say who owes whom"),
        ("subject", "", "This field is required."),
    ],
)
def test_a_wording_that_cannot_be_filled_is_refused_and_kept_in_the_form(
    browser: Client, field: str, value: str, words: str
):
    answer = browser.post(ADD, GOOD | {field: value, "keep": "1"})

    page = html.unescape(answer.content.decode())
    assert answer.status_code == 422
    assert words in page
    assert value in page
    assert not LetterTemplate.objects.exists()


def test_the_letter_is_shown_with_a_real_act(browser: Client, company: Counterparty, issued: Issue):
    issued(company, SPRING)
    company.name = "<b>Ромашка</b>"
    company.save()

    page = browser.post(ADD, GOOD | {"look": "1", "company": "ромашка"}).content.decode()

    assert "Акт 000001 для &lt;b&gt;Ромашка&lt;/b&gt;" in page
    assert 'srcdoc="&lt;!doctype html&gt;' in page
    assert "<b>Ромашка" not in page
    refused = browser.post(ADD, GOOD | {"look": "1", "company": "nobody"})
    assert "There is no act of such a counterparty yet." in text_of(refused)


def test_a_test_goes_to_whoever_asks_and_to_nobody_else(
    browser: Client, chief: User, company: Counterparty, issued: Issue, mailoutbox: list[Any]
):
    issued(company, SPRING)

    answer = browser.post(ADD, GOOD | {"test": "1"})
    send()

    [letter] = mailoutbox
    assert letter.to == [chief.email]
    assert letter.subject == f"Test: Акт 000001 для {company.name}"
    assert letter.attachments[0][0].endswith(".pdf")
    assert f"A test is on its way to {chief.email}." in text_of(answer)
    assert not LetterTemplate.objects.exists()


def test_an_accountant_reads_the_wording_and_changes_nothing(accountant: User, visit: Visit):
    browser = visit(accountant, language="en")

    assert "{sentence}" in browser.get(WORDINGS).content.decode()
    assert browser.post(ADD, GOOD | {"keep": "1"}).status_code == 403
