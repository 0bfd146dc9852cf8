"""What follows from a membership that is given, changed or ended, wherever that was done."""

from typing import Any

from allauth.core import context
from django.db.models import QuerySet

from accounts import journal
from accounts.models import Counterparty, Membership, User
from accounts.people.helping import end_sessions

Kind = journal.Kind


def note_saved(instance: Membership, created: bool, **_signal: Any) -> None:
    """Note access that was given, and another role."""
    journal.note(
        Kind.ACCESS_GIVEN if created else Kind.ROLE_CHANGED, person=instance.user,
        counterparty=instance.counterparty, by=_other_than(instance.user),
        detail=instance.role,
    )  # fmt: skip


def end(instance: Membership, origin: Any = None, **_signal: Any) -> None:
    """Note access that ended, and sign the person out everywhere.

    A person or counterparty that is being deleted is kept by name.
    """
    gone = origin.model if isinstance(origin, QuerySet) else type(origin)
    person = None if gone is User else instance.user
    journal.note(
        Kind.ACCESS_ENDED, person=person, person_name=journal.name_of(instance.user),
        counterparty=None if gone is Counterparty else instance.counterparty,
        by=_other_than(instance.user), detail=str(instance.counterparty) if gone is Counterparty else "",
    )  # fmt: skip
    if person:
        end_sessions([person])


def _other_than(person: User) -> User | None:
    """Return who does it, if that is somebody else."""
    user = getattr(context.request, "user", None)
    return user if isinstance(user, User) and user != person else None
