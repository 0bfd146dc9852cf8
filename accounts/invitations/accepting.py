"""What a link of an invitation leads to, and accepting it."""

from dataclasses import dataclass, field

from django.contrib.auth.password_validation import validate_password
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import journal
from accounts.invitations import links
from accounts.models import Counterparty, Invitation, InvitationLetter, Membership, User


class NotOpen(Exception):
    """Nothing is left to accept: accepted, revoked or void meanwhile."""


class LoginThere(Exception):
    """There is a login for the address by now."""


@dataclass(frozen=True)
class Offer:
    """The counterparties that a link gives access to; `why_not` when it gives none."""

    why_not: str = ""
    """unknown, expired, used, revoked, changed or blocked."""
    letter: InvitationLetter | None = None
    invitations: list[Invitation] = field(default_factory=list)
    login: User | None = None
    """Of the invited address, if there is one."""


def offer_of(token: str) -> Offer:
    """Return what a link offers now; it is only looked at."""
    try:
        letter = links.letter_of(token)
    except links.LinkUnknown:
        return Offer("unknown")
    except links.LinkExpired:
        return Offer("expired")
    login = User.objects.by_email(letter.email)
    all_of_it = list(letter.invitations.select_related("counterparty", "user").order_by("counterparty__name"))
    still_open = [each for each in all_of_it if each.is_open]
    good = [each for each in still_open if not is_void(each)]
    if login and not login.is_active:
        why_not = "blocked"
    elif good:
        why_not = ""
    elif still_open:
        why_not = "changed"
    else:
        why_not = "used" if any(each.accepted_at for each in all_of_it) else "revoked"
    return Offer(why_not, letter, good, login)


def is_void(invitation: Invitation) -> bool:
    """Whether the address is not that of the person or counterparty any more for whom it was invited."""
    if invitation.is_for_login and (not invitation.user or invitation.user.email != invitation.email):
        return True
    return invitation.is_of_directory and invitation.email not in invitation.counterparty.addresses


def join(offer: Offer, *, password: str | None, first_name: str, last_name: str) -> User:
    """Make a login for the invited address and accept for it.

    Without a password the person signs in with codes or a passkey. Raises ValidationError for a weak
    password, LoginThere or NotOpen; nothing is made then.
    """
    if offer.letter is None:
        raise NotOpen
    person = User(email=offer.letter.email, first_name=first_name, last_name=last_name)
    if password is not None:
        validate_password(password, person)
    person.set_password(password)
    try:
        with transaction.atomic():
            person.save()
            accept(offer, person)
    except IntegrityError:
        raise LoginThere from None
    return person


def accept(offer: Offer, person: User) -> list[Counterparty]:
    """Give a person the counterparties of an offer, once. Raises NotOpen when none is left."""
    with transaction.atomic():
        keys = [each.pk for each in offer.invitations]
        locked = Invitation.objects.select_for_update(of=("self",)).select_related("counterparty", "user")
        good = [each for each in locked.filter(pk__in=keys) if each.is_open and not is_void(each)]
        if not good:
            raise NotOpen
        for invitation in good:
            _give(invitation, person)
    return [each.counterparty for each in good]


def _give(invitation: Invitation, person: User) -> None:
    invitation.accepted_by, invitation.accepted_at = person, timezone.now()
    invitation.save(update_fields=["accepted_by", "accepted_at"])
    Membership.objects.get_or_create(
        user=person, counterparty=invitation.counterparty, defaults={"role": invitation.role}
    )
    detail = "" if person.email == invitation.email else invitation.email
    journal.note(journal.Kind.ACCEPTED, person=person, counterparty=invitation.counterparty, detail=detail)
