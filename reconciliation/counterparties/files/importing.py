"""Bring a file of counterparties in: first only to see each row's fate, then for good, in chunks."""

from collections import Counter
from dataclasses import dataclass
from itertools import islice
from typing import Any, Self

from auditlog.context import set_actor
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import translation
from django.utils.translation import get_language, gettext

from accounts.models import Counterparty, User
from jobs.deadline import Deadline
from jobs.errors import as_portal_error
from reconciliation.counterparties import update_runs
from reconciliation.counterparties.files.file_rows import FileRow, facts_of, rows_of
from reconciliation.counterparties.files.headings import Columns, columns_of, field_of
from reconciliation.counterparties.files.rows import RowImporter, refused
from reconciliation.counterparties.upsert import Fate
from reconciliation.errors import TableLost, TableUnreadable
from reconciliation.models import DirectoryChange, DirectoryRun
from reconciliation.tables.reader import read_table
from reconciliation.tables.table import Table, UnreadableFile

ROWS_AT_ONCE = 500


@dataclass(frozen=True)
class Reading:
    """A run's file, read: its table and what the columns hold."""

    table: Table
    columns: Columns

    @classmethod
    def of(cls, run: DirectoryRun) -> Self:
        """Read the file. Raises UnreadableFile, or OSError when it is lost."""
        with run.file.open("rb") as file:
            table = read_table(file.read(), lambda heading: field_of(heading) is not None)
        if run.deletes_empty and table.hides_errors:
            words = gettext(
                "In a workbook of this kind a cell with an error looks like an empty one, so empty cells "
                "delete nothing. Save it as XLSX, or bring it without “Empty cells delete”."
            )
            raise UnreadableFile(words)
        return cls(table, columns_of(table))


def start_check(name: str, content: bytes, *, by: User, deletes_empty: bool = False) -> DirectoryRun:
    """Return a dry run over the file, to be read in the background."""
    run = DirectoryRun(
        kind=DirectoryRun.Kind.FILE,
        is_dry_run=True,
        started_by=by,
        file_name=name[:200],
        deletes_empty=deletes_empty,
        language=get_language() or "",
    )
    run.file.save("counterparties", ContentFile(content), save=True)
    return run


def start_import(check: DirectoryRun, *, by: User) -> DirectoryRun:
    """Return the run that brings in what a dry run has checked; one, however often it is asked for."""
    fields = {
        "kind": DirectoryRun.Kind.FILE,
        "started_by": by,
        "file": check.file.name,
        "file_name": check.file_name,
        "total": check.total,
        "notes": check.notes,
        "deletes_empty": check.deletes_empty,
        "language": get_language() or "",
    }
    return DirectoryRun.objects.get_or_create(checked_by=check, defaults=fields)[0]


def advance(run: DirectoryRun, *, until: Deadline | None = None) -> None:
    """Work on the run until it ends, or until the deadline has passed. Raises PortalError and RunBusy."""
    update_runs.claim(run)
    try:
        with translation.override(run.language or get_language()), set_actor(run.started_by):
            _advance(run, until)
    except (UnreadableFile, OSError) as error:
        wrong = TableUnreadable(str(error)) if isinstance(error, UnreadableFile) else TableLost(run.file_name)
        update_runs.put_off(run, wrong)
        raise wrong from None
    except update_runs.RunBusy:  # another has taken it over
        raise
    except Exception as error:  # a fault of ours, or the database
        update_runs.put_off(run, as_portal_error(error))
        raise
    except BaseException:  # whoever comes next need not wait for the lease to end
        update_runs.release(run)
        raise


def _advance(run: DirectoryRun, until: Deadline | None) -> None:
    reading = Reading.of(run)
    if run.total is None:
        _note_facts(run, reading)
    rows = rows_of(reading.table, reading.columns)
    for _done in islice(rows, int(run.cursor or 0)):
        pass
    seen: dict[str, int] = {}
    for guid, line in run.changes.exclude(guid="").order_by("-pk").values_list("guid", "line"):
        seen[guid] = line or 0
    while chunk := list(islice(rows, ROWS_AT_ONCE)):
        with transaction.atomic():
            update_runs.hold(run)
            _take(run, chunk, seen)
            run.save(update_fields=["entries", "cursor", "counts", "leased_until"])
        if until and not until.remaining:
            update_runs.release(run)
            return
    update_runs.finish(run)


def _note_facts(run: DirectoryRun, reading: Reading) -> None:
    """Keep what is told of the file before anything is brought in."""
    facts, table = facts_of(reading.table, reading.columns), reading.table
    found: dict[str, Any] = {
        "sheet": table.sheet,
        "other_sheets": table.other_sheets,
        "encoding": table.encoding,
        "headings": table.line if table.above else 0,
        "unknown": reading.columns.unknown,
        "totals": facts.totals,
    }
    run.total, run.notes = facts.rows, {name: value for name, value in found.items() if value}
    run.save(update_fields=["total", "notes"])


def _take(run: DirectoryRun, chunk: list[FileRow], seen: dict[str, int]) -> None:
    """Bring a chunk in, or only see what would become of it; a bad row stops no other."""
    importer = RowImporter(
        [row.cells for row in chunk], is_dry_run=run.is_dry_run, deletes_empty=run.deletes_empty
    )
    changes = []
    for row in chunk:
        guid = row.cells["onec_guid"]
        if guid in seen:
            outcome = refused(gettext("stands in line %(line)s already") % {"line": seen[guid]})
        elif row.problem:
            outcome = refused(row.problem)
        else:
            outcome = importer.take(row.cells)
        if guid:
            seen.setdefault(guid, row.line)
        company = outcome.company or importer.known.get(guid)
        changes += [_change(run, row, company, fate, details) for fate, details in outcome.fates.items()]
    DirectoryChange.objects.bulk_create(changes)
    run.counts = dict(Counter(run.counts) + Counter(str(change.fate) for change in changes))
    run.entries += len(chunk)
    run.cursor = str(run.entries)


def _change(
    run: DirectoryRun, row: FileRow, company: Counterparty | None, fate: Fate, details: dict[str, Any]
) -> DirectoryChange:
    cells = row.cells
    return DirectoryChange(
        run=run,
        line=row.line,
        counterparty=company if company and company.pk else None,
        fate=fate,
        guid=cells["onec_guid"][:64],
        name=((company.name if company else "") or cells.get("name", ""))[:500],
        inn=((company.inn if company else "") or cells.get("inn", ""))[:20],
        details=details,
    )
