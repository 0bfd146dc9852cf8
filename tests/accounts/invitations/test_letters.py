"""Letters of invitations: what they say, and that each goes out once."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.invitations import inviting
from accounts.models import Counterparty, InvitationLetter, User
from letters.bounces import noting
from letters.models import Letter
from sandbox.mail import MailSandbox
from tests.letters.conftest import send

pytestmark = pytest.mark.django_db
NEW = "new@example.com"
Invite = Callable[..., InvitationLetter]


@pytest.fixture
def invite(company: Counterparty, accountant: User, settings) -> Invite:
    settings.ORGANIZATION_NAME = "ООО «Поставщик»"
    settings.SITE_URL = "https://acts.example.com"

    def to(email: str = NEW, of: Counterparty = company) -> InvitationLetter:
        return inviting.invite(of, email, role="owner", by=accountant).letters.get()

    return to


def left(one: InvitationLetter) -> tuple[str, int]:
    one.letter.refresh_from_db()
    return one.letter.state, one.letter.attempts


def test_a_letter_names_the_company_and_has_one_link(
    mail: MailSandbox, invite: Invite, english_company: Counterparty
) -> None:
    russian, english = invite(), invite("john@example.com", english_company)
    send()
    first, second = sorted(mail.letters, key=lambda letter: letter.recipients)
    assert second.subject == "Доступ к актам сверки: ООО «Ромашка»"
    assert first.subject == "Access to reconciliation acts: Northwind Trading LLC"
    body = first.message.get_body(("plain",))
    text = str(body.get_content()) if body else ""
    assert "ООО «Поставщик» gives you access" in text
    assert text.count("https://acts.example.com/accounts/invitation/") == 1
    assert [left(each) for each in (russian, english)] == [("sent", 1)] * 2


def test_nothing_is_sent_of_what_was_revoked(mail: MailSandbox, invite: Invite, accountant: User) -> None:
    letter = invite()
    inviting.revoke(letter.invitations.get(), by=accountant)
    send()
    assert left(letter)[0] == "cancelled"
    assert not mail.letters


@pytest.mark.parametrize(
    ("fault", "state"), [("busy", "waiting"), ("refuse", "failed"), ("cut_before", "waiting")]
)
def test_a_letter_that_was_not_taken_is_tried_again_or_shown(
    mail: MailSandbox, invite: Invite, fault: str, state: str
) -> None:
    letter = invite()
    mail.set_fault(fault)
    send()
    assert left(letter) == (state, 1)
    assert letter.letter.problem
    Letter.objects.update(next_try_at=timezone.now())
    send()
    assert len(mail.letters) == (1 if state == "waiting" else 0)


def test_a_letter_that_may_have_arrived_is_never_sent_blindly_again(
    mail: MailSandbox, invite: Invite
) -> None:
    letter = invite()
    mail.set_fault("cut_after")
    send()
    Letter.objects.update(next_try_at=timezone.now())
    send()
    assert left(letter) == ("uncertain", 1)
    assert len(mail.letters) == 1


@pytest.mark.parametrize(("handed_over", "state"), [(False, "sent"), (True, "uncertain")])
def test_what_a_lost_worker_held_is_taken_up(
    mail: MailSandbox, invite: Invite, handed_over: bool, state: str
) -> None:
    letter, past = invite(), timezone.now() - timedelta(minutes=10)
    Letter.objects.update(
        state="under_way", worker="lost", leased_until=past, handed_over_at=past if handed_over else None
    )
    send()
    assert left(letter)[0] == state


def test_an_invitation_that_came_back_is_shown_to_whoever_invited(
    mail: MailSandbox, invite: Invite, settings
) -> None:
    settings.BOUNCE_ADDRESS = "bounces@acts.example.com"
    letter = invite()
    send()
    [sent] = mail.letters
    assert sent.sender == f"bounces+{letter.letter.mark}@acts.example.com"
    report = f"From: mailer-daemon@provider.example\nTo: {sent.sender}\n\n<{NEW}>: 550 5.1.1 User unknown\n"
    read = noting.Read()
    for _ in range(2):
        noting.note(report.encode(), read)
    noting.note(report.replace(letter.letter.mark, "a" * 24).encode(), read)
    assert (len(read.noted), read.known, read.others) == (1, 1, 1)
    assert left(letter)[0] == "failed"
    assert letter.letter.problem == "LetterCameBack"
    assert "User unknown" in letter.letter.detail
