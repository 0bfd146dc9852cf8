"""What 1C lists of a counterparty, in the form in which the portal keeps it."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils.translation import gettext

from accounts.addresses import usable_addresses
from accounts.guids import canonical_guid
from accounts.models import Counterparty
from reconciliation.onec.listing import Listed, Page, Unreadable

LONGEST: dict[str, int] = {
    field.name: field.max_length
    for field in Counterparty._meta.fields  # noqa: SLF001  # Django's own API
    if field.max_length
}


@dataclass(frozen=True, slots=True)
class Entry:
    """A counterparty with its balance.

    `unusable`: words among its emails that are no address; `left_out`: addresses that there is no room for.
    """

    guid: str
    values: dict[str, Any]
    balance: Decimal
    currency: str
    unusable: list[str]
    left_out: list[str] = field(default_factory=list)


def entry_of(listed: Listed) -> Entry:
    """Return the entry, its texts cut to what is kept of them."""
    email, unusable = usable_addresses(listed.email)
    kept = _whole_addresses(email)
    values = {
        "name": _cut("name", listed.name),
        "inn": _cut("inn", listed.inn),
        "kpp": _cut("kpp", listed.kpp),
        "email": kept,
        "bitrix24_company_id": listed.bitrix24_company_id,
    }
    guid = _cut("onec_guid", canonical_guid(listed.guid))
    currency = listed.currency or settings.DEFAULT_CURRENCY
    left_out = [address for address in email[len(kept) :].split(", ") if address]
    return Entry(guid, values, listed.balance, currency, unusable, left_out)


def entries_of(page: Page) -> tuple[list[Entry], list[Unreadable]]:
    """Return a page's entries, and those that cannot be used.

    A counterparty with several different balances, as of several currencies, is among these: which of them an
    act would have, nobody knows. The list is in order of guids: they stand on one page but for its ends.
    """
    entries = [entry_of(each) for each in page.counterparties]
    balances: dict[str, dict[str, None]] = {}
    for entry in entries:
        balances.setdefault(entry.guid, {})[f"{entry.balance} {entry.currency}"] = None
    doubles = {guid: ", ".join(said) for guid, said in balances.items() if len(said) > 1}
    names = {entry.guid: entry.values["name"] for entry in entries}
    words = gettext("stands in the list several times, with different balances: %(balances)s")
    unusable = [Unreadable(guid, names[guid], words % {"balances": said}) for guid, said in doubles.items()]
    return [entry for entry in entries if entry.guid not in doubles], [*page.unreadable, *unusable]


def _cut(field: str, text: str) -> str:
    return text[: LONGEST[field]].strip()


def _whole_addresses(email: str) -> str:
    """Return as many addresses as are kept; none is cut in two."""
    longest = LONGEST["email"]
    return email if len(email) <= longest else email[:longest].rpartition(", ")[0]
