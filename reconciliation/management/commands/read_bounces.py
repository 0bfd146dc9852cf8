"""`manage.py read_bounces`: what came back is read from the mailbox and noted; managers get their tasks."""

from typing import Any

from jobs.deadline import Deadline
from letters.bounces.noting import Read
from reconciliation import connections
from reconciliation.management.portal_command import PortalCommand
from reconciliation.months import bounce_tasks

SECONDS = 3600.0


class Command(PortalCommand):
    help = "Read reports of letters that did not arrive from BOUNCE_IMAP_URL."

    def run(self, options: dict[str, Any]) -> None:
        read = connections.read_bounces(Deadline(SECONDS), listener=self._tell)
        for bounce in read.noted:
            why = f"{bounce.get_kind_display()}. {bounce.words}".rstrip()
            self.stdout.write(f"{bounce.address}: {why} ({bounce.letter})")
        self.stdout.write(
            f"{len(read.noted)} came back, {read.known} known before, {read.waiting} still being tried, "
            f"{read.others} letters are no reports of ours: look at them in the box."
        )
        self.stdout.write(f"{bounce_tasks.tell_managers()} tasks for managers.")

    def _tell(self, read: Read) -> None:
        if self.stderr.isatty():
            seen = len(read.noted) + read.known + read.waiting + read.others
            self.stderr.write(f"\r{seen} read", ending="")
