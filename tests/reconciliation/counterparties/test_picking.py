"""A counterparty entered by hand is picked from 1C's list; a guid that was typed is checked."""

import re
from typing import Any

import pytest
from django.core import signing
from django.test import Client

from accounts.models import Counterparty, User
from reconciliation.counterparties import picking
from sandbox.onec import OneCSandbox
from tests.cast import Visit
from tests.reconciliation.admin_pages import COUNTERPARTIES, counterparty_form, said

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_waits")]
ADD = f"{COUNTERPARTIES}add/"
BY_HAND = f"{ADD}?by_hand=1"
NOBODY = "00000000-0000-0000-0000-000000000001"


@pytest.fixture
def browser(books: OneCSandbox, accountant: User, visit: Visit) -> Client:
    return visit(accountant, "en")


@pytest.mark.parametrize("words", ["ромашк", "«Ромашка» ооо", "guid", "inn", "buh1@COUNTERPARTY"])
def test_it_is_found_by_name_number_guid_and_email(books: OneCSandbox, browser: Client, words: str) -> None:
    known = books.ledger.counterparties[0]
    page = said(
        browser.get(ADD, {"q": {"guid": known.guid.upper()[:13], "inn": known.inn}.get(words, words)})
    )
    assert known.guid in page
    assert page.count('name="token"') == 1


def test_what_is_picked_comes_in_with_1cs_values(books: OneCSandbox, browser: Client) -> None:
    known = books.ledger.counterparties[0]
    page = said(browser.get(ADD, {"q": known.inn}))
    token = re.search('name="token" value="([^"]+)"', page)
    assert token
    answer = browser.post(f"{COUNTERPARTIES}pick/", {"token": token[1]}, follow=True)
    company = Counterparty.objects.get(onec_guid=known.guid)
    assert (company.name, company.inn, company.email) == (known.name, known.inn, known.email)
    assert company.onec["email"] == known.email
    assert company.balance_on
    assert not company.is_unchecked
    assert "ООО «Ромашка» is added." in said(answer)
    again = browser.post(f"{COUNTERPARTIES}pick/", {"token": token[1]}, follow=True)
    assert "in the portal already" in said(again)
    assert "In the portal already" in said(browser.get(ADD, {"q": known.inn}))
    assert Counterparty.objects.count() == 1


def test_an_offer_that_was_changed_or_is_old_adds_nobody(browser: Client, monkeypatch: Any) -> None:
    for token in ("x", signing.dumps(["g", {}, "0", "RUB", "2026-01-01"], salt="another")):
        answer = browser.post(f"{COUNTERPARTIES}pick/", {"token": token}, follow=True)
        assert "open for too long" in said(answer)
    assert not Counterparty.objects.exists()


def test_too_many_are_not_shown_and_none_is_said(browser: Client) -> None:
    page = said(browser.get(ADD, {"q": "ооо"}))
    assert page.count('name="token"') == picking.MOST_FOUND
    assert "There are more." in page
    assert "1C has no such counterparty." in said(browser.get(ADD, {"q": "nobody at all"}))


def test_a_1c_that_is_down_is_told_and_entering_by_hand_offered(books: OneCSandbox, browser: Client) -> None:
    books.set_fault("*", "busy")
    page = said(browser.get(ADD, {"q": "ромашка"}))
    assert "1C is busy." in page
    assert "?by_hand=1" in page


def test_a_typed_guid_is_asked_about_and_what_was_left_empty_filled_in(
    books: OneCSandbox, browser: Client
) -> None:
    known = books.ledger.counterparties[0]
    browser.post(BY_HAND, counterparty_form(onec_guid=known.guid.upper(), name="Ромашка (опт)"))
    company = Counterparty.objects.get()
    assert (company.onec_guid, company.name, company.inn) == (known.guid, "Ромашка (опт)", known.inn)
    assert company.conflicts == ["name"]
    assert not company.is_unchecked


def test_a_guid_that_1c_does_not_know_is_refused_and_nothing_typed_is_lost(browser: Client) -> None:
    answer = browser.post(BY_HAND, counterparty_form(onec_guid=NOBODY, name="Typed", note="kept"))
    assert "1C has no counterparty under this guid." in said(answer)
    assert 'value="Typed"' in said(answer)
    assert not Counterparty.objects.exists()


def test_a_guid_of_another_counterparty_is_refused(company: Counterparty, browser: Client) -> None:
    answer = browser.post(BY_HAND, counterparty_form(onec_guid=company.onec_guid.upper()))
    assert "in the portal already" in said(answer)


def test_without_1c_it_is_saved_only_as_a_marked_exception(books: OneCSandbox, browser: Client) -> None:
    guid = books.ledger.counterparties[0].guid
    books.set_fault("*", "busy")
    answer = browser.post(BY_HAND, counterparty_form(onec_guid=guid, name="Typed"))
    assert "1C is busy." in said(answer)
    assert not Counterparty.objects.exists()
    browser.post(BY_HAND, counterparty_form(onec_guid=guid, name="Typed", without_check="on"))
    company = Counterparty.objects.get()
    assert company.is_unchecked
    assert "not checked in 1C" in said(browser.get(COUNTERPARTIES))


def test_a_guid_that_is_corrected_is_checked_too(
    books: OneCSandbox, company: Counterparty, browser: Client
) -> None:
    change = f"{COUNTERPARTIES}{company.pk}/change/"
    assert "1C has no counterparty" in said(
        browser.post(change, counterparty_form(company, onec_guid=NOBODY))
    )
    other = books.ledger.counterparties[7].guid
    browser.post(change, counterparty_form(company, onec_guid=other))
    company.refresh_from_db()
    assert company.onec_guid == other
    assert company.conflicts == ["name", "inn", "kpp"]


def test_a_corrected_guid_leaves_nothing_that_1c_said_of_the_other_company(
    books: OneCSandbox, company: Counterparty, browser: Client
) -> None:
    company.onec = company.values
    company.declined = {"kpp": "1"}
    company.save()
    Counterparty.objects.update(balance=15000, currency="RUB", balance_on="2026-11-26")
    other = books.ledger.counterparties[7]
    sent = counterparty_form(company, onec_guid=other.guid, note="mine")
    browser.post(f"{COUNTERPARTIES}{company.pk}/change/", sent)
    company.refresh_from_db()
    assert (company.name, company.inn, company.kpp) == (other.name, other.inn, other.kpp)
    assert (company.email, company.bitrix24_company_id, company.declined) == ("", None, {})
    assert (company.balance_on, company.currency, company.note) == (None, "", "mine")
    assert Counterparty.objects.filter(balance=None).exists()
