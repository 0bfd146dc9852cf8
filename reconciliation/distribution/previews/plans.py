"""Who would get what in a month, before anything is sent."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils import timezone

from accounts.guids import canonical_guid
from accounts.models import Counterparty
from reconciliation.directory.entries import entry_of
from reconciliation.directory.upsert import merge
from reconciliation.distribution.recipients import Defaults, Plan, plan_of
from reconciliation.distribution.runs import period_of
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
        entries = {
            entry.guid: entry
            for entry in map(entry_of, page.counterparties)
            if not wanted or entry.guid in wanted
        }
        known = Counterparty.objects.in_bulk(list(entries), field_name="onec_guid")
        for entry in entries.values():
            if entry.guid not in known:
                known[entry.guid] = Counterparty(onec_guid=entry.guid)
                merge(known[entry.guid], entry, on=last)
        plans = [plan_of(known[guid], entry, defaults, today) for guid, entry in entries.items()]
        unreadable = [each for each in page.unreadable if not wanted or canonical_guid(each.guid) in wanted]
        yield Planned(plans, unreadable, page.next)


def plans(month: date, *, only: Collection[str], client: OneCClient) -> Iterator[Plan]:
    """Yield what each counterparty of 1C's list would get; nothing is written. Raises any PortalError."""
    for page in pages(month, only=only, client=client):
        yield from page.plans


def lines(plans: Iterable[Plan], month: date) -> Iterator[str]:
    """Yield the totals: how many counterparties and how much money, what goes by which way, and what not."""
    number, excluded = 0, []
    sums: Counter[str] = Counter()
    owed: dict[tuple[str, bool], Decimal] = defaultdict(Decimal)
    for plan in plans:
        number += 1
        owed[plan.currency, plan.balance >= 0] += abs(plan.balance)
        sums.update([plan.excluded or "gets an act"])
        sums.update(f"by {way}" for way in plan.ways)
        sums.update(f"not by {way}: {reason}" for way, reason in plan.left_out.items() if reason != "off")
        if plan.excluded:
            excluded.append(f"  nothing for {plan.counterparty}: {plan.excluded} {plan.detail}".rstrip())
    yield f"{month:%Y-%m}: {number} counterparties with a balance."
    for (currency, ours), amount in sorted(owed.items()):
        yield f"  {'owed to us' if ours else 'owed by us'}: {amount} {currency}"
    for what, times in sums.most_common():
        yield f"  {what}: {times}"
    yield from excluded
