"""A person's own page: name, language, time zone, companies, and which letters one gets."""

from datetime import UTC, datetime

import pytest

from accounts.models import Counterparty, JournalEntry, User
from tests.accounts.passwords import LOGIN, PASSWORD, with_password
from tests.cast import Issue, Visit

pytestmark = pytest.mark.django_db
HOME = "/accounts/"
ABOUT = {"first_name": "Olga", "last_name": "Owner", "language": "en", "time_zone": "Asia/Omsk"}


def test_name_language_and_time_zone_are_the_persons_own(
    owner: User, company: Counterparty, visit: Visit, issued: Issue, fast_passwords: None
) -> None:
    with_password(owner)
    browser = visit(owner, "ru")
    browser.post(HOME, ABOUT)
    owner.refresh_from_db()
    assert str(owner) == "Olga Owner"
    assert "About you" in browser.get(HOME).content.decode()
    act = issued(company, user=owner).act
    evening = datetime(2026, 3, 1, 20, 30, tzinfo=UTC)
    type(act).objects.filter(pk=act.pk).update(issued_at=evening)
    page = browser.get(f"/acts/{act.public_id}/").content.decode()
    assert "2 March 2026, 02:30" in page.replace("\u00a0", " ")
    elsewhere = visit(language="ru")
    elsewhere.post(LOGIN, {"login": owner.email, "password": PASSWORD})
    assert "About you" in elsewhere.get(HOME).content.decode()


def test_a_time_zone_that_is_none_is_refused_and_nothing_is_lost(owner: User, visit: Visit) -> None:
    answer = visit(owner, "en").post(HOME, ABOUT | {"time_zone": "Mars/Olympus"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="Olga"' in page
    owner.refresh_from_db()
    assert owner.time_zone == ""


def test_a_person_chooses_whether_a_companys_letters_come(
    owner: User, company: Counterparty, visit: Visit
) -> None:
    before = list(company.addresses)
    browser, key = visit(owner, "en"), str(owner.memberships.get().pk)
    browser.post(HOME, {"companies": [key], "letters": [key]})
    company.refresh_from_db()
    assert company.addresses == [*before, owner.email]
    browser.post(HOME, {"companies": [key]})
    company.refresh_from_db()
    assert company.addresses == before
    kinds = [each.kind for each in JournalEntry.objects.filter(person=owner).order_by("pk")][1:]
    assert kinds == ["letters_on", "letters_off"]


def test_a_choice_of_letters_is_no_conflict_with_1c(owner: User, company: Counterparty, visit: Visit) -> None:
    company.email = "books@example.com"
    company.onec = {"email": "books@example.com"}
    company.save()
    key = str(owner.memberships.get().pk)
    visit(owner).post(HOME, {"companies": [key], "letters": [key]})
    company.refresh_from_db()
    assert company.addresses == ["books@example.com", owner.email]
    assert not company.in_conflict


def test_nobody_changes_the_letters_of_a_company_that_is_not_theirs(
    stranger: User, company: Counterparty, owner: User, visit: Visit
) -> None:
    key, before = str(owner.memberships.get().pk), company.email
    visit(stranger).post(HOME, {"companies": [key], "letters": [key]})
    company.refresh_from_db()
    assert company.email == before
