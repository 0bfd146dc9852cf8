"""A turn of work on a month: threads for each way take steps until none is left or the time is up.

1C, drawing and the ways out overlap: each thread takes what is ready for it. Any number of turns may be at
work on a run at once, in any number of processes.
"""

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TypeVar

from django.conf import settings
from django.db import connection
from django.utils import timezone

from accounts.models import OrganizationSettings
from jobs.deadline import Deadline
from jobs.errors import as_portal_error
from letters import sending
from reconciliation import connections
from reconciliation.models import DeliveryStep, DistributionRun
from reconciliation.months import canary, progress, recipients, runs, steps
from reconciliation.months.ways import act_way, bitrix24_ways, letter_way

BITRIX24_THREADS = 4
MAIL_THREADS = 2
LOOK_EVERY_SECONDS = 0.2
"""Between two looks for something to do."""
GATHER_SECONDS = 0.5
"""Between two groups of letters, in which more become ready: a larger group costs less."""
TELL_EVERY, SIGN_EVERY = 5, 50
"""Looks between two words about progress, and between two signs of life."""
EMPTY_LOOKS = 2
"""After so many at which nothing was to be done and nobody was at work the turn is over."""
Way = DeliveryStep.Way
T = TypeVar("T")
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Lane:
    """So many threads that take a group of steps of the first of these ways that has any."""

    ways: tuple[str, ...]
    threads: int
    most_of: Callable[[str], int]
    lease: timedelta
    gathers: bool = False
    """Whether it waits for more between two groups."""


def lanes() -> list[Lane]:
    """Return who does what in a turn; a lease is longer than its work may take."""
    onec = timedelta(seconds=settings.ONEC_TIMEOUT + 60)
    letters = timedelta(seconds=letter_way.SECONDS)
    bitrix = timedelta(seconds=bitrix24_ways.SECONDS + 70)
    return [
        Lane((Way.ACT,), settings.ONEC_CONCURRENCY, lambda _way: 1, onec),
        Lane((Way.DRIVE, Way.TASK, Way.NOTIFICATION), BITRIX24_THREADS, bitrix24_ways.most_of, bitrix),
        Lane((Way.EMAIL,), 1, lambda _way: letter_way.LETTERS_AT_ONCE, letters, gathers=True),
    ]


def turn(run: DistributionRun, *, until: Deadline, listener: Callable[[], None] = lambda: None) -> None:
    """Work on the run until nothing of it can be done now, or the time is up; close it if that was all.

    `listener` is called about once a second.
    """
    _Turn(run, until).work(listener)
    run.refresh_from_db()
    if runs.close_if_done(run) or run.state != runs.State.UNDER_WAY:
        progress.forget(run)


class _Turn:
    """What the threads of a turn share is their run's key, and what is guarded by the lock."""

    def __init__(self, run: DistributionRun, until: Deadline) -> None:
        self.run, self.until, self.rules = run.pk, until, connections.letter_rules()
        self.stopping = threading.Event()
        self._lock = threading.Lock()
        self._held = frozenset(run.held)
        self._at_work = 0
        self._has_worked = False
        """Whether anything was done since the last look."""

    def work(self, listener: Callable[[], None]) -> None:
        threads = [self._thread(self._read_list)]
        send = partial(sending.send, rules=self.rules)
        threads += self._threads(MAIL_THREADS, partial(sending.claim, self.rules), send)
        for lane in lanes():
            threads += self._threads(lane.threads, partial(self._claim, lane), partial(self._deliver, lane))
        self._sign()
        for thread in threads:
            thread.start()
        try:
            self._watch(threads, listener)
        finally:
            self.stopping.set()
            for thread in threads:
                thread.join()

    def _threads(
        self, number: int, claim: Callable[[], list[T]], work: Callable[[list[T]], None]
    ) -> list[threading.Thread]:
        """Return threads that do the same; one of them at a time looks for something to do."""
        looking = threading.Lock()
        return [self._thread(partial(self._work_in, claim, work, looking)) for _ in range(number)]

    def _thread(self, work: Callable[[], None]) -> threading.Thread:
        return threading.Thread(target=self._guarded, args=(work,))

    def _watch(self, threads: Sequence[threading.Thread], listener: Callable[[], None]) -> None:
        looks, empty, counting = 0, 0, progress.Counting(self._run())
        while empty < EMPTY_LOOKS and any(thread.is_alive() for thread in threads):
            self.stopping.wait(LOOK_EVERY_SECONDS)
            looks += 1
            with self._lock:
                empty = 0 if self._at_work or self._has_worked else empty + 1
                self._has_worked = False
            if looks % SIGN_EVERY == 0:
                self._sign()
            if looks % TELL_EVERY == 0:
                self._judge()  # another process may have let a way go
                counting.tick()
                listener()

    def _run(self) -> DistributionRun:
        """Return the run as it is now, for one thread alone."""
        return DistributionRun.objects.get(pk=self.run)

    def _sign(self) -> None:
        """Say that somebody is at work on the run, and take up what the dead have left."""
        DistributionRun.objects.filter(pk=self.run).update(worked_at=timezone.now())
        steps.sweep(self.run)
        sending.sweep()

    def _guarded(self, work: Callable[[], None]) -> None:
        try:
            with OrganizationSettings.loaded_once():
                work()
        except Exception:  # one thread must not take the others' work with it; what it held is swept up
            log.exception("a thread of the month's run ended")
        finally:
            connection.close()

    def _read_list(self) -> None:
        self._worked(lambda: recipients.read_list(self._run(), client=connections.onec()))

    def _work_in(
        self, claim: Callable[[], list[T]], work: Callable[[list[T]], None], looking: threading.Lock
    ) -> None:
        while self._goes_on():
            with looking:
                while not (group := claim()) and self._goes_on():
                    self.stopping.wait(LOOK_EVERY_SECONDS)
            if group:
                self._worked(partial(work, group))

    def _deliver(self, lane: Lane, group: Sequence[DeliveryStep]) -> None:
        deliver(group[0].way, group)
        if lane.gathers:
            self.stopping.wait(GATHER_SECONDS)

    def _goes_on(self) -> bool:
        return not self.stopping.is_set() and bool(self.until.remaining)

    def _worked(self, work: Callable[[], object]) -> None:
        """Do something, seen by whoever looks whether anybody is at work."""
        with self._lock:
            self._at_work += 1
            self._has_worked = True
        try:
            work()
        finally:
            with self._lock:
                self._at_work -= 1
        self._judge()

    def _claim(self, lane: Lane) -> list[DeliveryStep]:
        held = self._held
        # The first steps of a way that is held go before the others' of one that is not.
        for way in sorted(lane.ways, key=lambda way: way not in held):
            if group := steps.claim(self.run, way, lane.most_of(way), lane.lease, only_first=way in held):
                return group
        return []

    def _judge(self) -> None:
        """See whether the first deliveries went well, as long as others wait for them."""
        if self._held:
            with self._lock:
                self._held = frozenset(canary.judge(self._run()))


def deliver(way: str, group: Sequence[DeliveryStep]) -> None:
    """Do claimed steps of one way; what goes wrong is noted on them."""
    try:
        if way == Way.ACT:
            for step in group:
                act_way.deliver(step)
        elif way == Way.EMAIL:
            letter_way.deliver(group)
        else:
            bitrix24_ways.deliver(way, group)
    except Exception as error:  # a fault of ours in one delivery stops nobody else's
        log.exception("a step of the month's run failed")
        for step in group:
            steps.fail(step, as_portal_error(error))
