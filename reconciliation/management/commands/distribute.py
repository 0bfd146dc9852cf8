"""`manage.py distribute YYYY-MM`: the month's acts to everybody; returns when the run is closed."""

import sys
import time
from argparse import ArgumentParser
from collections.abc import Callable
from datetime import date
from typing import Any

from django.core.management.base import CommandError
from django.db import InterfaceError, OperationalError
from django.utils import timezone

from jobs.deadline import Deadline
from letters import sending
from reconciliation import connections
from reconciliation.errors import CanaryFailed
from reconciliation.errors.kept import error_of
from reconciliation.management.portal_command import PortalCommand
from reconciliation.models import DeliveryStep, DistributionRun, MonthPreview
from reconciliation.months import runs, summary, work
from reconciliation.months.previews import building, plans, totals, words
from reconciliation.months.previews import preparing as previews
from reconciliation.months.progress import Progress

TURN_SECONDS = 600.0
"""Long, since at a turn's end all threads wait for the slowest."""
POLL_SECONDS, LONGEST_POLL_SECONDS = 1.0, 10.0
BAR_CHARACTERS = 20
State = DeliveryStep.State
GOOD = (State.DONE, State.SKIPPED)


class Command(PortalCommand):
    help = "Send the month's acts to every counterparty with a balance; a run that was begun is gone on with."
    kept = "Nothing was sent."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("month", help="like 2024-03")
        parser.add_argument("--dry-run", action="store_true", help="only say who would get what")
        parser.add_argument(
            "--only", nargs="+", metavar="GUID", default=[], help="these counterparties alone"
        )
        parser.add_argument("--yes", action="store_true", help="do not ask")
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--pause", action="store_const", dest="act", const=_pause, help="begin nothing new")
        what.add_argument("--resume", action="store_const", dest="act", const=_resume, help="go on")
        what.add_argument(
            "--cancel", action="store_const", dest="act", const=_cancel, help="give up what has not begun"
        )
        what.add_argument(
            "--retry-failed", action="store_true", help="try again what failed, with --only of these"
        )

    def run(self, options: dict[str, Any]) -> None:
        month = _month(options["month"])
        if options["act"]:
            self.stdout.write(options["act"](_known(month)))
            return
        if options["retry_failed"]:
            run = _known(month)
            self.stderr.write(f"{runs.retry_failed(run, only=options['only'])} steps are tried again.")
        else:
            only = [guid.lower() for guid in options["only"]]
            if options["dry_run"]:
                self._preview(month, only)
                return
            if runs.find(month) is None:
                wanted = plans.plans(month, only=only, client=connections.onec())
                for line in words.totals_in_words(month, totals.of_lines(wanted)):
                    self.stdout.write(line)
                if not options["yes"] and not _agrees():
                    raise CommandError("Nothing was sent.")
            run = runs.start(month, only=only)
        try:
            self._finish(run)
        except (InterfaceError, OperationalError):
            raise CommandError(
                "The database was lost. What was sent is kept: the same command goes on with it."
            ) from None

    def _preview(self, month: date, only: list[str]) -> None:
        """Make a preview, say what it comes to, and where it can be looked at."""
        made = previews.start(month, only=only)
        while made.state in previews.OPEN:
            until = Deadline(TURN_SECONDS)
            if not building.advance(made, client=connections.onec(), until=until, listener=self._count):
                made.refresh_from_db()
                time.sleep(POLL_SECONDS if made.state in previews.OPEN else 0)  # a worker has taken it up
        for line in words.lines(made):
            self.stdout.write(line)
        if made.state == made.State.FAILED:
            raise CommandError("The preview could not be made. Nothing was sent.")

    def _count(self, made: MonthPreview) -> None:
        self.show(f"{made.read} counterparties read, {made.checked} acts checked")

    def _finish(self, run: DistributionRun) -> None:
        self._began, self._shown = time.monotonic(), ""
        while run.state == runs.State.UNDER_WAY:
            work.turn(run, until=Deadline(TURN_SECONDS), listener=lambda: self._tell(run))
            run.refresh_from_db()
            if run.state == runs.State.UNDER_WAY:
                self._tell(run)
                time.sleep(_rest(run))
        summary.tell(run)
        sending.send_waiting(connections.letter_rules(), Deadline(TURN_SECONDS))
        self._report(run)

    def _tell(self, run: DistributionRun) -> None:
        """Show how far each way is: on a terminal in one line that changes, elsewhere when it changed."""
        run.refresh_from_db(fields=["progress"])
        found, letters = Progress.from_json(run.progress), runs.letters_open_at(run)
        done = round(found.share * BAR_CHARACTERS)
        ways = ", ".join(f"{each.way} {each.total - each.left}/{each.total}" for each in found.ways)
        wait = f", letters wait until {timezone.localtime(letters):%Y-%m-%d %H:%M}" if letters else ""
        line = f"[{'#' * done}{'.' * (BAR_CHARACTERS - done)}] {ways}{wait}"
        if line == self._shown:
            return
        self._shown = line
        self.show(f"{line}, {time.monotonic() - self._began:.0f} s")

    def _report(self, run: DistributionRun) -> None:
        self.end_line()
        numbers = runs.counts(run)
        self.stdout.write(
            f"{run.month:%Y-%m}: {run.get_state_display()}, {run.deliveries.count()} counterparties."
        )
        for reason, number in runs.exclusions(run).items():
            self.stdout.write(f"  nothing for {number}: {reason}")
        for way, states in numbers.items():
            self.stdout.write(
                f"  {way}: " + ", ".join(f"{state} {number}" for state, number in states.items())
            )
        for line in summary.open_ends(run):
            self.stdout.write(f"  {line}")
        _judge(run, numbers)


def _judge(run: DistributionRun, numbers: runs.Counts) -> None:
    """Raise what kept the month from being delivered whole."""
    if run.paused_why:
        raise CommandError(CanaryFailed(run.paused_why).one_line())
    if run.problem:
        raise CommandError(error_of(run.problem, run.detail).one_line())
    if run.state != runs.State.CLOSED:
        raise CommandError(
            f"{run} is {run.get_state_display()}: nothing more is sent. --resume goes on with it."
        )
    if run.unreadable or any(state not in GOOD for states in numbers.values() for state in states):
        raise CommandError("Not everything was delivered: see above. Correct it, then --retry-failed.")


def _rest(run: DistributionRun) -> float:
    """Return for how many seconds nothing is to be done; not long, since somebody may change the run."""
    at = runs.next_at(run)
    wait = (at - timezone.now()).total_seconds() if at else 0.0
    return min(max(wait, POLL_SECONDS), LONGEST_POLL_SECONDS)


def _month(text: str) -> date:
    try:
        month = date.fromisoformat(f"{text}-01")
    except ValueError:
        raise CommandError("A month must be written like 2024-03.") from None
    if not runs.is_over(month):
        raise CommandError("This month is not over yet: acts are sent for months that are.")
    return month


def _known(month: date) -> DistributionRun:
    run = runs.find(month)
    if run is None:
        raise CommandError(f"{month:%Y-%m} has not been started.")
    return run


def _change(change: Callable[[DistributionRun], bool], done: str, run: DistributionRun) -> str:
    if not change(run):
        raise CommandError(f"{run} is {run.get_state_display()}: nothing was changed.")
    return f"{run} is {done}."


def _pause(run: DistributionRun) -> str:
    return _change(runs.pause, "paused; what is under way comes to its end", run)


def _resume(run: DistributionRun) -> str:
    return _change(runs.resume, "under way; the workers go on, or `distribute` without --resume does", run)


def _cancel(run: DistributionRun) -> str:
    return _change(runs.cancel, "cancelled; what was delivered stays delivered", run)


def _agrees() -> bool:
    if not sys.stdin.isatty():
        raise CommandError("Nobody is there to ask: add --yes. Nothing was sent.")
    return input("Send all this? Type yes: ").strip().lower() == "yes"
