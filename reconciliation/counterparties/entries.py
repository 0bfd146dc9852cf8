"""What 1C lists of a counterparty, in the form in which the portal keeps it."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.conf import settings

from accounts.addresses import usable_addresses
from accounts.guids import canonical_guid
from accounts.models import Counterparty
from reconciliation.onec.listing import Listed

LONGEST: dict[str, int] = {
    field.name: field.max_length
    for field in Counterparty._meta.fields  # noqa: SLF001  # Django's own API
    if field.max_length
}


@dataclass(frozen=True, slots=True)
class Entry:
    """A counterparty with its balance; `unusable` are words among its emails that are no address."""

    guid: str
    values: dict[str, Any]
    balance: Decimal
    currency: str
    unusable: list[str]


def entry_of(listed: Listed) -> Entry:
    """Return the entry, its texts cut to what is kept of them."""
    email, unusable = usable_addresses(listed.email)
    values = {
        "name": _cut("name", listed.name),
        "inn": _cut("inn", listed.inn),
        "kpp": _cut("kpp", listed.kpp),
        "email": _whole_addresses(email),
        "bitrix24_company_id": listed.bitrix24_company_id,
    }
    guid = _cut("onec_guid", canonical_guid(listed.guid))
    return Entry(guid, values, listed.balance, listed.currency or settings.DEFAULT_CURRENCY, unusable)


def _cut(field: str, text: str) -> str:
    return text[: LONGEST[field]].strip()


def _whole_addresses(email: str) -> str:
    """Return as many addresses as are kept; none is cut in two."""
    longest = LONGEST["email"]
    return email if len(email) <= longest else email[:longest].rpartition(", ")[0]
