"""What accounting can do for a person who cannot sign in; sessions that end at once; letters about it."""

from urllib.parse import urlsplit

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.test import Client

from accounts.invitations import inviting
from accounts.invitations.links import address_of
from accounts.models import Counterparty, JournalEntry, User
from tests.accounts.passwords import LOGIN, PASSWORD, with_password
from tests.cast import Visit
from tests.letters.conftest import send

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fast(fast_passwords: None, books: object) -> None:
    pass


@pytest.fixture
def browser(accountant: User, visit: Visit) -> Client:
    return visit(accountant, "en")


def do(browser: Client, person: User, action: str) -> str:
    answer = browser.post(f"/admin/accounts/user/{person.pk}/do/{action}/", follow=True)
    return str(answer.content.decode())


def signed_in(browser: Client) -> bool:
    return browser.get("/acts/").status_code == 200


def test_a_link_for_a_new_password_goes_to_the_person(browser: Client, owner: User) -> None:
    owner.language = "en"
    owner.save()
    page = do(browser, owner, "reset")
    assert "went to owner@example.com" in page
    [letter] = mail.outbox
    assert letter.to == [owner.email]
    assert "/accounts/password/reset/key/" in str(letter.body)
    entry = JournalEntry.objects.get(kind="reset_sent")
    assert (entry.person, entry.by_name, entry.address) == (owner, "accountant@example.com", "127.0.0.1")


def test_a_mail_server_that_is_down_is_told(browser: Client, owner: User, settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    assert "The letter could not be sent." in do(browser, owner, "reset")
    assert not JournalEntry.objects.filter(kind="reset_sent").exists()
    assert "taken away" in do(browser, owner, "factor"), "the letter about it waits in the outbox"


def test_a_lost_second_factor_is_taken_away_with_a_letter(browser: Client, owner: User, visit: Visit) -> None:
    Authenticator.objects.create(user=owner, type="totp", data={"secret": "x"})
    Authenticator.objects.create(user=owner, type="recovery_codes", data={})
    there = visit(owner)
    assert signed_in(there)
    do(browser, owner, "factor")
    assert not Authenticator.objects.exists()
    assert not signed_in(there)
    send()
    assert "accountant@example.com" in str(mail.outbox[0].body)
    assert JournalEntry.objects.latest("pk").kind == "factor_removed"


def test_a_blocked_person_is_out_at_once_and_back_after(browser: Client, owner: User, visit: Visit) -> None:
    with_password(owner)
    there = visit(owner)
    assert signed_in(there)
    do(browser, owner, "block")
    assert not signed_in(there)
    assert "The login is blocked" in do(browser, owner, "reset")
    do(browser, owner, "unblock")
    assert not signed_in(there)
    there.post(LOGIN, {"login": owner.email, "password": PASSWORD})
    assert signed_in(there)
    noted = JournalEntry.objects.exclude(kind="access_given").order_by("pk")
    assert [each.kind for each in noted] == [
        "blocked",
        "unblocked",
        "logged_in",
    ]


def test_losing_a_company_or_the_login_ends_every_session_at_once(
    owner: User, bookkeeper: User, visit: Visit
) -> None:
    one, other = visit(owner), visit(bookkeeper)
    assert signed_in(one)
    assert signed_in(other)
    bookkeeper.memberships.first().delete()  # type: ignore[union-attr]  # acts for two
    assert not signed_in(other)
    assert signed_in(one)
    owner.delete()
    assert not signed_in(one)


@pytest.mark.parametrize("action", ["reset", "factor", "block", "sign-out"])
def test_accountants_help_clients_and_nobody_else(
    browser: Client, administrator: User, chief: User, accountant: User, visit: Visit, action: str
) -> None:
    for person in (administrator, chief, accountant):
        assert browser.post(f"/admin/accounts/user/{person.pk}/do/{action}/").status_code == 403
    of_administrator = visit(administrator)
    assert of_administrator.post(f"/admin/accounts/user/{chief.pk}/do/{action}/").status_code == 302
    assert of_administrator.post(f"/admin/accounts/user/{administrator.pk}/do/{action}/").status_code == 403


def test_a_new_login_has_no_password_and_gets_a_letter(administrator: User, visit: Visit) -> None:
    browser = visit(administrator, "en")
    form = browser.get("/admin/accounts/user/add/").content.decode()
    assert "password" not in form.lower().replace("password_change", "")
    none = {f"memberships-{name}": 0 for name in ("TOTAL_FORMS", "INITIAL_FORMS")}
    sent = {"email": "new@example.com", "first_name": "Nina", "last_name": "New", "language": "en", **none}
    browser.post("/admin/accounts/user/add/", sent)
    person = User.objects.get(email="new@example.com")
    assert not person.has_usable_password()
    send()
    [letter] = mail.outbox
    assert letter.subject == "Your login: login made"
    assert "You sign in with a code that comes by email" in str(letter.body)


def test_what_is_changed_about_a_login_is_told_to_its_person(owner: User, visit: Visit) -> None:
    with_password(owner)
    browser = visit(language="en")
    browser.post(LOGIN, {"login": owner.email, "password": PASSWORD})
    new = "correct-horse-9-battery"
    browser.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    send()
    [letter] = mail.outbox
    assert letter.subject == "Your login: password changed"
    assert "127.0.0.1" in str(letter.body)
    assert JournalEntry.objects.filter(kind="password_changed", person=owner).exists()


def test_an_administrator_removes_a_person_with_all_that_hangs_on_it(
    administrator: User, stranger: User, company: Counterparty, visit: Visit
) -> None:
    """Also one who was invited, has a second factor, and is signed in."""
    invitation = inviting.invite(company, stranger.email, role="viewer", by=administrator)
    Authenticator.objects.create(user=stranger, type="totp", data={"secret": "x"})
    there, link = visit(stranger), urlsplit(address_of(invitation.letters.get())).path
    assert signed_in(there)
    visit(administrator).post(f"/admin/accounts/user/{stranger.pk}/delete/", {"post": "yes"})
    assert not User.objects.filter(pk=stranger.pk).exists()
    assert not signed_in(there)
    assert there.get(link).status_code == 410


def test_a_new_address_is_told_to_the_old_and_the_new_one(
    administrator: User, owner: User, visit: Visit
) -> None:
    browser, former = visit(administrator, "en"), owner.email
    page = f"/admin/accounts/user/{owner.pk}/change/"
    sent = {
        "email": "taken@elsewhere.example", "first_name": "Ольга", "last_name": "Хозяйкина", "language": "en",
        "memberships-TOTAL_FORMS": "0", "memberships-INITIAL_FORMS": "0",
    }  # fmt: skip
    assert browser.post(page, sent).status_code == 302
    send()
    assert {letter.to[0] for letter in mail.outbox} == {former, "taken@elsewhere.example"}
    for letter in mail.outbox:
        assert "Your login taken@elsewhere.example: email address changed." in letter.body
        assert f"Former address: {former}" in letter.body
    entry = JournalEntry.objects.get(kind="address_changed")
    assert (entry.person, entry.by) == (owner, administrator)
    assert entry.detail == f"{former} → taken@elsewhere.example"


def test_staff_are_given_no_company_by_the_admin(
    administrator: User, accountant: User, company: Counterparty, visit: Visit
) -> None:
    browser = visit(administrator, "en")
    sent = {
        "name": company.name, "onec_guid": company.onec_guid, "language": "", "to_drive": "", "to_task": "",
        "to_email": "", "memberships-TOTAL_FORMS": "1", "memberships-INITIAL_FORMS": "0",
        "memberships-0-user": str(accountant.pk), "memberships-0-role": "owner",
    }  # fmt: skip
    answer = browser.post(f"/admin/accounts/counterparty/{company.pk}/change/", sent)
    assert "Companies are not given to logins of staff." in answer.content.decode()
    assert not accountant.memberships.exists()
