"""`manage.py demo_data`: people and companies to try the portal with, made once."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.access import counterparties_of
from accounts.models import Counterparty, Membership, User
from reconciliation.management.commands.demo_data import PASSWORD
from sandbox.onec import OneCSandbox
from tools.demo import counterparty_login

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("books", "fast_passwords")]


@pytest.fixture(autouse=True)
def _laptop(settings: Any) -> None:
    settings.ON_LAPTOP = True


def fill() -> tuple[str, str]:
    """Run the command and return what it says, and what it complains about."""
    said, complained = StringIO(), StringIO()
    call_command("demo_data", stdout=said, stderr=complained)
    return said.getvalue(), complained.getvalue()


def test_there_is_an_accountant_and_three_people_with_a_company_each_and_one_with_two() -> None:
    fill()
    people = User.objects.order_by("pk")
    own = {user.email.partition("@")[0]: counterparties_of(user).count() for user in people}
    staff = {"accountant": 0, "chief": 0, "administrator": 0}
    assert own == staff | {"client1": 1, "client2": 1, "client3": 1, "bookkeeper": 2}
    assert User.objects.get(email="accountant@demo.example").has_perm("reconciliation.view_issuedact")
    assert not User.objects.filter(is_superuser=True).exists()


def test_the_companies_are_those_that_1c_lists(books: OneCSandbox) -> None:
    fill()
    listed = [known.guid for known in books.ledger.counterparties]
    assert list(Counterparty.objects.order_by("pk").values_list("onec_guid", flat=True)) == listed
    languages = dict(Counterparty.objects.values_list("name", "language"))
    assert (languages["ООО «Ромашка»"], languages["Northwind Trading LLC"]) == ("ru", "en")


def test_every_login_that_is_printed_works() -> None:
    said, _ = fill()
    lines = said.splitlines()
    assert len(lines) == 7
    for line in lines:
        email, password = line.split()[:2]
        answer = Client().post("/accounts/login/", {"login": email, "password": password})
        assert answer.status_code == 302, line
    assert all(PASSWORD in line for line in lines)


def test_make_demo_finds_a_counterparty_among_the_logins() -> None:
    assert counterparty_login(fill()[0]).email == "client1@demo.example"


def test_a_second_run_keeps_what_the_first_one_left() -> None:
    fill()
    Membership.objects.filter(user__email="client1@demo.example").delete()
    User.objects.create_user("mine@example.com")
    before = (User.objects.count(), Counterparty.objects.count(), Membership.objects.count())
    second, _ = fill()
    assert (User.objects.count(), Counterparty.objects.count(), Membership.objects.count()) == before
    assert "mine@example.com" not in second


def test_without_1c_the_rest_is_made_and_the_next_run_makes_up_for_it(
    books: OneCSandbox, settings: Any
) -> None:
    settings.ONEC_BASE_URL = "http://127.0.0.1:1"
    said, complained = fill()
    assert "accountant@demo.example" in said
    assert complained.count("\n") == 1
    assert not Counterparty.objects.exists()
    settings.ONEC_BASE_URL = books.url
    fill()
    assert Counterparty.objects.count() == 500


def test_a_portal_that_others_reach_gets_no_demo_logins(settings: Any) -> None:
    settings.ON_LAPTOP = False
    with pytest.raises(CommandError, match="Nothing was changed"):
        fill()
    assert not User.objects.exists()
