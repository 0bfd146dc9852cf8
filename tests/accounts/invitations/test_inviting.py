"""Invitations: what a link offers, who may accept it, and that it is accepted once."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from urllib.parse import urlsplit

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import connections
from django.test import Client
from django.utils import translation

from accounts.invitations import inviting
from accounts.invitations.accepting import LoginThere, NotOpen, join, offer_of
from accounts.invitations.links import address_of
from accounts.models import Counterparty, Invitation, JournalEntry, Membership, User
from letters.models import Letter
from tests.accounts.passwords import LOGIN
from tests.cast import Visit

pytestmark = pytest.mark.django_db
NEW = "new@example.com"
NAMES = {"first_name": "Нина", "last_name": "Новикова"}
Link = Callable[[Invitation], str]


@pytest.fixture(autouse=True)
def _fast(fast_passwords: None, books: object) -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def invite(company: Counterparty, accountant: User) -> Callable[..., Invitation]:
    def to(email: str = NEW, of: Counterparty = company, role: str = "owner") -> Invitation:
        return inviting.invite(of, email, role=role, by=accountant)

    return to


@pytest.fixture
def link() -> Link:
    """Return the path that the newest letter of an invitation leads to."""

    def of(invitation: Invitation) -> str:
        return urlsplit(address_of(invitation.letters.all()[0])).path

    return of


def accesses(email: str) -> list[tuple[str, str]]:
    found = Membership.objects.filter(user__email=email).order_by("counterparty__name")
    return [(str(each.counterparty), each.role) for each in found]


def journal() -> list[tuple[str, str]]:
    return [(each.kind, each.person_name) for each in JournalEntry.objects.order_by("pk")]


def test_looking_at_a_link_changes_nothing_and_signs_nobody_in(
    invite: Callable[..., Invitation], link: Link, visit: Visit, company: Counterparty
) -> None:
    there, browser = link(invite()), visit(language="en")
    for _ in range(3):
        page = browser.get(there).content.decode()
    assert browser.head(there).status_code == 200
    assert "ООО «Ромашка»" in page
    assert NEW in page
    assert not User.objects.filter(email=NEW).exists()
    assert "_auth_user_id" not in browser.session
    assert Invitation.objects.get().is_open


@pytest.mark.parametrize(("way", "usable", "then"), [
    ("codes", False, "/acts/"), ("password", True, "/acts/"),
    ("passkey", False, "/accounts/2fa/webauthn/add/"), ("codes", True, "/acts/"),
    ("passkey", True, "/accounts/2fa/webauthn/add/"),
])  # fmt: skip
def test_a_new_person_chooses_how_to_sign_in(
    invite: Callable[..., Invitation], link: Link, visit: Visit, way: str, usable: bool, then: str
) -> None:
    browser, there = visit(language="en"), link(invite(role="accountant"))
    sent = {**NAMES, "way": way, "password": "correct-horse-9-battery" if usable else ""}
    answer = browser.post(there, sent)
    assert (answer.status_code, answer["Location"]) == (302, then)
    person = User.objects.get(email=NEW)
    assert (str(person), person.has_usable_password()) == ("Нина Новикова", usable)
    assert accesses(NEW) == [("ООО «Ромашка»", "accountant")]
    assert browser.get("/acts/").status_code == 200
    assert [kind for kind, _who in journal()] == ["invited", "access_given", "accepted", "logged_in"]


def test_a_weak_password_is_refused_and_nothing_is_lost(
    invite: Callable[..., Invitation], link: Link, visit: Visit
) -> None:
    sent = {**NAMES, "way": "password", "password": "12345678"}
    answer = visit(language="en").post(link(invite()), sent)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="Нина"' in page
    assert "easily guessed" in page
    assert not User.objects.filter(email=NEW).exists()
    assert Invitation.objects.get().is_open


def test_an_existing_login_gains_the_counterparty_and_signs_in_as_ever(
    invite: Callable[..., Invitation], link: Link, visit: Visit, stranger: User, company: Counterparty
) -> None:
    browser, there = visit(language="en"), link(invite(stranger.email))
    assert "You have a login already" in browser.get(there).content.decode()
    answer = browser.post(there)
    assert (answer.status_code, answer["Location"].partition("?")[0]) == (302, LOGIN)
    assert company.onec_guid in answer["Location"]
    assert "_auth_user_id" not in browser.session
    assert len(accesses(stranger.email)) == 2


def test_whoever_is_signed_in_accepts_for_that_login(
    invite: Callable[..., Invitation], link: Link, visit: Visit, bookkeeper: User
) -> None:
    """A bookkeeper of many companies is invited under any address, and keeps one login."""
    browser, there = visit(bookkeeper, "en"), link(invite())
    assert f"the invitation went to <strong>{NEW}" in browser.get(there).content.decode()
    answer = browser.post(there, {"person": bookkeeper.pk}, follow=True)
    assert "ООО «Ромашка»" in answer.content.decode()
    assert len(accesses(bookkeeper.email)) == 3
    assert not User.objects.filter(email=NEW).exists()
    assert JournalEntry.objects.get(kind="accepted").detail == NEW


def test_another_login_than_the_page_named_accepts_nothing(
    invite: Callable[..., Invitation], link: Link, visit: Visit, bookkeeper: User, stranger: User
) -> None:
    """In another tab somebody else has signed in meanwhile."""
    visit(stranger).post(link(invite()), {"person": bookkeeper.pk})
    assert Invitation.objects.get().is_open


def test_a_login_of_staff_gains_no_company_by_a_clients_link(
    invite: Callable[..., Invitation], link: Link, visit: Visit, accountant: User
) -> None:
    browser, there = visit(accountant, "en"), link(invite())
    assert "Sign out first" in browser.get(there).content.decode()
    browser.post(there, {"person": accountant.pk})
    assert accesses(accountant.email) == []


def refusal(browser: Client, there: str) -> tuple[int, str]:
    """Return how a link is refused, to a look and to a try alike."""
    looked, tried = browser.get(there), browser.post(there, {**NAMES, "way": "codes"})
    assert looked.status_code == tried.status_code
    page = tried.content.decode()
    return tried.status_code, page.partition("<h1>")[2].partition("</h1>")[0]


def test_a_link_works_once(invite: Callable[..., Invitation], link: Link, visit: Visit) -> None:
    there = link(invite())
    visit().post(there, {**NAMES, "way": "codes"})
    assert refusal(visit(language="en"), there) == (410, "This invitation has been accepted")


def test_a_revoked_invitation_is_void_with_all_its_links(
    invite: Callable[..., Invitation], link: Link, visit: Visit, accountant: User
) -> None:
    invitation = invite()
    there = link(invitation)
    assert inviting.revoke(invitation, by=accountant)
    assert not inviting.revoke(invitation, by=accountant)
    assert refusal(visit(language="en"), there) == (410, "This invitation was revoked")


def test_an_earlier_link_stays_good_until_one_is_used(
    invite: Callable[..., Invitation], link: Link, visit: Visit, accountant: User
) -> None:
    invitation = invite()
    first = link(invitation)
    Letter.objects.update(state="sent")
    with time_machine.travel(invitation.made_at + timedelta(minutes=5), tick=False):
        inviting.send_again(invitation, by=accountant)
    newer = link(invitation)
    browser = visit(language="en")
    assert {browser.get(there).status_code for there in (first, newer)} == {200}
    browser.post(newer, {**NAMES, "way": "codes"})
    assert refusal(visit(language="en"), first)[0] == 410


def test_an_old_link_says_that_it_is_too_old(
    invite: Callable[..., Invitation], link: Link, visit: Visit, settings
) -> None:
    invitation = invite()
    there = link(invitation)
    with time_machine.travel(invitation.made_at + timedelta(days=settings.INVITATION_DAYS, minutes=1)):
        assert refusal(visit(language="en"), there) == (410, "This invitation is too old")


def test_a_link_that_nobody_sent_is_unknown(db: None, visit: Visit) -> None:
    status, title = refusal(visit(language="en"), "/accounts/invitation/MQ:1abcde:forged/")
    assert (status, title) == (404, "There is no such invitation")


def test_a_link_is_void_once_the_address_is_another_persons_or_companys(
    invite: Callable[..., Invitation], link: Link, visit: Visit, stranger: User, company: Counterparty
) -> None:
    persons, companys = link(invite(stranger.email)), link(invite(company.addresses[0]))
    stranger.email = "moved@example.com"
    stranger.save()
    for there in (persons,):
        assert visit().get(there).status_code == 410
    stranger.delete()
    company.email = "right@example.com"
    company.save()
    for there in (persons, companys):
        assert refusal(visit(language="en"), there) == (410, "This invitation is no longer good")


def test_a_blocked_login_gains_nothing(
    invite: Callable[..., Invitation], link: Link, visit: Visit, stranger: User
) -> None:
    there = link(invite(stranger.email))
    User.objects.filter(pk=stranger.pk).update(is_active=False)
    assert refusal(visit(language="en"), there) == (410, "This login is blocked")


@pytest.mark.parametrize(("email", "words"), [("Owner@Example.com", "has access"), (NEW, "invited already")])
def test_nobody_is_invited_twice(
    invite: Callable[..., Invitation], owner: User, email: str, words: str
) -> None:
    invite()
    with pytest.raises(ValidationError, match=words):
        invite(email)


def test_a_letter_that_has_just_been_asked_for_is_not_sent_twice(
    invite: Callable[..., Invitation], accountant: User
) -> None:
    invitation = invite()
    with pytest.raises(ValidationError, match="on its way"):
        inviting.send_again(invitation, by=accountant)
    assert invitation.letters.count() == 1


def test_of_two_tabs_one_makes_the_login(many_connections: None, invite: Callable[..., Invitation]) -> None:
    offer = offer_of(address_of(invite().letters.get()).rstrip("/").rpartition("/")[2])
    gate = Barrier(2)

    def accept() -> str:
        gate.wait()
        try:
            join(offer, password=None, **NAMES)
        except (LoginThere, NotOpen) as refused:
            return type(refused).__name__
        finally:
            connections.close_all()
        return "joined"

    with ThreadPoolExecutor(2) as pool:
        ends = sorted(future.result() for future in [pool.submit(accept) for _ in range(2)])
    assert "joined" in ends
    assert len(set(ends)) == 2
    assert accesses(NEW) == [("ООО «Ромашка»", "owner")]
