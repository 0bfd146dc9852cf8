"""Who may see which counterparty."""

import pytest

from accounts.access import ROLES, Right, counterparties_of, may
from accounts.models import Counterparty, Membership, User

pytestmark = pytest.mark.django_db


def test_a_person_sees_the_counterparties_they_act_for_and_no_other(
    bookkeeper: User, company: Counterparty, english_company: Counterparty, quiet_company: Counterparty
) -> None:
    assert set(counterparties_of(bookkeeper)) == {english_company, quiet_company}


def test_counterparties_stand_in_the_order_of_their_names(bookkeeper: User) -> None:
    names = [counterparty.name for counterparty in counterparties_of(bookkeeper)]
    assert names == sorted(names)


def test_a_person_without_a_counterparty_sees_none(newcomer: User, company: Counterparty) -> None:
    assert not counterparties_of(newcomer)


def test_the_accountant_has_no_counterparty_of_their_own_in_the_portal(
    accountant: User, company: Counterparty
) -> None:
    assert not counterparties_of(accountant)


def test_whoever_is_switched_off_sees_nothing(owner: User, accountant: User) -> None:
    for user in (owner, accountant):
        user.is_active = False
        user.save()
    assert not counterparties_of(owner)


def test_a_membership_that_ends_ends_the_access(owner: User, colleague: User, company: Counterparty) -> None:
    Membership.objects.filter(user=owner).delete()
    assert not counterparties_of(owner)
    assert company in counterparties_of(colleague)


@pytest.mark.parametrize(
    ("who", "rights"),
    [("owner", "see issue manage"), ("colleague", "see issue"), ("viewer", "see"), ("stranger", "")],
)
def test_each_role_may_do_its_own(
    who: str, rights: str, company: Counterparty, request: pytest.FixtureRequest
) -> None:
    user: User = request.getfixturevalue(who)
    names: tuple[Right, ...] = tuple(ROLES)
    assert [right for right in names if may(user, right, company)] == rights.split()
