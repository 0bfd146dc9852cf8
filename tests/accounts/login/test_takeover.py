"""Nobody gets into another person's login by an address: not by claiming it, nor by an old code or link."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.urls import reverse

from accounts.models import User
from accounts.people import helping
from tests.accounts.passwords import LOGIN, PASSWORD, with_password
from tests.cast import Visit

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _passwords(fast_passwords: None, books: object) -> None:
    """Also empties the cache, which counts failed attempts."""


def code_in(letter: mail.EmailMessage) -> str:
    found = re.search(r"^[A-Z0-9-]{6,11}$", str(letter.body), re.MULTILINE)
    assert found
    return found[0]


@pytest.fixture
def claimant(owner: User, stranger: User) -> User:
    """The stranger, to whom allauth's table gives the owner's address, confirmed and first."""
    with_password(owner, "owners-own-password")
    EmailAddress.objects.create(user=stranger, email=owner.email, verified=True, primary=True)
    return with_password(stranger)


def test_a_login_has_no_page_to_add_an_address(owner: User, visit: Visit) -> None:
    browser = visit(owner)
    for address in ("/accounts/email/", "/accounts/confirm-email/", "/accounts/confirm-email/x/"):
        assert browser.post(address, {"email": "other@example.com", "action_add": ""}).status_code == 404
    assert not EmailAddress.objects.exists()


def test_a_claimed_address_opens_nothing_with_the_claimants_password(
    claimant: User, owner: User, visit: Visit
) -> None:
    browser = visit()
    browser.post(LOGIN, {"login": owner.email, "password": PASSWORD})
    assert "_auth_user_id" not in browser.session


def test_a_code_for_a_claimed_address_leads_to_its_owner(claimant: User, owner: User, visit: Visit) -> None:
    browser = visit()
    browser.post("/accounts/login/code/", {"email": owner.email})
    browser.post("/accounts/login/code/confirm/", {"code": code_in(mail.outbox[0])})
    assert browser.session["_auth_user_id"] == str(owner.pk)


def test_a_reset_for_a_claimed_address_is_its_owners(claimant: User, owner: User, visit: Visit) -> None:
    visit().post("/accounts/password/reset/", {"email": owner.email})
    [letter] = mail.outbox
    link = re.search(r"/accounts/password/reset/key/\S+", str(letter.body))
    assert link
    browser = visit()
    form = browser.get(link[0])["Location"]
    browser.post(form, {"password1": "another-good-password", "password2": "another-good-password"})
    owner.refresh_from_db()
    claimant.refresh_from_db()
    assert owner.check_password("another-good-password")
    assert claimant.check_password(PASSWORD)


def move(person: User, administrator: User, visit: Visit, email: str = "moved@example.com") -> None:
    """Let accounting change a person's address in the admin."""
    address = reverse("admin:accounts_user_change", args=(person.pk,))
    membership = person.memberships.get()
    answer = visit(administrator).post(
        address,
        {
            "email": email,
            "is_active": "on",
            "memberships-TOTAL_FORMS": "1",
            "memberships-INITIAL_FORMS": "1",
            "memberships-0-id": membership.pk,
            "memberships-0-user": person.pk,
            "memberships-0-counterparty": membership.counterparty_id,
            "memberships-0-role": membership.role,
        },
    )
    assert answer.status_code == 302, answer.context["errors"]
    person.refresh_from_db()
    assert person.email == email


def test_a_changed_address_ends_sessions_and_forgets_the_old_one(
    owner: User, administrator: User, visit: Visit
) -> None:
    EmailAddress.objects.create(user=owner, email=owner.email, verified=True, primary=True)
    browser = visit(owner)
    assert browser.get("/acts/").status_code == 200
    move(owner, administrator, visit)
    assert browser.get("/acts/").status_code == 302
    assert not EmailAddress.objects.filter(email="owner@example.com").exists()


def test_a_code_that_went_to_the_old_address_is_refused(
    owner: User, administrator: User, visit: Visit
) -> None:
    browser = visit()
    browser.post("/accounts/login/code/", {"email": owner.email})
    move(owner, administrator, visit)
    answer = browser.post("/accounts/login/code/confirm/", {"code": code_in(mail.outbox[0])})
    assert answer["Location"] == LOGIN
    assert "_auth_user_id" not in browser.session


def test_a_link_that_went_to_the_old_address_is_refused(
    owner: User, administrator: User, visit: Visit
) -> None:
    with_password(owner)
    visit().post("/accounts/password/reset/", {"email": owner.email})
    move(owner, administrator, visit)
    link = re.search(r"/accounts/password/reset/key/\S+", str(mail.outbox[0].body))
    assert link
    answer = visit().get(link[0], follow=True)
    assert b"password1" not in answer.content


def test_the_old_address_gets_no_code_any_more(owner: User, administrator: User, visit: Visit) -> None:
    move(owner, administrator, visit)
    mail.outbox.clear()
    visit().post("/accounts/login/code/", {"email": "owner@example.com"})
    assert not any("код" in str(letter.body) and code_like(letter) for letter in mail.outbox)


def code_like(letter: mail.EmailMessage) -> bool:
    return bool(re.search(r"^[A-Z0-9-]{6,11}$", str(letter.body), re.MULTILINE))


@pytest.mark.parametrize("opens_again", [False, True])
def test_a_link_of_before_a_login_was_blocked_is_void_for_good(
    owner: User, administrator: User, visit: Visit, *, opens_again: bool
) -> None:
    """integreat-cms#782, metabase#77560: the password was changed with it."""
    visit().post("/accounts/password/reset/", {"email": owner.email})
    found = re.search(r"/accounts/password/reset/key/\S+", str(mail.outbox[0].body))
    assert found
    before = User.objects.get(pk=owner.pk).password
    helping.block(owner, by=administrator)
    if opens_again:
        helping.unblock(owner, by=administrator)
    browser = visit()
    answer = browser.get(found[0], follow=True)
    browser.post(
        answer.request["PATH_INFO"],
        {"password1": "correct-horse-9-battery", "password2": "correct-horse-9-battery"},
    )
    assert User.objects.get(pk=owner.pk).password == before
    assert browser.get("/acts/").status_code == 302


@pytest.mark.parametrize("opens_again", [False, True])
def test_a_code_of_before_a_login_was_blocked_is_void_for_good(
    owner: User, administrator: User, visit: Visit, *, opens_again: bool
) -> None:
    browser = visit(language="en")
    browser.post("/accounts/login/code/", {"email": owner.email})
    helping.block(owner, by=administrator)
    if opens_again:
        helping.unblock(owner, by=administrator)
    answer = browser.post("/accounts/login/code/confirm/", {"code": code_in(mail.outbox[0])}, follow=True)
    assert answer.status_code == 200
    assert browser.get("/acts/").status_code == 302
    if opens_again:
        browser.post("/accounts/login/code/", {"email": owner.email})
        browser.post("/accounts/login/code/confirm/", {"code": code_in(mail.outbox[-1])})
        assert browser.get("/acts/").status_code == 200
