"""The month's run as a row: started once, paused, gone on with, cancelled, tried again, closed."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Count, Q
from django.utils import timezone

from accounts.guids import canonical_guid
from accounts.models import OrganizationSettings, User
from letters import outbox
from letters.models import Batch, Letter
from reconciliation import connections
from reconciliation.ledger.period import Period
from reconciliation.models import DeliveryStep, DistributionRun
from reconciliation.months import steps

State = DistributionRun.State
StepState, Way = DeliveryStep.State, DeliveryStep.Way
DAY = timedelta(hours=24)
SILENT = timedelta(seconds=90)
"""After which nobody is taken to be at work on a run."""
FROM_THE_START: dict[str, Any] = {"listed_at": None, "cursor": "", "unreadable": []}
"""1C's list is read again."""
ANEW: dict[str, Any] = {
    "state": DeliveryStep.State.WAITING, "ended_at": None, "failing_since": None, "worker": "",
    "leased_until": None,
}  # fmt: skip
"""A step is done again; its attempts still count: what an earlier one left outside is looked for."""
Counts = dict[str, dict[str, int]]
"""Numbers of steps by way and state."""


def organization() -> str:
    """Return what tells our organizations apart: the tax number, else the name."""
    return (settings.ORGANIZATION_INN or settings.ORGANIZATION_NAME)[:64]


def period_of(month: date) -> Period:
    """Return the first and last day of the month of this first day."""
    following = (month + timedelta(days=31)).replace(day=1)
    return Period(month, following - timedelta(days=1))


def month_before(day: date) -> date:
    """Return the first day of the month before the day's."""
    return (day.replace(day=1) - timedelta(days=1)).replace(day=1)


def is_over(month: date) -> bool:
    """Whether the month of this first day has ended."""
    return month < timezone.localdate().replace(day=1)


def find(month: date) -> DistributionRun | None:
    """Return the month's run, if it has been started."""
    return DistributionRun.objects.filter(organization=organization(), month=month).first()


def start(month: date, *, by: User | None = None, only: Sequence[str] = ()) -> DistributionRun:
    """Return the month's run, started unless it is there; a second start changes nothing.

    A run that was limited to some goes on with those named now, or with everybody.
    """
    guids = sorted({canonical_guid(guid) for guid in only})
    ours = OrganizationSettings.load()
    first = 0 if guids else ours.canary
    canary = {"canary": first, "held": Way.values if first else []}
    run = find(month)
    if run is None:
        until = timezone.now() + DAY
        try:
            with transaction.atomic():
                return DistributionRun.objects.create(
                    organization=organization(), month=month, only=guids, started_by=by, retry_until=until,
                    worked_at=timezone.now() - SILENT, digest=ours.one_task_a_manager,
                    batch=Batch.objects.create(), **canary,
                )  # fmt: skip
        except IntegrityError:  # somebody was faster by a moment
            return start(month, by=by, only=only)
    more = not guids or bool(set(guids) - set(run.only))
    if run.only and more and run.state in (State.UNDER_WAY, State.CLOSED):
        wanted = sorted({*run.only, *guids}) if guids else []
        _change(run, run.state, State.UNDER_WAY, only=wanted, **canary, **FROM_THE_START)
    return run


def pause(run: DistributionRun) -> bool:
    """Let nothing new begin; what is under way comes to its end. False when there is nothing to pause."""
    return _change(run, State.UNDER_WAY, State.PAUSED)


def pause_itself(run: DistributionRun, why: str) -> bool:
    """Pause the run for a reason of its own, of which accounting is told."""
    return _change(run, State.UNDER_WAY, State.PAUSED, paused_why=why, told_at=None)


def resume(run: DistributionRun) -> bool:
    """Go on with a paused run, or with one that was cancelled; its day begins anew.

    One that paused itself goes on with everybody: a person has seen why.
    """
    with transaction.atomic():
        seen = {"held": [], "canary": 0, "paused_why": ""} if run.paused_why else {}
        if _change(run, State.PAUSED, State.UNDER_WAY, **seen):
            return True
        if not _change(run, State.CANCELLED, State.UNDER_WAY):
            return False
        given_up = run.steps.filter(state=StepState.CANCELLED)
        given_up.update(next_try_at=timezone.now(), **ANEW)
        steps.let_go(run.steps.all())
    return True


def cancel(run: DistributionRun) -> bool:
    """Give up what has not begun; what was delivered stays delivered."""
    with transaction.atomic():
        changed = _change(run, State.UNDER_WAY, State.CANCELLED) or _change(
            run, State.PAUSED, State.CANCELLED
        )
        if changed:
            given_up = {"state": StepState.CANCELLED, "ended_at": timezone.now()}
            run.steps.filter(state=StepState.WAITING).update(**given_up)
            letters = Letter.objects.filter(batch=run.batch_id)
            if outbox.cancel(letters):
                left = letters.filter(state=Letter.State.CANCELLED)
                run.steps.filter(state=StepState.QUEUED, letters__letter__in=left).update(**given_up)
    return changed


def retry_failed(run: DistributionRun, *, only: Sequence[str] = ()) -> int:
    """Try again what failed, of all or of these guids; return how many steps. Uncertain letters stay.

    1C's list is read again if it had entries that could not be read. A run that paused itself tries its first
    deliveries again before the others. Of a cancelled run nothing is tried again: it is resumed first.
    """
    with transaction.atomic():
        chosen = run.steps.exclude(run__state=State.CANCELLED)
        if only:
            guids = [canonical_guid(guid) for guid in only]
            chosen = chosen.filter(delivery__counterparty__onec_guid__in=guids)
        number = chosen.filter(state=StepState.FAILED).update(next_try_at=timezone.now(), **ANEW)
        number += steps.let_go(chosen)
        if number or run.problem or run.unreadable or run.paused_why:
            again = {"problem": "", "paused_why": "", "attempts": 0, "next_try_at": timezone.now()}
            again |= FROM_THE_START if run.unreadable else {}
            paused = [State.PAUSED] if run.paused_why else []
            for state in (State.CLOSED, State.UNDER_WAY, *paused):
                _change(run, state, State.UNDER_WAY, **again)
    return number


def reopen(run: DistributionRun) -> bool:
    """Go on with a closed run: a person has found something to do in it."""
    return _change(run, State.CLOSED, State.UNDER_WAY)


def close_if_done(run: DistributionRun) -> bool:
    """Close the run when nothing of it is left to do; True for the one caller that closed it."""
    left = Q(state__in=(StepState.UNDER_WAY, StepState.QUEUED)) | Q(state=StepState.WAITING, is_ready=True)
    if run.steps.filter(left).exists() or steps.let_go(run.steps.all()):
        return False
    closed = DistributionRun.objects.filter(pk=run.pk, state=State.UNDER_WAY, listed_at__isnull=False)
    return bool(closed.update(state=State.CLOSED, closed_at=timezone.now(), told_at=None))


def due() -> list[DistributionRun]:
    """Return the runs under way that nobody has said for a while to be at work on, and that can go on."""
    silent = timezone.now() - SILENT
    runs = DistributionRun.objects.filter(state=State.UNDER_WAY, worked_at__lt=silent)
    return [run for run in runs if not _only_waits(run)]


def _only_waits(run: DistributionRun) -> bool:
    """Whether nothing is to be done before a later time: over a week-end letters may wait for days."""
    at_work = run.steps.filter(state=StepState.UNDER_WAY)
    if run.listed_at is None or at_work.exists():
        return False
    at = next_at(run)
    return at is not None and at > timezone.now()


TO_TELL = Q(told_at=None) & (Q(state=State.CLOSED) | (Q(state=State.PAUSED) & ~Q(paused_why="")))
"""Runs that have closed, or paused themselves, and of which accounting has not been told."""


def untold() -> list[DistributionRun]:
    """Return the runs of which accounting has not been told: whoever was to do it was lost."""
    before = timezone.now() - SILENT
    silent = Q(closed_at=None, worked_at__lt=before) | Q(closed_at__lt=before)
    return list(DistributionRun.objects.filter(TO_TELL, silent))


def next_at(run: DistributionRun) -> datetime | None:
    """Return when the next step can be begun, the past for at once; None when none waits for a time alone."""
    run.refresh_from_db()
    if run.state != State.UNDER_WAY:
        return None
    # One by one: the index has each way's steps in this order.
    times = [steps.next_waiting(run.pk, way, only_first=way in run.held) for way in Way.values]
    return min((at for at in (*times, _next_letter_at(run)) if at), default=None)


def _next_letter_at(run: DistributionRun) -> datetime | None:
    waiting = Letter.objects.filter(batch=run.batch_id, state=Letter.State.WAITING)
    at = waiting.order_by("next_try_at").values_list("next_try_at", flat=True).first()
    hours = connections.letter_rules().hours
    return hours.opens_at(max(at, timezone.now())) if at and hours else at


def letters_open_at(run: DistributionRun) -> datetime | None:
    """Return until when letters of the run wait for working hours; None when they may go or none is left."""
    until = connections.letter_rules().closed_until() if run.state == State.UNDER_WAY else None
    left = run.steps.filter(way=Way.EMAIL, state__in=(StepState.WAITING, StepState.QUEUED))
    return until if until and left.exists() else None


def counts(run: DistributionRun) -> Counts:
    """Return how many steps of each way are in each state."""
    found = {}
    for way in Way.values:  # one by one: of very many steps all together take a second
        rows = run.steps.filter(way=way).order_by().values_list("state").annotate(number=Count("pk"))
        found[way] = dict(rows)
    return {way: states for way, states in found.items() if states}


def exclusions(run: DistributionRun) -> dict[str, int]:
    """Return how many counterparties get nothing, by reason."""
    rows = run.deliveries.exclude(excluded="").order_by().values_list("excluded").annotate(number=Count("pk"))
    return dict(rows)


def _change(run: DistributionRun, before: str, after: str, **fields: object) -> bool:
    """Change the state if it is still the one it was."""
    if after == State.UNDER_WAY:
        now = timezone.now()
        fields |= {"retry_until": now + DAY, "closed_at": None, "worked_at": now - SILENT}
    with transaction.atomic():
        changed = DistributionRun.objects.filter(pk=run.pk, state=before).update(state=after, **fields)
        if changed:
            is_held = after in (State.PAUSED, State.CANCELLED)
            Batch.objects.filter(pk=run.batch_id or 0).update(is_held=is_held)
    run.refresh_from_db()
    return bool(changed)
