"""What is odd about those who would get an act: against last month, and what is missing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import QuerySet

from jobs.deadline import Deadline
from reconciliation import connections
from reconciliation.errors import PortalError
from reconciliation.models import Delivery, DeliveryStep, PreviewLine
from reconciliation.months import crm_companies, runs
from reconciliation.months.recipients import Plan

Odd, Way = PreviewLine.Odd, DeliveryStep.Way
MANY_TIMES = 3
COMPANIES_AT_ONCE = 50
"""Companies that one request of Bitrix24 asks about."""
SECONDS = 30.0


@dataclass(frozen=True)
class Judged:
    """A plan, the balance of last month if there was one, and what is odd."""

    plan: Plan
    before: Decimal | None
    odd: list[str]


class Judge:
    """Judges the plans of a month; `knows_managers` turns False when Bitrix24 does not answer."""

    def __init__(self, month: date) -> None:
        self.last = runs.find(runs.month_before(month))
        self.knows_managers = True

    def judge(self, plans: Sequence[Plan]) -> list[Judged]:
        """Return what is odd about each of these."""
        before = self._before([plan.counterparty.onec_guid for plan in plans])
        orphans = self._without_manager(plans)
        return [_judged(plan, before, plan in orphans, is_first=self.last is None) for plan in plans]

    def gone(self, met: QuerySet[PreviewLine]) -> QuerySet[Delivery]:
        """Return last month's deliveries to those that this month's list does not name."""
        if self.last is None:
            return Delivery.objects.none()
        known = self.last.deliveries.select_related("counterparty").order_by("counterparty__name", "pk")
        return known.exclude(counterparty__onec_guid__in=met.values("guid"))

    def _before(self, guids: Sequence[str]) -> dict[str, tuple[Decimal, str]]:
        """Return last month's balance and currency by guid."""
        if self.last is None:
            return {}
        rows = self.last.deliveries.filter(counterparty__onec_guid__in=guids)
        found = rows.values_list("counterparty__onec_guid", "balance", "currency")
        return {guid: (balance, currency) for guid, balance, currency in found}

    def _without_manager(self, plans: Iterable[Plan]) -> list[Plan]:
        """Return those whose task or notification nobody would get but the fallback."""
        wanted = [plan for plan in plans if {Way.TASK, Way.NOTIFICATION} & set(plan.ways)]
        found: list[Plan] = []
        for first in range(0, len(wanted), COMPANIES_AT_ONCE):
            if not self.knows_managers:
                break
            try:
                found += _orphans(wanted[first : first + COMPANIES_AT_ONCE])
            except PortalError:
                self.knows_managers = False
        return found


def _judged(plan: Plan, before: dict[str, tuple[Decimal, str]], is_orphan: bool, *, is_first: bool) -> Judged:
    balance, currency = before.get(plan.counterparty.onec_guid, (None, ""))
    odd = []
    if balance is None and not is_first:
        odd.append(Odd.NEW)
    elif balance and currency == plan.currency and abs(plan.balance) >= MANY_TIMES * abs(balance):
        odd.append(Odd.TRIPLE)
    if plan.left_out.get(Way.EMAIL) == DeliveryStep.Reason.NO_EMAIL:
        odd.append(Odd.NO_EMAIL)
    if is_orphan:
        odd.append(Odd.NO_MANAGER)
    return Judged(plan, balance, [str(code) for code in odd])


def _orphans(plans: Sequence[Plan]) -> list[Plan]:
    bitrix24, deadline = connections.bitrix24(), Deadline(SECONDS)
    companies = [plan.counterparty for plan in plans]
    firms = crm_companies.companies_of(bitrix24, map(crm_companies.client_of, companies), deadline)
    managers = [
        crm_companies.manager_of(each, firms.get(crm_companies.client_of(each))) for each in companies
    ]
    people = crm_companies.people_of(bitrix24, managers, deadline)
    at_work = {number for number, each in (people or {}).items() if each.is_active}
    return [
        plan for plan, manager in zip(plans, managers, strict=True)
        if not manager or (people is not None and manager not in at_work)
    ]  # fmt: skip
