"""How far a month is: steps by way and state, money by state, speed, and when it will be over."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from django.core.cache import cache
from django.db.models import Count, QuerySet, Sum
from django.db.models.functions import Abs
from django.utils import timezone

from reconciliation import connections
from reconciliation.distribution import runs
from reconciliation.models import Delivery, DeliveryStep, DistributionRun

State, Way = DeliveryStep.State, DeliveryStep.Way
RECENT = timedelta(minutes=5)
"""What has been done in it says how fast the run is."""
LEAST = timedelta(seconds=10)
KEPT_SECONDS = 3
"""Everybody who watches a run sees the same count: of very many steps it takes a moment."""
OPEN = (State.WAITING, State.UNDER_WAY)
TROUBLE = (State.FAILED, State.UNCERTAIN)
Money = dict[str, tuple[int, Decimal]]
"""By currency: how many deliveries, and the sum of their balances without their sign."""


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
        return sum(self.states.get(state, 0) for state in OPEN)


@dataclass(frozen=True)
class Progress:
    """What a run's page shows; `ends_at` is None while nobody can tell."""

    ways: list[WayProgress]
    money: dict[str, Money]
    """Of deliveries that need a person, are under way, and are settled: `trouble`, `open`, `settled`."""
    excluded: dict[str, int]
    ends_at: datetime | None
    waits: dict[str, datetime]
    """Bitrix24's methods that have used their time, and until when."""


def look(run: DistributionRun) -> Progress:
    """Return how far the run is, counted at most once in three seconds for everybody."""
    key = f"month-progress:{run.pk}:{run.state}"
    found: Progress | None = cache.get(key)
    if found is None:
        found = _counted(run)
        cache.set(key, found, KEPT_SECONDS)
    return found


def _counted(run: DistributionRun) -> Progress:
    now = timezone.now()
    since = max(now - RECENT, run.started_at)
    minutes = max(now - since, LEAST) / timedelta(minutes=1)
    settled = run.steps.filter(ended_at__gte=since, attempts__gt=0).order_by()
    lately = dict(settled.values_list("way").annotate(number=Count("pk")))
    ways = [
        WayProgress(way, states, lately.get(way, 0) / minutes) for way, states in runs.counts(run).items()
    ]
    return Progress(ways, _money(run), runs.exclusions(run), _end(run, ways, now), _waits())


def _end(run: DistributionRun, ways: list[WayProgress], now: datetime) -> datetime | None:
    """Return when the slowest way will be over at the speed that it has had lately."""
    left = [each for each in ways if each.left]
    if run.state != DistributionRun.State.UNDER_WAY or not left or not all(each.per_minute for each in left):
        return None
    return now + timedelta(minutes=max(each.left / each.per_minute for each in left))


def _money(run: DistributionRun) -> dict[str, Money]:
    deliveries = run.deliveries.filter(excluded="")
    trouble = deliveries.filter(pk__in=run.steps.filter(state__in=TROUBLE).values("delivery"))
    under_way = deliveries.filter(pk__in=run.steps.filter(state__in=OPEN).values("delivery")).exclude(
        pk__in=trouble.values("pk")
    )
    found = {"trouble": _sums(trouble), "open": _sums(under_way)}
    whole = _sums(deliveries)
    for money in found.values():
        for currency, (number, amount) in money.items():
            whole[currency] = whole[currency][0] - number, whole[currency][1] - amount
    return found | {"settled": whole}


def _sums(deliveries: QuerySet[Delivery]) -> Money:
    rows = (
        deliveries.order_by().values_list("currency").annotate(number=Count("pk"), amount=Sum(Abs("balance")))
    )
    return {currency: (number, amount) for currency, number, amount in rows}


def _waits() -> dict[str, datetime]:
    waiting = connections.bitrix24().waiting()
    return {method: datetime.fromtimestamp(until, UTC) for method, (_used, until) in waiting.items() if until}
