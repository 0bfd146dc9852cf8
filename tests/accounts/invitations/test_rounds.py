"""Inviting everybody who has no login: who gets a letter, who does not and why; each address one letter."""

from typing import Any

import pytest
from django.db.models import QuerySet

from accounts.invitations import inviting, rounds
from accounts.invitations.rounds import Reason
from accounts.models import Counterparty, Invitation, InvitationLetter, JournalEntry, User
from sandbox.mail import MailSandbox
from tests.letters.conftest import send

pytestmark = pytest.mark.django_db
SHARED = "buh@outsourcing.example"


def company(number: int, email: str = SHARED, **fields: Any) -> Counterparty:
    return Counterparty.objects.create(
        onec_guid=f"guid-{number}", name=f"ООО {number}", email=email, **fields
    )


def everybody() -> QuerySet[Counterparty]:
    return Counterparty.objects.all()


def test_who_gets_a_letter_and_who_does_not_and_why(owner: User, accountant: User) -> None:
    User.objects.create_user("blocked@example.com", is_active=False)
    first, second = company(1, f"{SHARED}, second@example.com"), company(2)
    company(3, "")
    company(4, "no address")
    company(5, "blocked@example.com")
    company(6, gone_since="2026-01-01T00:00:00Z")
    company(7, is_unchecked=True)
    invited = company(8)
    inviting.invite(invited, "new@example.com", role="owner", by=accountant)
    found = rounds.plan(everybody())
    assert dict(found.letters) == {SHARED: [first, second], "second@example.com": [first]}
    assert {reason: [str(each) for each in who] for reason, who in found.left_out.items()} == {
        Reason.HAS_LOGIN: ["ООО «Ромашка»"],
        Reason.NO_ADDRESS: ["ООО 3", "ООО 4"],
        Reason.BLOCKED: ["ООО 5"],
        Reason.GONE: ["ООО 6"],
        Reason.UNCHECKED: ["ООО 7"],
        Reason.INVITED: ["ООО 8"],
    }


def test_one_letter_goes_to_an_address_for_all_its_companies(mail: MailSandbox, accountant: User) -> None:
    for number in range(3):
        company(number)
    company(3, "other@example.com")
    begun = rounds.start(everybody(), role="accountant", by=accountant)
    send()
    assert sorted(letter.recipients[0] for letter in mail.letters) == [SHARED, "other@example.com"]
    assert rounds.progress(begun) == {"sent": 2}
    assert Invitation.objects.filter(email=SHARED, role="accountant").count() == 3
    assert JournalEntry.objects.filter(kind="invited").count() == 4
    rounds.start(everybody(), role="accountant", by=accountant)
    send()
    assert len(mail.letters) == 2


def test_who_is_invited_meanwhile_by_somebody_else_gets_no_second_letter(
    accountant: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, _other = company(1), company(2, "other@example.com")
    before = rounds.plan(everybody())
    inviting.invite(one, SHARED, role="owner", by=accountant)
    monkeypatch.setattr(rounds, "plan", lambda _companies: before)
    begun = rounds.start(everybody(), role="owner", by=accountant)
    assert list(begun.letters.values_list("email", flat=True)) == ["other@example.com"]
    assert InvitationLetter.objects.filter(email=SHARED).count() == 1


def test_a_round_is_stopped_and_its_invitations_are_revoked(mail: MailSandbox, accountant: User) -> None:
    for number in range(2):
        company(number, f"{number}@example.com")
    begun = rounds.start(everybody(), role="owner", by=accountant)
    assert rounds.stop(begun) == 2
    send()
    assert rounds.progress(begun) == {"cancelled": 2}
    assert not mail.letters
    assert not Invitation.objects.filter(revoked_at=None).exists()


def test_what_failed_is_tried_again_when_a_person_says_so(mail: MailSandbox, accountant: User) -> None:
    company(1)
    begun = rounds.start(everybody(), role="owner", by=accountant)
    mail.set_fault("refuse")
    send()
    assert rounds.progress(begun) == {"failed": 1}
    assert rounds.retry_failed(begun) == 1
    send()
    assert rounds.progress(begun) == {"sent": 1}
