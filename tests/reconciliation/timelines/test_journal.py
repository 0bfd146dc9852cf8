"""The journal: what people did, by counterparty and person, found by reference, as a file, for years."""

import csv
from datetime import timedelta
from io import StringIO

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Counterparty, JournalEntry, Membership, User
from accounts.people import helping
from reconciliation.models import ActDownload, ErrorReport
from reconciliation.timelines import keeping
from sandbox.onec import OneCSandbox
from tests.accounts.passwords import LOGIN, PASSWORD, with_password
from tests.cast import Issue, Visit
from tests.reconciliation.admin_pages import text_of

pytestmark = pytest.mark.django_db
JOURNAL = "/admin/accounts/journalentry/"


@pytest.fixture(autouse=True)
def _fast(fast_passwords: None, books: object) -> None:
    pass


@pytest.fixture
def browser(accountant: User, visit: Visit) -> Client:
    return visit(accountant, "en")


def of_company(browser: Client, company: Counterparty) -> str:
    return text_of(browser.get(f"/admin/accounts/counterparty/{company.pk}/timeline/"))


def of_person(browser: Client, person: User) -> str:
    return text_of(browser.get(f"{JOURNAL}person/{person.pk}/"))


def test_sign_ins_right_and_wrong_are_noted_with_where_from(
    browser: Client, owner: User, company: Counterparty, visit: Visit
) -> None:
    with_password(owner)
    there = visit()
    there.post(LOGIN, {"login": owner.email, "password": "wrong"})
    there.post(LOGIN, {"login": "nobody@example.com", "password": "wrong"})
    there.post(LOGIN, {"login": owner.email, "password": PASSWORD})
    for page in (of_company(browser, company), of_person(browser, owner), text_of(browser.get(JOURNAL))):
        assert "Signed in: Ольга Хозяйкина (owner@example.com) password 127.0.0.1" in page
        assert "trouble A wrong sign-in: Ольга Хозяйкина (owner@example.com)" in page
        assert "nobody@example.com" not in page


def test_a_page_of_an_error_is_found_by_its_reference(
    browser: Client, owner: User, company: Counterparty, books: OneCSandbox, visit: Visit
) -> None:
    books.set_fault(company.onec_guid, "busy")
    visit(owner, "en").post("/acts/", {"counterparty": company.onec_guid, "period": "last_month"})
    reference = ErrorReport.objects.get().reference
    page = text_of(browser.get(JOURNAL, {"q": reference.upper()}))
    assert "A page said:" in page
    assert "Ольга Хозяйкина" in page
    assert "A page said:" in of_company(browser, company)
    assert "Nothing was found." in text_of(browser.get(JOURNAL, {"q": "nothing like it"}))


def test_downloads_are_found_by_person_and_by_address(
    browser: Client, owner: User, company: Counterparty, issued: Issue, visit: Visit
) -> None:
    act = issued(company, user=owner).act
    b"".join(visit(owner).get(f"/acts/{act.public_id}/pdf"))
    for text in ("Хозяйкина Ольга", "owner@", "127.0.0.1"):
        assert f"PDF of act № {act.number} was taken" in text_of(browser.get(JOURNAL, {"q": text}))
    assert "was taken" not in text_of(browser.get(JOURNAL, {"q": "10.0.0.1"}))
    assert f"Act № {act.number}" in of_person(browser, owner)
    issued(company, user=owner)
    again = "Asked for an act, and the figures had not changed: Ольга Хозяйкина (owner@example.com)"
    assert again in of_person(browser, owner)


def test_changes_name_both_values_and_who_made_them(
    browser: Client, accountant: User, company: Counterparty
) -> None:
    company.note = "old"
    company.save()
    page = browser.get(f"/admin/accounts/counterparty/{company.pk}/change/")
    form = page.context["adminform"].form
    sent = {name: form[name].value() for name in form.fields if form[name].value() not in (None, False)}
    none = {f"memberships-{name}": 0 for name in ("TOTAL_FORMS", "INITIAL_FORMS")}
    answer = browser.post(page.request["PATH_INFO"], sent | none | {"note": "new"})
    assert answer.status_code == 302
    shown = of_company(browser, company)
    assert "Counterparty “ООО «Ромашка»” was changed" in shown
    assert "old → new accountant@example.com 127.0.0.1" in shown


def test_access_that_comes_and_goes_is_noted(
    browser: Client, company: Counterparty, newcomer: User, stranger: User, foreign_company: Counterparty
) -> None:
    membership = Membership.objects.create(user=newcomer, counterparty=company, role="viewer")
    membership.role = "owner"
    membership.save()
    membership.delete()
    shown = of_company(browser, company)
    for words in ("Access given: newcomer@example.com viewer", "Role changed: newcomer@example.com owner",
                  "Access taken away: newcomer@example.com"):  # fmt: skip
        assert words in shown
    stranger.delete()
    assert "Access taken away: stranger@example.com" in of_company(browser, foreign_company)


def test_deleting_a_counterparty_keeps_who_had_access(company: Counterparty, owner: User) -> None:
    company.delete()
    entry = JournalEntry.objects.get(kind="access_ended")
    assert (entry.counterparty, entry.person, entry.detail) == (None, owner, "ООО «Ромашка»")


def test_the_whole_journal_is_a_file(browser: Client, owner: User, accountant: User) -> None:
    owner.first_name = "=cmd()"
    owner.save()
    helping.sign_out(owner, by=accountant)
    answer = browser.get(JOURNAL, {"file": "csv", "kind": "person"})
    content = b"".join(answer).decode("utf-8-sig")
    head, first, *_rest = csv.reader(StringIO(content))
    assert head[:4] == ["When", "What", "In detail", "Who"]
    assert first[1] == "Signed out everywhere: =cmd() Хозяйкина (owner@example.com)"
    assert first[3] == "accountant@example.com"


def test_it_is_kept_as_long_as_is_set(owner: User, company: Counterparty, issued: Issue, settings) -> None:
    act = issued(company).act
    now = timezone.now()
    for days in (settings.JOURNAL_DAYS - 1, settings.JOURNAL_DAYS + 1):
        at = now - timedelta(days=days)
        JournalEntry.objects.create(kind="logged_in", person=owner, at=at)
        ActDownload.objects.create(act=act, counterparty=company, format="pdf", language="ru", at=at)
    keeping.forget_old()
    assert JournalEntry.objects.filter(kind="logged_in").count() == 1
    assert ActDownload.objects.count() == 1
