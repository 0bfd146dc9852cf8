"""Who would get what in a month, before anything is sent."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal

from django.utils import timezone

from accounts.guids import canonical_guid
from accounts.models import Counterparty
from reconciliation.directory.entries import entry_of
from reconciliation.directory.upsert import merge
from reconciliation.distribution.recipients import Defaults, Plan, plan_of
from reconciliation.onec.client import OneCClient


def plans(month: date, *, only: Sequence[str], client: OneCClient) -> Iterator[Plan]:
    """Yield what each counterparty of 1C's list would get; nothing is written. Raises any PortalError."""
    last = (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    defaults, today = Defaults.load(), timezone.localdate()
    wanted = {canonical_guid(guid) for guid in only}
    for page in client.pages(on=last, nonzero=True):
        entries = [entry_of(each) for each in page.counterparties]
        known = Counterparty.objects.in_bulk([entry.guid for entry in entries], field_name="onec_guid")
        for entry in entries:
            if not wanted or entry.guid in wanted:
                company = known.get(entry.guid)
                if company is None:
                    company = Counterparty(onec_guid=entry.guid)
                    merge(company, entry, on=last)
                yield plan_of(company, entry, defaults, today)


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
