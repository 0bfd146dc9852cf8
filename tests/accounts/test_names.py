"""Names that people give themselves are no way to write to strangers in the portal's name."""

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from accounts.invitations import invitation_letters, inviting
from accounts.models import Counterparty, User
from accounts.names import shown_name, validate_name
from tests.cast import Visit

ADDRESSES = (
    "Claim at evil.example", "https://evil.example", "WWW.Evil", "Приз на выигрыш.рф", "a@evil.example",
    "x//y", "evil.example/win", "выигрыш.рф.",
)  # fmt: skip
NAMES = ("Анна", "А.Б. Петров-Водкин", "Jr.", "O’Neill", "Мария  Иванова", "И. И. Иванов", "Dr. No")


@pytest.mark.parametrize("name", ADDRESSES)
def test_a_name_with_an_address_is_none(name: str) -> None:
    with pytest.raises(ValidationError):
        validate_name(name)
    assert shown_name(name, "anna@x.example") == "anna@x.example"


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_a_name(name: str) -> None:
    validate_name(name)
    assert shown_name(name, "anna@x.example") == " ".join(name.split())


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("first", "shown"),
    [("Анна", ": Анна\n"), ("Claim at evil.example", ": owner@"), ("я" * 150, f": {'я' * 60}\n")],
)
def test_a_letter_to_a_stranger_names_the_inviter_safely(
    company: Counterparty, owner: User, books: object, first: str, shown: str
) -> None:
    User.objects.filter(pk=owner.pk).update(first_name=first, last_name="")
    owner.refresh_from_db()
    invitation = inviting.invite(company, "new@client.example", role="viewer", by=owner)
    words = invitation_letters.words(invitation.letters.get().letter)
    assert words
    assert shown in words.text
    assert "evil" not in words.text + words.html


@pytest.mark.django_db
def test_the_page_of_a_person_refuses_it(owner: User, books: object, visit: Visit) -> None:
    browser: Client = visit(owner, "en")
    answer = browser.post("/accounts/", {"first_name": "evil.example", "last_name": "", "language": "en"})
    assert "A name holds no address" in answer.content.decode()
    owner.refresh_from_db()
    assert owner.first_name != "evil.example"
