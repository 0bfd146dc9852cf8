"""Who would get what in a month, before anything is sent."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from accounts.guids import canonical_guid
from accounts.models import Counterparty
from reconciliation.counterparties.upsert import merge
from reconciliation.months.recipients import Defaults, Plan, plan_of, wanted_of
from reconciliation.months.runs import period_of
from reconciliation.onec.client import OneCClient
from reconciliation.onec.listing import Unreadable


@dataclass(frozen=True)
class Planned:
    """A page of 1C's list: what each would get, which entries cannot be read, and where the list goes on."""

    plans: list[Plan]
    unreadable: list[Unreadable]
    next: str


def pages(month: date, *, only: Collection[str], client: OneCClient, after: str = "") -> Iterator[Planned]:
    """Yield what 1C's list comes to, page by page; no counterparty is written. Raises any PortalError."""
    last, defaults, today = period_of(month).end, Defaults.load(), timezone.localdate()
    wanted = {canonical_guid(guid) for guid in only}
    for page in client.pages(on=last, nonzero=True, after=after):
        listed, unreadable = wanted_of(page, wanted)
        entries = {entry.guid: entry for entry in listed}
        known = Counterparty.objects.in_bulk(list(entries), field_name="onec_guid")
        for entry in entries.values():
            if entry.guid not in known:
                known[entry.guid] = Counterparty(onec_guid=entry.guid)
                merge(known[entry.guid], entry, on=last)
        plans = [plan_of(known[guid], entry, defaults, today) for guid, entry in entries.items()]
        yield Planned(plans, unreadable, page.next)


def plans(month: date, *, only: Collection[str], client: OneCClient) -> Iterator[Plan]:
    """Yield what each counterparty of 1C's list would get; nothing is written. Raises any PortalError."""
    for page in pages(month, only=only, client=client):
        yield from page.plans
