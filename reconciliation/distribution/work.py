"""A turn of work on a month: threads for each way take steps until none is left or the time is up.

1C, drawing and the ways out overlap: each thread takes what is ready for it. Any number of turns may be at
work on a run at once, in any number of processes.
"""

import logging
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import connection
from django.utils import timezone

from reconciliation import connections
from reconciliation.distribution import canary, progress, recipients, runs, steps
from reconciliation.distribution.channels import act, bitrix24, email
from reconciliation.errors import PortalError
from reconciliation.http import Deadline
from reconciliation.models import DeliveryStep, DistributionRun

BITRIX24_THREADS = 4
MAIL_THREADS = 2
LOOK_EVERY = 0.2
SIGN_EVERY = 10
FOR_GOOD = sys.maxsize
Way = DeliveryStep.Way
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Lane:
    """So many threads that take a group of steps of the first of these ways that has any."""

    ways: tuple[str, ...]
    threads: int
    most_of: Callable[[str], int]
    lease: timedelta


def lanes() -> list[Lane]:
    """Return who does what in a turn; a lease is longer than its work may take."""
    onec = timedelta(seconds=settings.ONEC_TIMEOUT + 60)
    bitrix = timedelta(seconds=bitrix24.SECONDS + 70)
    mail = timedelta(seconds=email.seconds() + email.MOST_REPLIES * settings.EMAIL_TIMEOUT)
    return [
        Lane((Way.ACT,), settings.ONEC_CONCURRENCY, lambda _way: 1, onec),
        Lane((Way.DRIVE, Way.TASK, Way.NOTIFICATION), BITRIX24_THREADS, bitrix24.most_of, bitrix),
        Lane((Way.EMAIL,), MAIL_THREADS, lambda _way: email.MOST, mail),
    ]


def turn(run: DistributionRun, *, until: Deadline, told: Callable[[], None] = lambda: None) -> None:
    """Work on the run until nothing of it can be done now, or the time is up; close it if that was all.

    `told` is called about once a second.
    """
    _Turn(run, until).work(told)
    if runs.close_if_done(run) or run.state != runs.State.UNDER_WAY:
        progress.forget(run)


class _Turn:
    def __init__(self, run: DistributionRun, until: Deadline) -> None:
        self.run, self.until = run, until
        self.stopping = threading.Event()
        self._lock, self._judging = threading.Lock(), threading.Lock()
        self._threads: list[threading.Thread] = []
        self._done = 0
        """How often something was done that may have made other steps ready."""
        self._idle: dict[threading.Thread, int] = {}
        """Threads that found nothing to do, and what had been done by then."""

    def work(self, told: Callable[[], None]) -> None:
        self._threads = [threading.Thread(target=self._guarded, args=(self._read_list,))]
        for lane in lanes():
            here = (self._work_in, lane)
            self._threads += [threading.Thread(target=self._guarded, args=here) for _ in range(lane.threads)]
        self._sign()
        for thread in self._threads:
            thread.start()
        try:
            self._watch(told)
        finally:
            self.stopping.set()
            for thread in self._threads:
                thread.join()

    def _watch(self, told: Callable[[], None]) -> None:
        seconds, counting = 0, progress.Counting(self.run)
        while any(thread.is_alive() for thread in self._threads):
            self._wait_a_second()
            seconds += 1
            if seconds % SIGN_EVERY == 0:
                self._sign()
            self._judge()  # another process may have let a way go
            counting.tick()
            told()

    def _sign(self) -> None:
        """Say that somebody is at work on the run, and take up what the dead have left."""
        DistributionRun.objects.filter(pk=self.run.pk).update(worked_at=timezone.now())
        steps.sweep(self.run)

    def _wait_a_second(self) -> None:
        if not self.stopping.wait(1.0):
            return
        until = Deadline(1.0)
        for thread in self._threads:
            thread.join(until.remaining)

    def _guarded(self, work: Callable[..., None], *arguments: object) -> None:
        try:
            work(*arguments)
        except Exception:  # one thread must not take the others' work with it; what it held is swept up
            log.exception("a thread of the month's run ended")
        finally:
            self._rest(self._done, for_good=True)
            connection.close()

    def _read_list(self) -> None:
        recipients.read_list(self.run, client=connections.onec())
        self._judge()
        self._note_done()

    def _work_in(self, lane: Lane) -> None:
        while not self.stopping.is_set() and self.until.remaining:
            with self._lock:
                done = self._done
                self._idle.pop(threading.current_thread(), None)
            if group := self._claim(lane):
                deliver(group[0].way, group)
                self._judge()
                self._note_done()
            else:
                self._rest(done)
                self.stopping.wait(LOOK_EVERY)

    def _claim(self, lane: Lane) -> list[DeliveryStep]:
        # The first steps of a way that is held go before the others' of one that is not.
        for way in sorted(lane.ways, key=lambda way: way not in self.run.held):
            if group := steps.claim(self.run, way, lane.most_of(way), lane.lease):
                return group
        return []

    def _judge(self) -> None:
        """See whether the first deliveries went well, as long as others wait for them."""
        if self.run.held:
            with self._judging:
                canary.judge(self.run)

    def _note_done(self) -> None:
        with self._lock:
            self._done += 1

    def _rest(self, done: int, *, for_good: bool = False) -> None:
        """Note that a thread found nothing; stop when none has since the last thing was done."""
        with self._lock:
            self._idle[threading.current_thread()] = FOR_GOOD if for_good else done
            seen = self._idle.values()
            if len(seen) == len(self._threads) and all(each >= self._done for each in seen):
                self.stopping.set()


def deliver(way: str, group: Sequence[DeliveryStep]) -> None:
    """Do claimed steps of one way; what goes wrong is noted on them."""
    try:
        if way == Way.ACT:
            for step in group:
                act.deliver(step)
        elif way == Way.EMAIL:
            email.deliver(group)
        else:
            bitrix24.deliver(way, group)
    except Exception as error:  # a fault of ours in one delivery stops nobody else's
        log.exception("a step of the month's run failed")
        for step in group:
            steps.fail(step, PortalError(type(error).__name__))
