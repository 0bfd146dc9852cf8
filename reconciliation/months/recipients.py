"""Who gets the month's act, and by which ways: 1C's list of balances, less what people have switched off."""

import logging
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.guids import canonical_guid
from accounts.models import Counterparty, OrganizationSettings
from jobs import rows
from jobs.errors import as_portal_error
from letters import dead_addresses
from reconciliation.counterparties.entries import Entry, entries_of
from reconciliation.counterparties.upsert import merge
from reconciliation.errors import PortalError
from reconciliation.models import Bitrix24Installation, Delivery, DeliveryStep, DistributionRun
from reconciliation.months import canary, runs
from reconciliation.onec.client import OneCClient
from reconciliation.onec.listing import Page, Unreadable

Way, Reason = DeliveryStep.Way, DeliveryStep.Reason
Excluded = Delivery.Reason
LEASE = timedelta(seconds=180)
"""For a page of 1C's list; longer than 1C and the database may take for it."""
log = logging.getLogger(__name__)
AT_ONCE = 10
"""Counterparties that are written in one transaction, which is to be short."""


@dataclass(frozen=True)
class Defaults:
    """What holds for counterparties that have chosen nothing of their own."""

    ways: dict[str, bool]
    has_bitrix24: bool
    has_drive: bool
    dead: dead_addresses.Dead = frozenset()

    @classmethod
    def load(cls) -> "Defaults":
        ours = OrganizationSettings.load()
        ways: dict[str, bool] = {
            Way.DRIVE: ours.to_drive, Way.TASK: ours.to_task, Way.EMAIL: ours.to_email,
            Way.NOTIFICATION: ours.to_notify,
        }  # fmt: skip
        installed = bool(settings.BITRIX24_WEBHOOK_URL) or Bitrix24Installation.objects.exists()
        return cls(
            ways, installed, installed and bool(settings.BITRIX24_ACTS_FOLDER_ID), dead_addresses.all_dead()
        )


@dataclass(frozen=True)
class Plan:
    """What one counterparty gets; `left_out` are ways that it would get but for the reason."""

    counterparty: Counterparty
    balance: Decimal
    currency: str
    excluded: str = ""
    detail: str = ""
    ways: list[str] = field(default_factory=list)
    left_out: dict[str, str] = field(default_factory=dict)


def plan_of(counterparty: Counterparty, entry: Entry, defaults: Defaults, today: date) -> Plan:
    """Return what a counterparty of 1C's list gets, and why not the rest."""
    known = (counterparty, entry.balance, entry.currency)
    if counterparty.is_paused(today):
        return Plan(*known, excluded=Excluded.PAUSED, detail=counterparty.pause_reason)
    own: dict[str, bool | None] = {
        Way.DRIVE: counterparty.to_drive,
        Way.TASK: counterparty.to_task,
        Way.EMAIL: counterparty.to_email,
    }
    ways, left_out = [], {}
    for way, default in defaults.ways.items():
        wanted = own.get(way)
        if reason := _reason(way, default if wanted is None else wanted, counterparty, defaults):
            left_out[way] = reason
        else:
            ways.append(way)
    if all(reason == Reason.OFF for reason in left_out.values()) and not ways:
        return Plan(*known, excluded=Excluded.ALL_OFF)
    return Plan(*known, ways=ways, left_out=left_out)


def _reason(way: str, wanted: bool, counterparty: Counterparty, defaults: Defaults) -> str:
    """Return why a way is left out; empty when it is not."""
    if not wanted:
        return Reason.OFF
    if way == Way.EMAIL:
        if not counterparty.email:
            return Reason.NO_EMAIL
        return "" if dead_addresses.working(counterparty.addresses, defaults.dead) else Reason.DEAD
    there = defaults.has_drive if way == Way.DRIVE else defaults.has_bitrix24
    return "" if there else Reason.NO_BITRIX24


def read_list(run: DistributionRun, *, client: OneCClient) -> bool:
    """Read 1C's list into deliveries, from where it stopped; False when another worker reads it.

    What stops it is kept on the run, and it goes on later if that may help; the run is closed otherwise.
    """
    if not _claim(run):
        return False
    defaults, last_day = Defaults.load(), runs.period_of(run.month).end
    try:
        pages = client.pages(on=last_day, nonzero=True, after=run.cursor)
        return all(_take_page(run, page, defaults, last_day) for page in pages)
    except Exception as error:  # a fault of ours, too, is kept on the run
        if not isinstance(error, PortalError):
            log.exception("1C's list could not be read")
        _put_off(run, as_portal_error(error))
    except BaseException:  # Ctrl-C, too: whoever comes next need not wait for the lease to end
        rows.release(run)
        raise
    return True


def _take_page(run: DistributionRun, page: Page, defaults: Defaults, last_day: date) -> bool:
    """Write a page part by part, and with the last one how far the list is; False when it is another's."""
    wanted, unreadable = wanted_of(page, run.only)
    *parts, last = [wanted[at : at + AT_ONCE] for at in range(0, len(wanted), AT_ONCE)] or [[]]
    if not all(_write(run, part, defaults, last_day) for part in parts):
        return False
    run.unreadable += map(asdict, unreadable)
    run.attempts = 0
    fields = {"cursor": page.next, "attempts": 0, "problem": "", "unreadable": run.unreadable}
    if not page.next:
        fields |= {"listed_at": timezone.now(), "worker": "", "leased_until": None, "cursor": ""}
    return _write(run, last, defaults, last_day, **fields)


def wanted_of(page: Page, only: Collection[str]) -> tuple[list[Entry], list[Unreadable]]:
    """Return a page's entries, and those that cannot be used: of all, or of these guids alone."""
    entries, unusable = entries_of(page)
    if not only:
        return entries, unusable
    unusable = [each for each in unusable if canonical_guid(each.guid) in only]
    return [entry for entry in entries if entry.guid in only], unusable


def known_counterparties(entries: Iterable[Entry], on: date) -> dict[str, Counterparty]:
    """Return the counterparties of these entries by guid; one that the portal lacks is brought in first."""
    entries = list(entries)
    guids = [entry.guid for entry in entries]
    found = Counterparty.objects.in_bulk(guids, field_name="onec_guid")
    if new := [entry for entry in entries if entry.guid not in found]:
        companies = [Counterparty(onec_guid=entry.guid) for entry in new]
        for company, entry in zip(companies, new, strict=True):
            merge(company, entry, on=on)
        # An update from 1C may bring the same ones in at this moment.
        Counterparty.objects.bulk_create(companies, ignore_conflicts=True)
        found |= Counterparty.objects.in_bulk([entry.guid for entry in new], field_name="onec_guid")
    return found


def _write(
    run: DistributionRun, entries: list[Entry], defaults: Defaults, on: date, **fields: object
) -> bool:
    """Write a part of a page, in a transaction of its own; False when another worker reads the list now.

    What need not be in it comes before it: a busy worker's threads may let it wait at each question.
    """
    new = _new_plans(run, entries, defaults, on)
    with transaction.atomic():
        _take(run, new)
        # Last, so that those who count the run or sign it do not wait for the rows.
        is_ours = rows.extend(run, LEASE, **fields)
        transaction.set_rollback(not is_ours)
    return is_ours


def _new_plans(run: DistributionRun, entries: list[Entry], defaults: Defaults, on: date) -> list[Plan]:
    """Return what those of a page are to get that have no delivery yet; unknown ones are brought in."""
    companies = known_counterparties(entries, on)
    today = timezone.localdate()
    plans = {entry.guid: plan_of(companies[entry.guid], entry, defaults, today) for entry in entries}
    there = set(
        run.deliveries.filter(counterparty__onec_guid__in=plans).values_list(
            "counterparty__onec_guid", flat=True
        )
    )
    return [plan for guid, plan in plans.items() if guid not in there]


def _take(run: DistributionRun, new: list[Plan]) -> None:
    """Write the deliveries of these plans, and their steps."""
    deliveries = Delivery.objects.bulk_create(
        Delivery(
            run=run, counterparty=plan.counterparty, balance=plan.balance, currency=plan.currency,
            excluded=plan.excluded, detail=plan.detail[:300],
        )
        for plan in new
    )  # fmt: skip
    getting = [delivery for plan, delivery in zip(new, deliveries, strict=True) if plan.ways]
    first = {delivery.pk for delivery in getting[: canary.mark(run, len(getting))]}
    DeliveryStep.objects.bulk_create(
        step
        for plan, delivery in zip(new, deliveries, strict=True)
        for step in _steps(plan, delivery, is_first=delivery.pk in first)
    )


def _steps(plan: Plan, delivery: Delivery, *, is_first: bool) -> Iterable[DeliveryStep]:
    common = {"run": delivery.run, "delivery": delivery, "is_first": is_first}
    if plan.excluded:
        return
    if plan.ways:
        yield DeliveryStep(**common, way=Way.ACT, is_ready=True)
    for way in plan.ways:
        yield DeliveryStep(**common, way=way)
    for way, reason in plan.left_out.items():
        yield DeliveryStep(
            **common, way=way, state=DeliveryStep.State.SKIPPED, reason=reason, ended_at=timezone.now()
        )


def _claim(run: DistributionRun) -> bool:
    waiting = DistributionRun.objects.filter(
        state=runs.State.UNDER_WAY, listed_at=None, next_try_at__lte=timezone.now()
    )
    return rows.claim_row(run, waiting, LEASE, attempts=F("attempts") + 1)


def _put_off(run: DistributionRun, error: PortalError) -> None:
    if not rows.put_off(run, error, until=run.retry_until):
        ended = {"state": runs.State.CLOSED, "closed_at": timezone.now(), "told_at": None}
        rows.release(run, **rows.problem_of(error), **ended)
    run.refresh_from_db()
