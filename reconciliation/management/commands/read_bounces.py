"""`manage.py read_bounces`: what came back is read from the mailbox and noted; managers get their tasks."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from reconciliation.distribution.bounces import reading, telling
from reconciliation.distribution.bounces.noting import Read
from reconciliation.errors import PortalError
from reconciliation.http import Deadline

SECONDS = 3600.0


class Command(BaseCommand):
    help = "Read reports of letters that did not arrive from BOUNCE_IMAP_URL."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override("en"):
            try:
                read = reading.read_box(Deadline(SECONDS), told=self._tell)
            except PortalError as error:
                raise CommandError(error.one_line()) from None
            for bounce in read.noted:
                company = bounce.counterparty
                why = bounce.get_kind_display()
                self.stdout.write(f"{company} ({company.onec_guid}), {bounce.address}: {why}. {bounce.words}")
            self.stdout.write(
                f"{len(read.noted)} came back, {read.known} known before, {read.waiting} still being tried, "
                f"{read.others} letters are no reports of ours: look at them in the box."
            )
            self.stdout.write(f"{read.not_of_months} invitations and other letters came back.")
            self.stdout.write(f"{telling.tell_managers()} tasks for managers.")

    def _tell(self, read: Read) -> None:
        if self.stderr.isatty():
            seen = len(read.noted) + read.known + read.waiting + read.others
            self.stderr.write(f"\r{seen} read", ending="")
