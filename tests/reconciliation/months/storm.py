"""A month in a storm: workers are killed at random moments while everything around them fails.

Used by the test in small, and by `make chaos` in full.
"""

import hashlib
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from django.db import connection
from django.db.models import Sum
from django.utils import timezone

from letters.models import Letter
from reconciliation import tasks
from reconciliation.models import DeliveryLetter, DeliveryStep, DistributionRun
from reconciliation.onec.client import OneCClient
from sandbox.bitrix24.server import Bitrix24Sandbox
from sandbox.mail import MailSandbox
from sandbox.onec import OneCSandbox

ROOT = Path(__file__).parents[3]
MONTH, LAST_DAY = "2026-03", date(2026, 3, 31)
FAULTS = (
    "jobs.claimed:1 jobs.release:2 letters.before:2 letters.handed_over:1 letters.taken:2 letters.note:2"
    " months.act:3 months.queue:5 months.letter_ended:5"
)
"""Faults of the portal's own, by place, in so many of a hundred cases."""
MAIL_FAULTS = ("cut_after", "busy", "cut_before", "refuse")
LETTER = re.compile(r"<month-([a-z2-7]{24})@")
PAST = timedelta(seconds=1)
CALM_ROUNDS = 3
LONGEST_START = 60.0
Process = subprocess.Popen[bytes]


@dataclass
class Storm:
    """Rounds of work that end with the death of everybody who was at work."""

    env: Mapping[str, str]
    """Of a portal that does not fail by itself."""
    only: list[str]
    books: OneCSandbox
    bitrix24: Bitrix24Sandbox
    mail: MailSandbox
    restart_redis: Callable[[], None]
    commands: int = 2
    celery: int = 0
    """Celery workers beside the commands, with two processes each."""
    longest: float = 1.0
    """Seconds of work in a round, at most."""
    chance: random.Random = field(default_factory=lambda: random.Random(7))
    kills: int = 0
    gave_up: int = 0
    """Commands that had ended by themselves when they were to be killed: their database was lost."""
    places: int = len(FAULTS.split())
    cuts: int = 0
    """Connections to the database that were ended."""
    restarts: int = 0
    orphans: int = 0
    """Steps and letters that were under way when their worker was killed."""
    rounds: int = 0

    def rage(self) -> None:
        """Start workers, let them work for a moment, and kill them."""
        self._break_things()
        before = attempts()
        workers = [self.command(faults=FAULTS) for _ in range(self.commands)]
        workers += [self._celery() for _ in range(self.celery)]
        self._call_celery()
        until = time.monotonic() + LONGEST_START
        while attempts() == before and time.monotonic() < until and not is_closed():
            time.sleep(0.05)
        if self.rounds % 3 == 1:
            self.restart_redis()
            self.restarts += 1
        for worker in self.chance.sample(workers, len(workers)):
            self._work_amid_cuts(self.chance.uniform(0.0, self.longest / len(workers)))
            killed = kill(worker)
            self.kills += killed
            self.gave_up += not killed
        time.sleep(0.3)  # what was on its way to the stand-ins arrives
        self.orphans += end_leases()
        make_due()
        self.rounds += 1

    def calm(self) -> None:
        """Let everything work again, and one command bring the month to its end; then what failed."""
        self.books.clear()
        self.bitrix24.faults.clear()
        self.mail.set_fault("busy", 0)
        self._finish(self.command())
        for _ in range(CALM_ROUNDS):
            if DeliveryStep.objects.filter(state="failed").exists():
                self._finish(self.command("--retry-failed"))

    def command(self, *instead: str, faults: str = "") -> Process:
        """Start `manage.py distribute` for the month."""
        how = instead or ("--yes", "--only", *self.only)
        return self._start("manage.py", "distribute", MONTH, *how, faults=faults)

    def _work_amid_cuts(self, seconds: float) -> None:
        """Let them work for so long, and end one of the database's connections now and then."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            time.sleep(min(left, self.chance.uniform(0.05, 0.3)))
            self.cuts += cut_connection()

    def _finish(self, worker: Process) -> None:
        until = time.monotonic() + 300
        while worker.poll() is None and time.monotonic() < until:
            time.sleep(1.0)
            make_due()
        kill(worker)

    def _break_things(self) -> None:
        self.books.set_fault("*", "busy", every=10)
        self.bitrix24.set_fault("batch", "cut_after", 3)
        self.bitrix24.set_fault("disk.folder.uploadfile", "cut_after", 2)
        self.mail.set_fault(MAIL_FAULTS[self.rounds % len(MAIL_FAULTS)], 3)

    def _celery(self) -> Process:
        arguments = ("-m", "celery", "-A", "portal", "worker", "-c", "2", "-l", "ERROR")
        return self._start(*arguments, faults=FAULTS)

    def _call_celery(self) -> None:
        """Do as beat does each minute."""
        if self.celery:
            DistributionRun.objects.update(worked_at=timezone.now() - timedelta(minutes=5))
            tasks.continue_months()

    def _start(self, *arguments: str, faults: str = "") -> Process:
        silent, env = subprocess.DEVNULL, {**self.env, "FAULT_POINTS": faults}
        return subprocess.Popen(
            [sys.executable, *arguments], cwd=ROOT, env=env, stdout=silent, stderr=silent,
            start_new_session=True,
        )  # fmt: skip


@dataclass(frozen=True)
class Outcome:
    """What has arrived on the other sides, and what the portal says of it."""

    wanted: set[str]
    """Counterparties with a balance, by guid."""
    files: Counter[str]
    """By content."""
    tasks: Counter[str]
    """By the counterparty's guid."""
    letters: Counter[str]
    """By the counterparty's guid."""
    states: Counter[tuple[str, str]]
    told: set[str]
    """Whose letter the portal calls sent."""
    uncertain: set[str]
    no_address: set[str]
    is_closed: bool

    @classmethod
    def look(
        cls, client: OneCClient, only: list[str], bitrix24: Bitrix24Sandbox, mail: MailSandbox
    ) -> "Outcome":
        pages = client.pages(on=LAST_DAY, nonzero=True)
        company, steps = bitrix24.company, DeliveryStep.objects.exclude(way="notify")
        letters = steps.filter(way="email").select_related("delivery__counterparty")
        by_state = {
            state: {step.delivery.counterparty.onec_guid for step in letters if step.state == state}
            for state in ("done", "uncertain", "skipped")
        }
        guid_of = {
            one.letter.mark: one.step.delivery.counterparty.onec_guid
            for one in DeliveryLetter.objects.select_related("letter", "step__delivery__counterparty")
        }
        return cls(
            wanted={each.guid for page in pages for each in page.counterparties} & set(only),
            files=Counter(hashlib.sha256(file.content or b"").hexdigest() for file in company.files),
            tasks=Counter(task.fields["DESCRIPTION"].rpartition("_")[2] for task in company.tasks.values()),
            letters=Counter(guid_of[mark] for mark in marks_of(mail)),
            states=Counter(steps.values_list("way", "state")),
            told=by_state["done"], uncertain=by_state["uncertain"], no_address=by_state["skipped"],
            is_closed=is_closed(),
        )  # fmt: skip

    def wrong(self) -> Iterator[str]:
        """Yield what must not be: somebody forgotten, something there twice, a letter nobody knows of."""
        if not self.is_closed:
            yield "the run is not closed"
        for name, found in (("file", self.files), ("task", self.tasks), ("letter", self.letters)):
            yield from (f"{name} {what}: {number} times" for what, number in found.items() if number > 1)
        if len(self.files) != len(self.wanted):
            yield f"{len(self.files)} files for {len(self.wanted)} counterparties"
        if self.tasks.keys() != self.wanted:
            yield f"tasks of {self.tasks.keys() ^ self.wanted}"
        if self.told | self.uncertain | self.no_address != self.wanted:
            yield f"nobody knows of the letters to {self.wanted - self.told - self.uncertain}"
        if lost := self.told - self.letters.keys():
            yield f"called sent, and never arrived: {lost}"
        if unknown := self.letters.keys() - self.told - self.uncertain:
            yield f"arrived, and nobody knows: {unknown}"


def attempts() -> int:
    """Return how often a step or a letter has been begun."""
    both = (model.objects.aggregate(number=Sum("attempts")) for model in (DeliveryStep, Letter))
    return sum(each["number"] or 0 for each in both)


def is_closed() -> bool:
    return DistributionRun.objects.filter(state="closed").exists()


def make_due() -> None:
    """What was put off is due."""
    past = timezone.now() - PAST
    DeliveryStep.objects.filter(state="waiting").update(next_try_at=past)
    Letter.objects.filter(state="waiting").update(next_try_at=past)
    DistributionRun.objects.update(next_try_at=past)


def end_leases() -> int:
    """Everybody who was at work is dead, and the time of their leases is over; return how many steps."""
    past = timezone.now() - PAST
    DistributionRun.objects.filter(leased_until__isnull=False).update(leased_until=past)
    held = (model.objects.filter(state="under_way") for model in (DeliveryStep, Letter))
    return sum(each.update(leased_until=past) for each in held)


def cut_connection() -> int:
    """End one of the other connections to the database, if it has such; return how many."""
    if connection.vendor != "postgresql":
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid() ORDER BY random() LIMIT 1"
        )
        return len(cursor.fetchall())


def kill(worker: Process) -> int:
    """Kill a worker and its children; return 1 if it was alive."""
    if worker.poll() is not None:
        return 0
    os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()
    return 1


def marks_of(mail: MailSandbox) -> Iterator[str]:
    """Yield the marks of the month's letters from their ids."""
    for letter in mail.letters:
        if found := LETTER.search(str(letter.message["Message-ID"])):
            yield found[1]
