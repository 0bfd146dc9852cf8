"""`manage.py act GUID FROM TO -o FILE`: the portal's main job on the command line."""

import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from accounts.models import Counterparty
from reconciliation.acts import archive
from reconciliation.management.asking import issue_act, period_of
from reconciliation.management.portal_command import PortalCommand


class Command(PortalCommand):
    help = "Issue a counterparty's reconciliation act and write its file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("guid", help="the counterparty's guid in 1C")
        parser.add_argument("start", metavar="from", help="first day, like 2024-01-01")
        parser.add_argument("end", metavar="to", help="last day, like 2024-03-31")
        parser.add_argument("-o", "--output", required=True, type=Path, metavar="FILE")
        parser.add_argument("--format", choices=sorted(archive.FORMATS), default=None)
        parser.add_argument(
            "--language", choices=Counterparty.Language.values, help="the file's; else the counterparty's"
        )

    def run(self, options: dict[str, Any]) -> None:
        output: Path = options["output"]
        file_format, began = options["format"] or _format_of(output), time.monotonic()
        period = period_of(options["start"], options["end"])
        _check_place(output)
        try:
            act = issue_act(options["guid"], period).act
            # A command line speaks English; the act speaks its counterparty's language all the same.
            output.write_bytes(archive.content_of(archive.make(act, file_format, options["language"])))
        except OSError as error:
            raise CommandError(f"{error.filename or output} cannot be written: {error.strerror}.") from None
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
