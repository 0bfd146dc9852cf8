"""Bring a file of counterparties in: first only to see each row's fate, then for good, in chunks."""

from collections import Counter
from collections.abc import Iterator
from itertools import islice, zip_longest

from auditlog.context import set_actor
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import translation
from django.utils.translation import get_language, gettext

from accounts.guids import canonical_guid
from accounts.models import User
from jobs.deadline import Deadline
from jobs.errors import as_portal_error
from reconciliation.counterparties import update_runs
from reconciliation.counterparties.field_names import title_of
from reconciliation.counterparties.files.headings import IMPORTED, field_of
from reconciliation.counterparties.files.rows import Outcome, RowImporter, refused
from reconciliation.counterparties.upsert import Fate
from reconciliation.errors import TableLost
from reconciliation.models import DirectoryChange, DirectoryRun
from reconciliation.tables.reader import Table, UnreadableFile, read_table

ROWS_AT_ONCE = 500
MOST_ROWS = 100_000
TOO_MANY_CELLS = ""
"""Instead of a field: the row has more cells than there are columns."""
Numbered = tuple[int, dict[str, str]]
"""A line's number, and its cells by field."""


def start_check(name: str, content: bytes, *, by: User) -> DirectoryRun:
    """Return a dry run over the file, to be worked on in the background. Raises UnreadableFile."""
    total = sum(1 for _row in rows_of(_table(name, content)))
    if total > MOST_ROWS:
        raise UnreadableFile(gettext("The file holds over 100,000 rows. Divide it into several."))
    run = DirectoryRun(
        kind=DirectoryRun.Kind.FILE,
        is_dry_run=True,
        started_by=by,
        file_name=name[:200],
        total=total,
        language=get_language() or "",
    )
    run.file.save(f"counterparties.{name.rpartition('.')[2].lower()[:4]}", ContentFile(content), save=True)
    return run


def start_import(check: DirectoryRun, *, by: User) -> DirectoryRun:
    """Return the run that brings in what a dry run has checked; one, however often it is asked for."""
    fields = {
        "kind": DirectoryRun.Kind.FILE,
        "started_by": by,
        "file": check.file.name,
        "file_name": check.file_name,
        "total": check.total,
        "language": get_language() or "",
    }
    return DirectoryRun.objects.get_or_create(checked_by=check, defaults=fields)[0]


def rows_of(table: Table) -> Iterator[Numbered]:
    """Yield the rows by field. Raises UnreadableFile where no column tells whose a row is."""
    fields = [field_of(heading) for heading in table.headings]
    if "onec_guid" not in fields and "inn" not in fields:
        words = gettext("No column says whose a row is: “%(guid)s” or “%(inn)s” is needed. Found: %(found)s.")
        found = ", ".join(table.headings)[:300]
        names = {"guid": title_of("onec_guid"), "inn": title_of("inn"), "found": found}
        raise UnreadableFile(words % names)
    twice = [field for field in IMPORTED if fields.count(field) > 1]
    if twice:
        words = gettext("Two columns are called “%(name)s”. Leave one of them.")
        raise UnreadableFile(words % {"name": title_of(twice[0])})
    for number, cells in table.rows:
        named = dict(zip_longest(fields, cells[: len(fields)], fillvalue=""))
        row = {field: named[field] for field in fields if field in IMPORTED}
        yield number, row | ({TOO_MANY_CELLS: ""} if any(cells[len(fields) :]) else {})


def advance(run: DirectoryRun, *, until: Deadline | None = None) -> None:
    """Work on the run until it ends, or until the deadline has passed. Raises PortalError and RunBusy."""
    update_runs.claim(run)
    try:
        with translation.override(run.language or get_language()), set_actor(run.started_by):
            _advance(run, until)
    except (UnreadableFile, OSError) as error:
        lost = TableLost(f"{run.file_name}: {type(error).__name__}")
        update_runs.put_off(run, lost)
        raise lost from None
    except update_runs.RunBusy:  # another has taken it over
        raise
    except Exception as error:  # a fault of ours, or the database
        update_runs.put_off(run, as_portal_error(error))
        raise
    except BaseException:  # whoever comes next need not wait for the lease to end
        update_runs.release(run)
        raise


def _advance(run: DirectoryRun, until: Deadline | None) -> None:
    with run.file.open("rb") as file:
        content = file.read()
    rows = rows_of(_table(run.file_name, content))
    before = islice(rows, int(run.cursor or 0))
    seen = {guid: line for line, cells in before if (guid := _guid(cells))}
    while chunk := list(islice(rows, ROWS_AT_ONCE)):
        with transaction.atomic():
            update_runs.hold(run)
            _take(run, chunk, seen)
            run.save(update_fields=["entries", "cursor", "counts", "leased_until"])
        if until and not until.remaining:
            update_runs.release(run)
            return
    update_runs.finish(run)


def _table(name: str, content: bytes) -> Table:
    return read_table(name, content, lambda heading: field_of(heading) is not None)


def _guid(cells: dict[str, str]) -> str:
    return canonical_guid(cells.get("onec_guid", ""))


def _take(run: DirectoryRun, chunk: list[Numbered], seen: dict[str, int]) -> None:
    """Bring a chunk in, or only see what would become of it; a bad row stops no other."""
    importer = RowImporter([cells for _line, cells in chunk], is_dry_run=run.is_dry_run)
    changes = []
    for line, cells in chunk:
        guid = cells["onec_guid"]
        if guid in seen:
            why = gettext("stands in line %(line)s already") % {"line": seen[guid]}
            outcome = refused(why)
        elif TOO_MANY_CELLS in cells:
            outcome = refused(gettext("has more cells than the table has columns: put quotes around a text"))
        else:
            outcome = importer.take(cells)
        if guid:
            seen.setdefault(guid, line)
        changes += [_change(run, line, cells, outcome, fate) for fate in outcome.fates]
    DirectoryChange.objects.bulk_create(changes)
    run.counts = dict(Counter(run.counts) + Counter(str(change.fate) for change in changes))
    run.entries += len(chunk)
    run.cursor = str(run.entries)


def _change(
    run: DirectoryRun, line: int, cells: dict[str, str], outcome: Outcome, fate: Fate
) -> DirectoryChange:
    company = outcome.company
    return DirectoryChange(
        run=run,
        line=line,
        counterparty=company if company and company.pk else None,
        fate=fate,
        guid=cells["onec_guid"][:64],
        name=(company.name if company else cells.get("name", ""))[:500],
        details=outcome.fates[fate],
    )
