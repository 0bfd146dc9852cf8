"""Invite people to act for counterparties, send an invitation again, revoke it."""

from datetime import timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts import journal
from accounts.addresses import canonical_email
from accounts.models import Counterparty, Invitation, InvitationLetter, Membership, User
from letters import outbox
from letters.models import Letter
from letters.outbox import Draft

KIND = "invitation"
State = Letter.State
UNSENT = (State.WAITING, State.UNDER_WAY)
AGAIN_AFTER = timedelta(minutes=1)
"""What was pressed twice is one wish."""
HAS_ACCESS = _("%(email)s has access already.")
IS_INVITED = _("%(email)s is invited already. Send the invitation again if the letter is lost.")
ON_ITS_WAY = _("A letter to %(email)s is on its way already.")
NOT_OPEN = _("This invitation was accepted or revoked meanwhile.")


def invite(counterparty: Counterparty, email: str, *, role: str, by: User, language: str = "") -> Invitation:
    """Invite an address to act for a counterparty, and have the letter sent.

    The letter is in the language of the counterparty's acts unless another is given. Raises ValidationError
    when the address has access, or is invited, already.
    """
    email = canonical_email(email)
    check(counterparty, email)
    user = User.objects.by_email(email)
    try:
        with transaction.atomic():
            invitation = Invitation.objects.create(
                counterparty=counterparty, email=email, role=role, user=user,
                is_for_login=user is not None,
                is_of_directory=email in counterparty.addresses, made_by=by, made_by_name=str(by)[:300],
            )  # fmt: skip
            _write(invitation, language or counterparty.acts_language)
            journal.note(
                journal.Kind.INVITED, person=user, person_name=email, by=by, counterparty=counterparty
            )
    except IntegrityError:
        raise ValidationError(IS_INVITED, params={"email": email}) from None
    return invitation


def check(counterparty: Counterparty, email: str) -> None:
    """Raise ValidationError when the address has access to the counterparty, or is invited, already."""
    email = canonical_email(email)
    if Membership.objects.filter(user__email=email, counterparty=counterparty).exists():
        raise ValidationError(HAS_ACCESS, params={"email": email})
    if counterparty.invitations.filter(email=email, accepted_at=None, revoked_at=None).exists():
        raise ValidationError(IS_INVITED, params={"email": email})


def send_again(invitation: Invitation, *, by: User) -> None:
    """Send one more letter; earlier links stay good. Raises ValidationError when that is of no use now."""
    with transaction.atomic():
        mine = Invitation.objects.select_for_update().get(pk=invitation.pk)
        if not mine.is_open:
            raise ValidationError(NOT_OPEN)
        last = Letter.objects.filter(invitation__invitations=mine).order_by("-pk").first()
        if last and (last.state in UNSENT or last.made_at > timezone.now() - AGAIN_AFTER):
            raise ValidationError(ON_ITS_WAY, params={"email": mine.email})
        _write(mine, last.language if last else mine.counterparty.acts_language)
        journal.note(
            journal.Kind.INVITED_AGAIN,
            person=mine.user, person_name=mine.email, by=by, counterparty=mine.counterparty,
        )  # fmt: skip


def revoke(invitation: Invitation, *, by: User) -> bool:
    """Make every link of the invitation void; False when it was accepted or revoked before."""
    with transaction.atomic():
        mine = Invitation.objects.filter(pk=invitation.pk, accepted_at=None, revoked_at=None)
        if not mine.update(revoked_at=timezone.now()):
            return False
        journal.note(
            journal.Kind.REVOKED,
            person=invitation.user, person_name=invitation.email, by=by, counterparty=invitation.counterparty,
        )  # fmt: skip
    return True


def draft_of(email: str, company: Counterparty, language: str) -> Draft:
    """Return the letter of an invitation; what it says is asked as it goes."""
    with translation.override(language):
        subject = subject_of(str(company))
    return Draft(KIND, language, [email], subject, "", reply_to=settings.ACCOUNTING_EMAIL)


def subject_of(company: str) -> str:
    """Return the letter's subject, in the language that is set."""
    return gettext("Access to reconciliation acts: %(company)s") % {"company": company}


def _write(invitation: Invitation, language: str) -> None:
    [letter] = outbox.queue([draft_of(invitation.email, invitation.counterparty, language)])
    InvitationLetter.objects.create(email=invitation.email, letter=letter).invitations.add(invitation)
