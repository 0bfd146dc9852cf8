"""One thing that happened, whose it is, and where such things are read from."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from ipaddress import ip_address
from typing import Any

from django.db.models import Model, Q, QuerySet, TextChoices
from django.utils.translation import gettext_lazy as _

from accounts.models import Counterparty, User


class Kind(TextChoices):
    """What a person may want to see alone."""

    ACT = "act", _("acts")
    LETTER = "letter", _("letters")
    DOWNLOAD = "download", _("downloads")
    BITRIX24 = "bitrix24", _("Bitrix24")
    PERSON = "person", _("people")
    CHANGE = "change", _("changes")


@dataclass(frozen=True)
class Event:
    """One thing that happened: in words, with who did it, and the row that it can be looked at by."""

    at: datetime
    kind: str
    words: str
    detail: str = ""
    who: str = ""
    target: Model | None = None
    is_trouble: bool = False
    address: str = ""
    """Where the request came from."""
    reference: str = ""
    """Of the request, as a page of an error shows it."""
    company: str = ""


@dataclass(frozen=True)
class Scope:
    """Whose events: a counterparty's, those that certain people are in, or everybody's."""

    company: Counterparty | None = None
    people: tuple[int, ...] | None = None
    """Keys; None for everybody's."""
    ip: str = ""
    reference: str = ""

    @classmethod
    def found_by(cls, text: str) -> "Scope":
        """Return what a text that is looked for means: a person, an address, or the reference of a page."""
        text = text.strip()
        if not text:
            return cls()
        named = Q()
        for word in text.split():
            named &= Q(email__icontains=word) | Q(first_name__icontains=word) | Q(last_name__icontains=word)
        people = User.objects.filter(named).values_list("pk", flat=True)[:1000]
        return cls(None, tuple(people), text if _is_ip(text) else "", text.lower())

    def of(
        self, rows: QuerySet[Any], *, company: str = "", people: tuple[str, ...] = (), ip: str = "",
        reference: str = "",
    ) -> QuerySet[Any]:  # fmt: skip
        """Return the rows of this scope; the names are those of the fields that say whose a row is."""
        if self.company:
            rows = rows.filter(**{company: self.company}) if company else rows.none()
        if self.people is None:
            return rows
        found = Q(pk__in=[])
        for name in people:
            found |= Q(**{f"{name}__in": self.people})
        if ip and self.ip:
            found |= Q(**{ip: self.ip})
        if reference and self.reference:
            found |= Q(**{reference: self.reference})
        return rows.filter(found)


@dataclass(frozen=True)
class Source:
    """A table that tells of one kind of event, read by its moment."""

    kind: str
    field: str
    rows: Callable[[Scope], QuerySet[Any]]
    event: Callable[[Any], Event]


def period(begin: date, end: date) -> str:
    """Return a period as it stands within a sentence."""
    return f"{begin:%d.%m.%Y}–{end:%d.%m.%Y}"


def _is_ip(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
