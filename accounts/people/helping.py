"""Help for people who cannot sign in, by accounting: never a password, always noted in the journal."""

from typing import Any

from allauth.account.internal.flows.password_reset import request_password_reset
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db import transaction
from django.db.models import F
from django.http import HttpRequest
from django.utils import translation

from accounts import journal
from accounts.models import User
from accounts.people import security

Kind = journal.Kind


def end_sessions(people: Any) -> None:
    """Sign people out everywhere, at once."""
    User.objects.filter(pk__in=[person.pk for person in people]).update(session_epoch=F("session_epoch") + 1)
    UserSession.objects.filter(user__in=people).delete()


def send_reset(request: HttpRequest, person: User, *, by: User) -> bool:
    """Send a person the letter with a link for a new password; False when it did not go out."""
    try:
        with translation.override(security.language_of(person)):
            request_password_reset(request, person.email, [person], None)
    except ImmediateHttpResponse:
        return False
    journal.note(Kind.RESET_SENT, person=person, by=by)
    return True


def remove_second_factor(person: User, *, by: User) -> None:
    """Take away apps, passkeys and recovery codes of a person who has lost them.

    Every session ends: whoever has the lost device may be in one.
    """
    with transaction.atomic():
        Authenticator.objects.filter(user=person).delete()
        end_sessions([person])
        security.tell(Kind.FACTOR_REMOVED, person, by=by)


def block(person: User, *, by: User) -> None:
    """Shut a login, at once."""
    with transaction.atomic():
        _set_active(person, is_active=False)
        end_sessions([person])
        journal.note(Kind.BLOCKED, person=person, by=by)


def unblock(person: User, *, by: User) -> None:
    """Open a login again."""
    with transaction.atomic():
        _set_active(person, is_active=True)
        journal.note(Kind.UNBLOCKED, person=person, by=by)


def sign_out(person: User, *, by: User) -> None:
    """End a person's sessions."""
    end_sessions([person])
    journal.note(Kind.SESSIONS_ENDED, person=person, by=by)


def _set_active(person: User, *, is_active: bool) -> None:
    person.is_active = is_active
    person.save(update_fields=["is_active"])
