"""What the portal's commands have in common: English, one line for what went wrong, and progress."""

import logging
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils import translation

from reconciliation.errors import PortalError

VERBOSE = 2


class PortalCommand(BaseCommand):
    """Whatever is wrong is said in one line; `manage.py check` says the rest."""

    requires_system_checks = ()
    kept = ""
    """What is said besides when it cannot go on."""

    def handle(self, *args: Any, **options: Any) -> None:
        if options["verbosity"] < VERBOSE:
            logging.getLogger().setLevel(logging.ERROR)
        with translation.override("en"):
            try:
                self.run(options)
            except PortalError as error:
                raise CommandError(f"{error.one_line()} {self.kept}".rstrip()) from None
            except DatabaseError as error:
                kind = type(error).__name__
                raise CommandError(f"The database is not ready: run migrate first ({kind}).") from None

    def run(self, options: dict[str, Any]) -> None:
        """Do the command's work."""
        raise NotImplementedError

    def show(self, line: str) -> None:
        """Show how far it is: on a terminal in one line that changes."""
        is_shown = self.stderr.isatty()
        self.stderr.write(f"\r{line}  " if is_shown else line, ending="" if is_shown else "\n")
        self.stderr.flush()

    def end_line(self) -> None:
        """End the line that changes."""
        if self.stderr.isatty():
            self.stderr.write("")
