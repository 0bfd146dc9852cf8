"""Write the journal: who did what, when and from where."""

from collections.abc import Iterable
from typing import TypedDict, Unpack

from allauth.account.adapter import get_adapter
from allauth.core import context
from auditlog.cid import get_cid

from accounts.models import Counterparty, JournalEntry, User

Kind = JournalEntry.Kind
LONGEST_NAME, LONGEST_DETAIL = 300, 500


class About(TypedDict, total=False):
    """What an entry tells besides its kind."""

    person: User | None
    person_name: str
    """Where there is no login yet, or none any more."""
    by: User | None
    counterparty: Counterparty | None
    detail: str


def note(kind: Kind, **about: Unpack[About]) -> None:
    """Write an entry; where it was done from is taken from the request that is being answered, if any."""
    entry(kind, **about).save(force_insert=True)


def entry(kind: Kind, **about: Unpack[About]) -> JournalEntry:
    """Return an entry that is not written yet, for many at once."""
    request, person, by = context.request, about.get("person"), about.get("by")
    return JournalEntry(
        kind=kind, person=person, by=by, counterparty=(company := about.get("counterparty")),
        counterparty_name=str(company or "")[:500],
        person_name=(about.get("person_name") or name_of(person))[:LONGEST_NAME],
        by_name=name_of(by)[:LONGEST_NAME],
        detail=about.get("detail", "")[:LONGEST_DETAIL],
        address=get_adapter(request).get_client_ip(request) if request else None,
        reference=(get_cid() or "")[:20],
    )  # fmt: skip


def write_all(entries: Iterable[JournalEntry]) -> None:
    """Write many entries at once."""
    JournalEntry.objects.bulk_create(entries, batch_size=500)


def name_of(person: User | None) -> str:
    """Return a person's name with the login, by which one is told from another of the same name."""
    if person is None:
        return ""
    name = person.get_full_name()
    return f"{name} ({person.email})" if name else person.email
