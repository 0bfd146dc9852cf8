"""`manage.py sync_counterparties`: bring 1C's counterparties in, with progress."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from accounts.models import Counterparty
from reconciliation import connections
from reconciliation.counterparties import sync, update_runs
from reconciliation.counterparties.field_names import describe
from reconciliation.counterparties.upsert import Fate
from reconciliation.errors import PortalError
from reconciliation.management.portal_command import PortalCommand
from reconciliation.models import DirectoryRun

SHOWN = 20
"""Lines of each kind; the admin has all of them."""
NAMED = (Fate.CONFLICT, Fate.REFUSED, Fate.GONE, Fate.RETURNED, Fate.ADDED, Fate.CHANGED, Fate.BALANCE)


class Command(PortalCommand):
    help = (
        "Bring counterparties and their balances in from 1C; a run that broke off goes on where it stopped."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="change nothing, only say what would be")
        parser.add_argument(
            "--mark-gone",
            action="store_true",
            help="mark those whom 1C has no more, even if they are most of all",
        )

    def run(self, options: dict[str, Any]) -> None:
        self.began, self.expected = time.monotonic(), Counterparty.objects.filter(gone_since=None).count()
        if options["dry_run"]:
            run = update_runs.new_dry_run()
        else:
            run = update_runs.start_sync(marks_gone=options["mark_gone"])
        if run.entries:
            self.stderr.write(f"Going on after {run.entries} counterparties.")
        if run.leased_until and run.leased_until > timezone.now():
            self.stderr.write("Another program is at work on it: waiting until it is done, or gone.")
        try:
            sync.finish(run, client=connections.onec(), listener=self._tell)
        except PortalError as error:
            kept = "The next run goes on from there." if run.entries else "Nothing was changed."
            raise CommandError(f"{error.one_line()} {run.entries} were read. {kept}") from None
        self._report(run)

    def _tell(self, run: DirectoryRun) -> None:
        of = f" of about {self.expected}" if self.expected > run.entries else ""
        self.show(f"{run.entries}{of} counterparties, {time.monotonic() - self.began:.0f} s")

    def _report(self, run: DirectoryRun) -> None:
        self.end_line()
        done = "Dry run: nothing was changed. " if run.is_dry_run else ""
        found = ((label, run.counts.get(fate)) for fate, label in Fate.choices)
        counts = ", ".join(f"{label} {number}" for label, number in found if number)
        self.stdout.write(f"{done}{run.entries} counterparties in 1C: {counts or 'none'}.")
        for fate in NAMED:
            self._list(run, fate)

    def _list(self, run: DirectoryRun, fate: Fate) -> None:
        changes = run.changes.filter(fate=fate)
        for change in changes[:SHOWN]:
            what = f"{change.name or '-'} ({change.guid}) {describe(change)}"
            self.stdout.write(f"  {fate.label}: {what}".rstrip())
        if (rest := run.counts.get(fate, 0) - SHOWN) > 0:
            self.stdout.write(f"  {fate.label}: {rest} more, which the admin lists")
