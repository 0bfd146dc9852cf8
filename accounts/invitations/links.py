"""The link of an invitation's letter: signed, good for INVITATION_DAYS."""

from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.urls import reverse

from accounts.models import InvitationLetter

SALT = "accounts.invitation"


class LinkUnknown(Exception):
    """Nobody has sent this link, or it was cut off."""


class LinkExpired(Exception):
    """The link is older than INVITATION_DAYS."""


def address_of(letter: InvitationLetter) -> str:
    """Return the address that the letter leads to."""
    return settings.SITE_URL + reverse("invitation", args=(token_of(letter),))


def token_of(letter: InvitationLetter) -> str:
    """Return what the link bears: the letter's key and the time from which its days count."""
    return signing.dumps(letter.pk, salt=SALT)


def letter_of(token: str) -> InvitationLetter:
    """Return the letter whose link it is. Raises LinkUnknown or LinkExpired."""
    try:
        number = signing.loads(token, salt=SALT, max_age=timedelta(days=settings.INVITATION_DAYS))
        return InvitationLetter.objects.get(pk=number)
    except signing.SignatureExpired:
        raise LinkExpired from None
    except (signing.BadSignature, InvitationLetter.DoesNotExist):
        raise LinkUnknown from None
