"""`manage.py act GUID FROM TO -o FILE`: the portal's main job on the command line."""

import logging
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils import translation

from accounts.models import Counterparty
from reconciliation.acts import archive
from reconciliation.errors import PortalError
from reconciliation.ledger.period import Period
from reconciliation.management.asking import issue_act, period_of
from reconciliation.printing.currencies import Language

VERBOSE = 2


class Command(BaseCommand):
    help = "Issue a counterparty's reconciliation act and write its file."
    # Whatever is wrong is said in one line; `manage.py check` says the rest.
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("guid", help="the counterparty's guid in 1C")
        parser.add_argument("start", metavar="from", help="first day, like 2024-01-01")
        parser.add_argument("end", metavar="to", help="last day, like 2024-03-31")
        parser.add_argument("-o", "--output", required=True, type=Path, metavar="FILE")
        parser.add_argument("--format", choices=sorted(archive.FORMATS), default=None)
        parser.add_argument(
            "--language", choices=Counterparty.Language.values, help="the file's; else the counterparty's"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["verbosity"] < VERBOSE:
            logging.getLogger().setLevel(logging.ERROR)
        output: Path = options["output"]
        file_format, language = options["format"] or _format_of(output), options["language"]
        # A command line speaks English; the act speaks its counterparty's language all the same.
        with translation.override("en"):
            period = period_of(options["start"], options["end"])
            _check_place(output)
            self._write_act(options["guid"], period, output, file_format, language)

    def _write_act(
        self, guid: str, period: Period, output: Path, file_format: str, language: Language | None
    ) -> None:
        began = time.monotonic()
        try:
            issuance = issue_act(guid, period)
            output.write_bytes(archive.content_of(archive.make(issuance.act, file_format, language)))
        except PortalError as error:
            raise CommandError(error.one_line()) from None
        except DatabaseError as error:
            raise CommandError(
                f"The database is not ready: run migrate first ({type(error).__name__})."
            ) from None
        except OSError as error:
            raise CommandError(f"{error.filename or output} cannot be written: {error.strerror}.") from None
        act = issuance.act
        self.stderr.write(
            f"Act {act.number} for {act.counterparty}, closing balance {act.closing} {act.currency}: "
            f"{output} ({time.monotonic() - began:.1f} s)"
        )


def _format_of(output: Path) -> str:
    ending = output.suffix.lower().lstrip(".") or "pdf"
    if ending not in archive.FORMATS:
        raise CommandError(f"{output}: there is no such format. There are: {', '.join(archive.FORMATS)}.")
    return ending


def _check_place(output: Path) -> None:
    """Refuse a file that cannot be written before an act is issued for it."""
    if output.is_dir() or not output.absolute().parent.is_dir():
        raise CommandError(f"{output} cannot be written: it is a folder, or lies in none.")
