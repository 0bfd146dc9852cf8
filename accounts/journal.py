"""Write the journal: who did what, when and from where."""

from collections.abc import Iterable

from allauth.account.adapter import get_adapter
from allauth.core import context
from auditlog.cid import get_cid

from accounts.models import Counterparty, JournalEntry, User

Kind = JournalEntry.Kind
LONGEST_NAME, LONGEST_DETAIL = 300, 500


def note(
    kind: Kind,
    *,
    person: User | None = None,
    person_name: str = "",
    by: User | None = None,
    counterparty: Counterparty | None = None,
    detail: str = "",
) -> None:
    """Write an entry; where it was done from is taken from the request that is being answered, if any."""
    entry(kind, person=person, person_name=person_name, by=by, counterparty=counterparty, detail=detail).save(
        force_insert=True
    )


def entry(
    kind: Kind,
    *,
    person: User | None = None,
    person_name: str = "",
    by: User | None = None,
    counterparty: Counterparty | None = None,
    detail: str = "",
) -> JournalEntry:
    """Return an entry that is not written yet, for many at once."""
    request = context.request
    return JournalEntry(
        kind=kind, person=person, person_name=(person_name or name_of(person))[:LONGEST_NAME],
        by=by, by_name=name_of(by)[:LONGEST_NAME], counterparty=counterparty,
        detail=detail[:LONGEST_DETAIL],
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
