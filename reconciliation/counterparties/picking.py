"""Find a counterparty in 1C that the portal does not have yet, and check a guid that a person typed."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.core import signing

from accounts.models import Counterparty
from accounts.search_text import search_text, search_words
from jobs.deadline import Deadline
from reconciliation.counterparties.entries import Entry, entry_of
from reconciliation.counterparties.upsert import merge
from reconciliation.errors import PortalError
from reconciliation.ledger.act import Party
from reconciliation.ledger.period import Period
from reconciliation.onec.client import OneCClient

MOST_FOUND = 20
SALT = "reconciliation.counterparties.picking"
GOOD_FOR_SECONDS = 60 * 60
"""Seconds in which what was found may be taken over without asking 1C again."""


@dataclass(frozen=True)
class Found:
    """What 1C has; `is_whole` unless the time was up or too much was found. `problem` stopped the search."""

    entries: list[Entry]
    is_whole: bool
    problem: PortalError | None = None


def search(text: str, *, client: OneCClient, deadline: Deadline, today: date) -> Found:
    """Return 1C's counterparties that hold each word in name, tax number, guid or email."""
    words = search_words(text)
    entries: list[Entry] = []
    try:
        for page in client.pages(on=today, nonzero=False, deadline=deadline):
            found = (entry_of(each) for each in page.counterparties if _has(each, words))
            entries += found
            if len(entries) > MOST_FOUND:
                return Found(entries[:MOST_FOUND], is_whole=False)
    except PortalError as error:
        return Found(entries, is_whole=False, problem=error)
    return Found(entries, is_whole=True)


def _has(listed: Any, words: list[str]) -> bool:
    text = search_text(listed.name, listed.inn, listed.guid, listed.email)
    return all(word in text for word in words)


def offer(entry: Entry, *, on: date) -> str:
    """Return what a page sends back to have the counterparty taken over, signed."""
    said = [entry.guid, entry.values, str(entry.balance), entry.currency, on.isoformat()]
    return signing.dumps(said, salt=SALT, compress=True)


def take_over(token: str) -> tuple[Counterparty, bool]:
    """Return the counterparty of an offer, and whether it is new. Raises BadSignature for an old offer."""
    guid, values, balance, currency, on = signing.loads(token, salt=SALT, max_age=GOOD_FOR_SECONDS)
    known = Counterparty.objects.filter(onec_guid=guid).first()
    if known:
        return known, False
    company = Counterparty(onec_guid=guid)
    entry = Entry(guid, values, Decimal(balance), currency, [])
    merge(company, entry, on=date.fromisoformat(on))
    company.save()
    return company, True


def ask_about(guid: str, *, client: OneCClient, deadline: Deadline, today: date) -> Party:
    """Return who 1C has under the guid. Raises OneCUnknownCounterparty, or any other PortalError."""
    month = Period(today.replace(day=1), today)
    return client.act(guid, month, deadline=deadline, figures_only=True).act.counterparty
