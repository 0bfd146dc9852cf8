"""An owner's page of a company: colleagues, roles, invitations; an owner is always left."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.core.exceptions import ValidationError
from django.db import connections
from django.test import Client

from accounts.models import Counterparty, Invitation, Membership, User
from accounts.people import roles
from tests.cast import Visit

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(owner: User, visit: Visit) -> Client:
    return visit(owner, "en")


def do(browser: Client, company: Counterparty, action: str, **sent: object) -> str:
    answer = browser.post(f"/accounts/companies/{company.pk}/{action}/", sent, follow=True)
    return str(answer.content.decode())


def test_an_owner_sees_colleagues_and_invites_one(
    browser: Client, company: Counterparty, colleague: User
) -> None:
    page = browser.get(f"/accounts/companies/{company.pk}/").content.decode()
    assert "Ольга Хозяйкина" in page
    assert colleague.email in page
    page = do(browser, company, "invite", email="new@example.com", role="viewer")
    assert "A letter is on its way to new@example.com." in page
    invitation = Invitation.objects.get()
    assert (invitation.role, invitation.letters.get().letter.language) == ("viewer", "en")
    again = do(browser, company, "invite", email="new@example.com", role="viewer")
    assert "is invited already" in again
    assert 'value="new@example.com"' in again
    assert "on its way already" in do(browser, company, "again", number=invitation.pk)
    assert "Revoked" in do(browser, company, "revoke", number=invitation.pk)
    assert (
        "Invited, not accepted yet" not in browser.get(f"/accounts/companies/{company.pk}/").content.decode()
    )


def test_roles_are_changed_and_access_is_taken_away_at_once(
    browser: Client, company: Counterparty, colleague: User, visit: Visit
) -> None:
    theirs, key = visit(colleague), colleague.memberships.get().pk
    assert theirs.get("/acts/").status_code == 200
    do(browser, company, "role", number=key, role="viewer")
    assert colleague.memberships.get().role == "viewer"
    assert "has no access to" in do(browser, company, "remove", number=key)
    assert theirs.get("/acts/").status_code == 302
    assert "has no access any more" in do(browser, company, "remove", number=key)


def test_the_last_owner_stays(browser: Client, company: Counterparty, owner: User, colleague: User) -> None:
    key = owner.memberships.get().pk
    for action in ("remove", "role"):
        assert "keeps an owner" in do(browser, company, action, number=key, role="viewer")
    assert owner.memberships.get().role == "owner"
    do(browser, company, "role", number=colleague.memberships.get().pk, role="owner")
    do(browser, company, "role", number=key, role="viewer")
    assert owner.memberships.get().role == "viewer"


def test_of_two_owners_who_remove_each_other_one_stays(
    many_connections: None, company: Counterparty, owner: User, colleague: User
) -> None:
    colleague.memberships.update(role="owner")
    keys, gate = (
        list(Membership.objects.filter(counterparty=company).values_list("pk", flat=True)),
        Barrier(2),
    )

    def remove(key: int) -> bool:
        gate.wait()
        try:
            roles.remove(company, key)
        except ValidationError:
            return False
        finally:
            connections.close_all()
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(remove, keys)) == [False, True]
    assert Membership.objects.get(counterparty=company).role == "owner"


@pytest.mark.parametrize("action", ["invite", "again", "revoke", "role", "remove"])
def test_nobody_but_an_owner_changes_anything(
    company: Counterparty,
    owner: User,
    colleague: User,
    viewer: User,
    stranger: User,
    visit: Visit,
    action: str,
) -> None:
    there, sent = f"/accounts/companies/{company.pk}/{action}/", {"number": owner.memberships.get().pk}
    for person in (colleague, viewer, stranger):
        assert (
            visit(person).post(there, sent | {"email": "x@example.com", "role": "owner"}).status_code == 404
        )
    assert Membership.objects.filter(counterparty=company).count() == 3
    assert not Invitation.objects.exists()


def test_an_owner_invites_so_many_a_day(browser: Client, company: Counterparty, books: object) -> None:
    for number in range(30):
        do(browser, company, "invite", email=f"{number}@example.com", role="viewer")
    assert "many people today" in do(browser, company, "invite", email="one.more@example.com", role="viewer")
    invitation = Invitation.objects.earliest("pk")
    assert "many people today" in do(browser, company, "again", number=invitation.pk)
    assert Invitation.objects.count() == 30
