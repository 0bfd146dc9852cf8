"""An accountant sees the portal as a counterparty does: with a banner, noted, and not in its name."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.access import may
from accounts.models import Counterparty, JournalEntry, User
from reconciliation.models import ActDownload, IssuedAct
from tests.cast import SPRING, Issue, Visit

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(accountant: User, company: Counterparty, visit: Visit) -> Client:
    """An accountant who has pressed the button on the counterparty's page."""
    browser = visit(accountant, "en")
    there = f"/admin/accounts/counterparty/{company.pk}/view-as/"
    assert there in browser.get(f"/admin/accounts/counterparty/{company.pk}/change/").content.decode()
    assert browser.post(there)["Location"] == "/acts/"
    return browser


def page(browser: Client, address: str = "/acts/") -> str:
    return str(browser.get(address).content.decode())


def test_the_pages_are_the_counterpartys_with_a_banner(
    browser: Client, company: Counterparty, foreign_company: Counterparty, issued: Issue, owner: User
) -> None:
    shown = page(browser)
    assert "You see the portal as <strong>ООО «Ромашка»</strong> does." in shown
    mine, other = issued(company, SPRING).act, issued(foreign_company, SPRING).act
    assert browser.get(f"/acts/{mine.public_id}/").status_code == 200
    assert browser.get(f"/acts/{other.public_id}/").status_code == 404
    assert browser.get(f"/acts/?counterparty={foreign_company.onec_guid}").status_code == 404
    assert browser.get(f"/accounts/companies/{company.pk}/").status_code == 404


def test_it_is_noted_and_the_counterparty_sees_it(
    browser: Client, company: Counterparty, owner: User, visit: Visit
) -> None:
    page(browser)
    entry = JournalEntry.objects.get(kind="viewed_as")
    assert (entry.person_name, entry.counterparty) == ("accountant@example.com", company)
    assert "accountant@example.com" in page(visit(owner, "en"), f"/accounts/companies/{company.pk}/")


def test_an_act_that_is_issued_meanwhile_is_marked(
    browser: Client, company: Counterparty, owner: User, visit: Visit
) -> None:
    browser.post("/acts/", {"counterparty": company.onec_guid, "period": "last_month"})
    act = IssuedAct.objects.get()
    assert (act.by_accounting, act.requested_by_name) == (True, "accountant@example.com")
    assert "accounting: accountant@example.com" in page(visit(owner, "en"))
    b"".join(browser.get(f"/acts/{act.public_id}/pdf"))
    assert ActDownload.objects.get().user_name == "accountant@example.com"


def test_it_ends_by_the_button_after_an_hour_and_with_the_right(
    browser: Client, accountant: User, company: Counterparty
) -> None:
    with time_machine.travel(timezone.now() + timedelta(hours=1, minutes=1)):
        assert "You see the portal as" not in page(browser)
    browser.post(f"/admin/accounts/counterparty/{company.pk}/view-as/")
    assert "You see the portal as" in page(browser)
    assert browser.post("/accounts/viewing/end/")["Location"].endswith(f"/{company.pk}/change/")
    assert "You see the portal as" not in page(browser)
    browser.post(f"/admin/accounts/counterparty/{company.pk}/view-as/")
    accountant.groups.clear()
    assert "You see the portal as" not in page(browser)


def test_an_accountant_who_looks_may_not_manage(accountant: User, company: Counterparty) -> None:
    accountant.viewing = company
    assert [right for right in ("see", "issue", "manage") if may(accountant, right, company)] == [
        "see",
        "issue",
    ]
