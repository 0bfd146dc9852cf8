"""Steps of a month as jobs: claimed, finished, put off, given up; and which way waits for which."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from jobs import rows
from reconciliation.errors import PortalError
from reconciliation.models import Delivery, DeliveryStep, DistributionRun, IssuedAct

State, Way = DeliveryStep.State, DeliveryStep.Way


@dataclass(frozen=True)
class Need:
    """A way that has to be over first; for some it must have come to a good end."""

    way: str
    is_done: bool = False


FILE_IS_OVER = Need(Way.DRIVE)
ACT_IS_THERE = Need(Way.ACT, is_done=True)
NEEDS: dict[str, tuple[Need, ...]] = {
    Way.DRIVE: (ACT_IS_THERE,),
    Way.EMAIL: (ACT_IS_THERE,),
    Way.TASK: (ACT_IS_THERE, FILE_IS_OVER),
    Way.NOTIFICATION: (ACT_IS_THERE, FILE_IS_OVER),
}
"""Which way waits for which. A task waits until its file is there, or cannot be."""
OPEN = (State.WAITING, State.UNDER_WAY, State.QUEUED)
NOT_OVER = (*OPEN, State.CANCELLED)
"""What is cancelled may be resumed."""


def claim(run: int, way: str, most: int, lease: timedelta, *, only_first: bool = False) -> list[DeliveryStep]:
    """Take up to so many steps of a run that can be done now; each goes to one worker only."""
    # No join: the index gives the first of very many rows in this order only without one.
    under_way = DistributionRun.objects.filter(pk=run, state=DistributionRun.State.UNDER_WAY)
    waiting = DeliveryStep.objects.filter(
        Exists(under_way), run=run, way=way, state=State.WAITING, is_ready=True
    )
    if only_first and way != Way.ACT:
        waiting = waiting.filter(is_first=True)
    whole = DeliveryStep.objects.select_related(
        "run", "delivery__counterparty", "delivery__act__counterparty"
    )
    return rows.claim(waiting, most, lease, whole=whole, state=State.UNDER_WAY, began_at=timezone.now())


def finish(
    step: DeliveryStep, *, reference: str = "", url: str = "", act: IssuedAct | None = None, detail: str = ""
) -> bool:
    """Note that a step is done, and let those go that waited for it; False when it is not ours any more."""
    with transaction.atomic():
        outcome = {"reference": reference[:255], "url": url[:500], "problem": "", "detail": detail}
        if not _end(step, State.DONE, **outcome):
            return False
        if act:
            Delivery.objects.filter(pk=step.delivery_id).update(act=act)
        _let_others_go(step)
    return True


def fail(step: DeliveryStep, error: PortalError) -> None:
    """Note what went wrong: it is tried again later if that may help, and is a person's otherwise."""
    if rows.put_off(step, error, until=step.run.retry_until, state=State.WAITING):
        return
    with transaction.atomic():
        if _end(step, State.FAILED, **rows.problem_of(error)):
            _let_others_go(step)


def let_go(waiting: QuerySet[DeliveryStep], ways: Collection[str] = NEEDS) -> int:
    """Let those of these steps go that wait for nothing any more; return how many that were.

    Also of those that are cancelled: they may be resumed, and are then to go at once.
    """
    freed = 0
    for needs in {NEEDS[way] for way in ways}:
        alike = [way for way in ways if NEEDS[way] == needs]
        ready = waiting.filter(way__in=alike, state__in=(State.WAITING, State.CANCELLED), is_ready=False)
        for need in needs:
            ready = ready.exclude(Exists(_not_over(need)))
        freed += ready.update(is_ready=True)
    return freed


def _let_others_go(step: DeliveryStep) -> None:
    """Let the steps of a delivery go that waited for this one, which is over."""
    ways = [way for way, needs in NEEDS.items() if step.way in {need.way for need in needs}]
    if ways:
        let_go(DeliveryStep.objects.filter(delivery=step.delivery_id), ways)


def _not_over(need: Need) -> QuerySet[DeliveryStep]:
    """Return the step of a delivery that still keeps others waiting."""
    found = DeliveryStep.objects.filter(delivery=OuterRef("delivery"), way=need.way)
    return found.exclude(state=State.DONE) if need.is_done else found.filter(state__in=NOT_OVER)


def sweep(run: int) -> int:
    """Take up what workers that died have left; return how many steps that were."""
    left = DeliveryStep.objects.filter(run=run, state=State.UNDER_WAY)
    return rows.sweep(left, state=State.WAITING, next_try_at=timezone.now())


def is_first_try(step: DeliveryStep) -> bool:
    """Whether nothing can be there yet of an earlier attempt."""
    return step.attempts <= 1


def act_of(step: DeliveryStep) -> IssuedAct:
    """Return the act of a step that is ready only with it."""
    if step.delivery.act is None:
        raise AssertionError("a step is ready only with its act")
    return step.delivery.act


def next_waiting(run: int, way: str, *, only_first: bool = False) -> datetime | None:
    """Return when the next step of a way can be begun, the past for at once; None when none can."""
    waiting = DeliveryStep.objects.filter(run=run, way=way, state=State.WAITING, is_ready=True)
    if only_first and way != Way.ACT:
        waiting = waiting.filter(is_first=True)
    return waiting.order_by("next_try_at").values_list("next_try_at", flat=True).first()


def _end(step: DeliveryStep, state: str, **fields: object) -> bool:
    ended = rows.release(step, state=state, ended_at=timezone.now(), **fields)
    step.state = state
    return ended
