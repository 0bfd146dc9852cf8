"""How far a month is: steps by way and state, money by state, speed, and when it will be over."""

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Self

from django.db.models import Q
from django.utils import timezone

from accounts.models import OrganizationSettings
from letters.errors import DomainFull
from letters.models import Letter
from reconciliation import connections
from reconciliation.models import DeliveryStep, DistributionRun
from reconciliation.months import runs, steps

State = DeliveryStep.State
RECENT, APART = timedelta(minutes=5), timedelta(seconds=15)
"""How far back a count says how fast the run is; one is kept for that so often."""
LEAST = timedelta(seconds=10)
OFTEN, SELDOM = timedelta(seconds=2), timedelta(seconds=15)
"""How old a count may become while workers are at it, and when a page counts itself: nobody is."""
SHARE = 20
"""Counting takes one part in so many of a worker's time."""
SETTLED = (State.DONE, State.FAILED, State.UNCERTAIN)
TROUBLE = (State.FAILED, State.UNCERTAIN)
KINDS = ("settled", "open", "trouble")
Money = dict[str, tuple[int, Decimal]]
"""By currency: how many deliveries, and the sum of their balances without their sign."""
Marks = list[tuple[str, dict[str, int]]]
"""Earlier counts: when (ISO), and how many steps of each way had come to an end."""


@dataclass(frozen=True)
class WayProgress:
    """One way: numbers of steps by state, and how many a minute were settled lately."""

    way: str
    states: dict[str, int]
    per_minute: float

    @property
    def total(self) -> int:
        return sum(self.states.values())

    @property
    def left(self) -> int:
        return sum(self.states.get(state, 0) for state in steps.OPEN)

    @property
    def settled(self) -> int:
        return sum(self.states.get(state, 0) for state in SETTLED)


@dataclass(frozen=True)
class Progress:
    """What a run's page shows; `ends_at` is None while nobody can tell."""

    ways: list[WayProgress]
    money: dict[str, Money]
    """By `KINDS`: of deliveries that are settled, are under way, and need a person."""
    excluded: dict[str, int]
    ends_at: datetime | None
    marks: Marks

    @property
    def share(self) -> float:
        """Which part of all steps has come to an end."""
        whole = sum(way.total for way in self.ways)
        return 1 - sum(way.left for way in self.ways) / whole if whole else 0.0

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Self:
        """Return what was kept on the run; nothing yet if nothing was."""
        money = {
            kind: {currency: (number, Decimal(amount)) for currency, (number, amount) in sums.items()}
            for kind, sums in kept.get("money", {kind: {} for kind in KINDS}).items()
        }
        ends_at = kept.get("ends_at")
        return cls(
            [WayProgress(**way) for way in kept.get("ways", ())],
            money,
            kept.get("excluded", {}),
            datetime.fromisoformat(ends_at) if ends_at else None,
            [(at, settled) for at, settled in kept.get("marks", ())],
        )


class Counting:
    """A worker's part in counting a run that it is at: as often as it is worth, whoever else counts, too."""

    def __init__(self, run: DistributionRun) -> None:
        self._run, self._again = run, 0.0

    def tick(self) -> None:
        """Count if it is time."""
        began = time.monotonic()
        if began >= self._again and count(self._run, OFTEN):
            took = time.monotonic() - began
            self._again = began + max(OFTEN.total_seconds(), SHARE * took)


def look(run: DistributionRun) -> Progress:
    """Return how far the run is. Those who work on it count; without them this does, now and then."""
    if count(run, SELDOM):
        run.refresh_from_db(fields=["progress"])
    return Progress.from_json(run.progress)


def forget(run: DistributionRun) -> None:
    """Have the next page count: somebody has changed the run."""
    DistributionRun.objects.filter(pk=run.pk).update(counted_at=None)


def waits() -> dict[str, datetime]:
    """Return Bitrix24's methods that have used their time, and until when they wait."""
    waiting = connections.bitrix24().waiting()
    return {method: datetime.fromtimestamp(until, UTC) for method, (_used, until) in waiting.items() if until}


def waiting_for_place(run: DistributionRun) -> int:
    """Return how many letters wait because only so many a minute go to a domain."""
    if not OrganizationSettings.load().letters_per_minute:
        return 0
    waiting = Letter.objects.filter(batch=run.batch_id, state=Letter.State.WAITING)
    return waiting.filter(problem=DomainFull.__name__).count()


def count(run: DistributionRun, age: timedelta) -> bool:
    """Count the run and keep it there, unless it was counted by anybody so lately; return whether it was."""
    now = timezone.now()
    old = Q(counted_at=None) | Q(counted_at__lt=now - age)
    if not DistributionRun.objects.filter(old, pk=run.pk).update(counted_at=now):
        return False
    DistributionRun.objects.filter(pk=run.pk).update(progress=asdict(_counted(run)))
    return True


def _counted(run: DistributionRun) -> Progress:
    run.refresh_from_db(fields=["progress", "state"])
    now, earlier = timezone.now(), Progress.from_json(run.progress).marks
    ways = [WayProgress(way, states, 0.0) for way, states in runs.counts(run).items()]
    marks = [mark for mark in earlier if now - datetime.fromisoformat(mark[0]) < RECENT]
    if not marks and now - run.started_at < RECENT:
        marks = [(run.started_at.isoformat(), {})]
    ways = [replace(way, per_minute=_speed(way, marks, now)) for way in ways]
    if not marks or now - datetime.fromisoformat(marks[-1][0]) >= APART:
        marks.append((now.isoformat(), {way.way: way.settled for way in ways}))
    return Progress(ways, _money(run), runs.exclusions(run), _end(run, ways, now), marks)


def _speed(way: WayProgress, marks: Marks, now: datetime) -> float:
    """Return how many of a way's steps a minute have come to an end since the oldest mark."""
    if not marks:
        return 0.0
    since, settled = marks[0]
    minutes = max(now - datetime.fromisoformat(since), LEAST) / timedelta(minutes=1)
    return max(0, way.settled - settled.get(way.way, 0)) / minutes


def _end(run: DistributionRun, ways: list[WayProgress], now: datetime) -> datetime | None:
    """Return when the slowest way will be over at the speed that it has had lately."""
    left = [each for each in ways if each.left]
    if run.state != DistributionRun.State.UNDER_WAY or not left or not all(each.per_minute for each in left):
        return None
    if runs.letters_open_at(run):
        return None
    return now + timedelta(minutes=max(each.left / each.per_minute for each in left))


def _money(run: DistributionRun) -> dict[str, Money]:
    # No join, and the sums here: before PostgreSQL has counted a new run's rows it joins them one by one.
    trouble, under_way = _deliveries_in(run, TROUBLE), _deliveries_in(run, steps.OPEN)
    found: dict[str, Money] = {kind: {} for kind in KINDS}
    rows = run.deliveries.filter(excluded="").order_by().values_list("pk", "currency", "balance")
    for pk, currency, balance in rows.iterator():
        money = found["trouble" if pk in trouble else "open" if pk in under_way else "settled"]
        number, amount = money.get(currency, (0, Decimal(0)))
        money[currency] = number + 1, amount + abs(balance)
    return found


def _deliveries_in(run: DistributionRun, states: Sequence[str]) -> set[int]:
    found: set[int] = set()
    for way in DeliveryStep.Way.values:  # one by one: of very many steps all together take a second
        found.update(
            run.steps.filter(way=way, state__in=states)
            .order_by()
            .values_list("delivery", flat=True)
            .iterator()  # without a list of them all beside the set
        )
    return found
