"""Steps as rows: who works on one, what came of it, and when it is tried again.

A worker takes a step by a conditional UPDATE and holds it by a lease. What ends a step says whose it was: one
that was taken over meanwhile is not written.
"""

import random
import secrets
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Exists, F, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from reconciliation.distribution import sending_hours
from reconciliation.errors import (
    Bitrix24Busy,
    Bitrix24Error,
    DomainFull,
    PortalError,
    QueueFull,
    TimedOut,
)
from reconciliation.models import Delivery, DeliveryStep, DistributionRun, IssuedAct

State, Way = DeliveryStep.State, DeliveryStep.Way
PAUSES = [timedelta(minutes=minutes) for minutes in (1, 3, 10, 30, 60)]
"""After each failure that may pass; the last one again and again, until the run's day is over."""
DAY = timedelta(hours=24)
SHORT_PAUSE = timedelta(seconds=10)
"""When it was not the other side's fault: our own queue, or a limit that is waited for."""


def claim(run: DistributionRun, way: str, most: int, lease: timedelta) -> list[DeliveryStep]:
    """Take up to so many steps that can be done now; each goes to one worker only."""
    if way == Way.EMAIL and sending_hours.closed_until():
        return []
    now, worker = timezone.now(), secrets.token_hex(8)
    # No join: the index gives the first of very many rows in this order only without one.
    under_way = DistributionRun.objects.filter(pk=run.pk, state=DistributionRun.State.UNDER_WAY)
    waiting = DeliveryStep.objects.filter(
        Exists(under_way), run=run, way=way, state=State.WAITING, is_ready=True, next_try_at__lte=now
    ).order_by("next_try_at", "pk")
    if way in run.held and way != Way.ACT:
        waiting = waiting.filter(is_first=True)
    with transaction.atomic():
        if connection.features.has_select_for_update_skip_locked:
            waiting = waiting.select_for_update(skip_locked=True, of=("self",))
        found = list(waiting.values_list("pk", flat=True)[:most])
        if not found:
            return []
        DeliveryStep.objects.filter(pk__in=found, state=State.WAITING).update(
            state=State.UNDER_WAY, worker=worker, leased_until=now + lease, began_at=now,
            attempts=F("attempts") + 1,
        )  # fmt: skip
    taken = DeliveryStep.objects.filter(pk__in=found, worker=worker)
    return list(taken.select_related("run", "delivery__counterparty", "delivery__act__counterparty"))


def finish(
    step: DeliveryStep, *, reference: str = "", url: str = "", act: IssuedAct | None = None, detail: str = ""
) -> bool:
    """Note that a step is done, and let those go that waited for it; False when it is not ours any more."""
    with transaction.atomic():
        if not _end(step, State.DONE, reference=reference[:255], url=url[:500], problem="", detail=detail):
            return False
        if act:
            Delivery.objects.filter(pk=step.delivery_id).update(act=act)
        _release_others(step, is_done=True)
    return True


def fail(step: DeliveryStep, error: PortalError) -> None:
    """Note what went wrong: it is tried again later if that may help, and is a person's otherwise."""
    told = {"problem": error.kind, "detail": error.detail[:1000]}
    if (again := _next_try(step, error)) is None:
        with transaction.atomic():
            if _end(step, State.FAILED, **told):
                _release_others(step, is_done=False)
        return
    attempts = F("attempts") - 1 if _is_ours(error) else F("attempts")
    _ours(step).update(
        state=State.WAITING, next_try_at=again, worker="", leased_until=None, handed_over_at=None,
        attempts=attempts, failing_since=Coalesce("failing_since", timezone.now()), **told,
    )  # fmt: skip


def put_back(step: DeliveryStep, why: DomainFull | None = None) -> None:
    """Give back a step that was not begun, for now or for later."""
    told = {"problem": why.kind, "detail": why.detail} if why else {}
    again = (why and why.not_before) or timezone.now()
    _ours(step).update(
        state=State.WAITING, next_try_at=again, worker="", leased_until=None,
        attempts=F("attempts") - 1, **told,
    )  # fmt: skip


def forget_turns() -> None:
    """Let letters that wait for a place in a later minute ask again: the limit is another now."""
    late = DeliveryStep.objects.filter(way=Way.EMAIL, state=State.WAITING, problem=DomainFull.__name__)
    late.update(next_try_at=timezone.now(), problem="", detail="")


def leave_uncertain(step: DeliveryStep, detail: str) -> None:
    """Note that nobody knows whether a letter has arrived: a person decides, it is never sent blindly."""
    _end(step, State.UNCERTAIN, problem="", detail=detail[:1000])


def note_hand_over(step: DeliveryStep) -> bool:
    """Note that from now on the letter may have arrived; False when the step is not ours any more."""
    return bool(_ours(step).update(handed_over_at=timezone.now()))


def sweep(run: DistributionRun) -> int:
    """Take up what workers that died have left; return how many steps that were."""
    left = DeliveryStep.objects.filter(run=run, state=State.UNDER_WAY, leased_until__lt=timezone.now())
    sent = left.filter(way=Way.EMAIL, handed_over_at__isnull=False).update(
        state=State.UNCERTAIN, ended_at=timezone.now(), leased_until=None,
        detail="the worker was lost while the mail server took the letter",
    )  # fmt: skip
    return sent + left.exclude(handed_over_at__isnull=False).update(
        state=State.WAITING, worker="", leased_until=None, next_try_at=timezone.now()
    )


def is_first_try(step: DeliveryStep) -> bool:
    """Whether nothing can be there yet of an earlier attempt."""
    return step.attempts <= 1


def _end(step: DeliveryStep, state: str, **fields: object) -> bool:
    ended = {"state": state, "ended_at": timezone.now(), "leased_until": None, "worker": step.worker}
    return bool(_ours(step).update(**ended, **fields))


def _ours(step: DeliveryStep) -> QuerySet[DeliveryStep]:
    return DeliveryStep.objects.filter(pk=step.pk, worker=step.worker, state=State.UNDER_WAY)


def _release_others(step: DeliveryStep, *, is_done: bool) -> None:
    """Let the steps go that need this one. The task waits until its file is there, or cannot be."""
    others = DeliveryStep.objects.filter(delivery=step.delivery_id, state=State.WAITING)
    if step.way == Way.ACT and is_done:
        others.filter(way__in=(Way.DRIVE, Way.EMAIL)).update(is_ready=True)
        if not others.filter(way=Way.DRIVE).exists():
            others.update(is_ready=True)
    elif step.way == Way.DRIVE:
        others.filter(way__in=(Way.TASK, Way.NOTIFICATION)).update(is_ready=True)


def _next_try(step: DeliveryStep, error: PortalError) -> datetime | None:
    """Return when to try again; None when it is of no use, or the run's day is over."""
    if not (error.retryable or isinstance(error, TimedOut)):
        return None
    pause = SHORT_PAUSE if _is_ours(error) else PAUSES[min(step.attempts, len(PAUSES)) - 1]
    scattered = pause * random.uniform(0.75, 1.25)  # noqa: S311  # scatter, not secrecy
    again = timezone.now() + scattered
    if isinstance(error, Bitrix24Error) and error.not_before:
        again = max(again, datetime.fromtimestamp(error.not_before, tz=again.tzinfo))
    return again if again <= _retry_until(step) else None


def _retry_until(step: DeliveryStep) -> datetime:
    """Return until when it is tried again: for the run's day; a letter, which may go late, for its own."""
    until = step.run.retry_until
    if step.way != Way.EMAIL:
        return until
    return max(until, sending_hours.closes_at((step.failing_since or timezone.now()) + DAY))


def _is_ours(error: PortalError) -> bool:
    """Whether only our own place in a queue was missing: that is no attempt."""
    return isinstance(error, QueueFull | Bitrix24Busy)
