"""Steps of a month as jobs: claimed, finished, put off, given up; and which way waits for which."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists
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
    Way.ACT: (),
    Way.DRIVE: (ACT_IS_THERE,),
    Way.EMAIL: (ACT_IS_THERE,),
    Way.TASK: (ACT_IS_THERE, FILE_IS_OVER),
    Way.NOTIFICATION: (ACT_IS_THERE, FILE_IS_OVER),
}
"""Which way waits for which. A task waits until its file is there, or cannot be."""
OVER = (State.DONE, State.SKIPPED, State.FAILED, State.UNCERTAIN, State.CANCELLED)


def is_ready(way: str, states: dict[str, str]) -> bool:
    """Whether what a way needs is there; `states`: of the delivery's other ways."""
    return all(
        states.get(need.way, State.SKIPPED) in ((State.DONE,) if need.is_done else OVER)
        for need in NEEDS[way]
    )


def claim(run: int, way: str, most: int, lease: timedelta, *, only_first: bool = False) -> list[DeliveryStep]:
    """Take up to so many steps of a run that can be done now; each goes to one worker only."""
    # No join: the index gives the first of very many rows in this order only without one.
    under_way = DistributionRun.objects.filter(pk=run, state=DistributionRun.State.UNDER_WAY)
    waiting = DeliveryStep.objects.filter(
        Exists(under_way), run=run, way=way, state=State.WAITING, is_ready=True
    )
    if only_first and way != Way.ACT:
        waiting = waiting.filter(is_first=True)
    taken = rows.claim(waiting, most, lease, state=State.UNDER_WAY, began_at=timezone.now())
    if not taken:
        return []
    whole = DeliveryStep.objects.select_related(
        "run", "delivery__counterparty", "delivery__act__counterparty"
    )
    return list(whole.filter(pk__in=[step.pk for step in taken], worker=taken[0].worker).order_by("pk"))


def finish(
    step: DeliveryStep, *, reference: str = "", url: str = "", act: IssuedAct | None = None, detail: str = ""
) -> bool:
    """Note that a step is done, and let those go that waited for it; False when it is not ours any more."""
    with transaction.atomic():
        told = {"reference": reference[:255], "url": url[:500], "problem": "", "detail": detail}
        if not _end(step, State.DONE, **told):
            return False
        if act:
            Delivery.objects.filter(pk=step.delivery_id).update(act=act)
        let_go(step)
    return True


def fail(step: DeliveryStep, error: PortalError) -> None:
    """Note what went wrong: it is tried again later if that may help, and is a person's otherwise."""
    if rows.put_off(step, error, until=step.run.retry_until, state=State.WAITING):
        return
    with transaction.atomic():
        if _end(step, State.FAILED, **rows.told(error)):
            let_go(step)


def let_go(step: DeliveryStep) -> None:
    """Let the steps of a delivery go that waited for this one, which is over."""
    if not any(need.way == step.way for needs in NEEDS.values() for need in needs):
        return
    states = dict(DeliveryStep.objects.filter(delivery=step.delivery_id).values_list("way", "state"))
    release(step.delivery_id, (way for way, state in states.items() if state == State.WAITING), states)


def release(delivery: int, ways: Iterable[str], states: dict[str, str]) -> None:
    """Mark those of these waiting steps of a delivery as ready that are."""
    if found := [way for way in ways if is_ready(way, states)]:
        DeliveryStep.objects.filter(delivery=delivery, way__in=found).update(is_ready=True)


def sweep(run: int) -> int:
    """Take up what workers that died have left; return how many steps that were."""
    left = DeliveryStep.objects.filter(run=run, state=State.UNDER_WAY)
    return rows.sweep(left, state=State.WAITING, next_try_at=timezone.now())


def is_first_try(step: DeliveryStep) -> bool:
    """Whether nothing can be there yet of an earlier attempt."""
    return step.attempts <= 1


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
