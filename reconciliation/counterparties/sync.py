"""Bring 1C's counterparties in, page by page, and mark those that 1C has no more."""

import time
from collections import Counter
from collections.abc import Callable

from django.db import transaction
from django.utils import timezone

from accounts.guids import canonical_guid
from accounts.models import Counterparty
from jobs.deadline import Deadline
from jobs.errors import as_portal_error
from reconciliation.counterparties import update_runs
from reconciliation.counterparties.entries import entries_of
from reconciliation.counterparties.upsert import Batch, Fate, change_of
from reconciliation.errors import ListTooShort
from reconciliation.errors.kept import error_of
from reconciliation.models import DirectoryChange, DirectoryRun
from reconciliation.onec.client import OneCClient
from reconciliation.onec.listing import Page, Unreadable

FEW = 20
"""So many may vanish from 1C at once without anybody wondering; more than half of all may not."""
POLL_SECONDS = 1.0
Listener = Callable[[DirectoryRun], None]


def advance(
    run: DirectoryRun,
    *,
    client: OneCClient,
    until: Deadline | None = None,
    listener: Listener = lambda _run: None,
) -> None:
    """Work on the run until it ends, or until the deadline has passed and others may go on with it.

    `listener` is called after each page. What stops it is kept on the run, too. Raises PortalError, and
    RunBusy when somebody else is at work on it.
    """
    update_runs.claim(run)
    seen: set[str] = set()
    try:
        for page in client.pages(on=run.on_date, nonzero=False, after=run.cursor):
            with transaction.atomic():
                update_runs.hold(run)
                _take(run, page, seen)
                run.attempts = 0
                run.save(update_fields=["entries", "cursor", "counts", "leased_until", "attempts"])
                if not page.next:
                    _mark_gone(run, seen)
                    update_runs.finish(run)
            listener(run)
            if run.is_under_way and until and not until.remaining:
                update_runs.release(run)
                return
    except update_runs.RunBusy:  # another has taken it over
        raise
    except Exception as error:  # 1C's, the database's or ours: it stops no other run
        # What was rolled back has not happened; whose run it is by now must not be taken over.
        run.refresh_from_db(fields=["entries", "cursor", "counts"])
        update_runs.put_off(run, as_portal_error(error))
        raise
    except BaseException:  # Ctrl-C, too: whoever comes next need not wait for the lease to end
        update_runs.release(run)
        raise


def finish(run: DirectoryRun, *, client: OneCClient, listener: Listener = lambda _run: None) -> None:
    """Work on the run to its end, or wait for whoever is at work on it, and go on if they die.

    Raises PortalError.
    """
    while True:
        try:
            advance(run, client=client, listener=listener)
        except update_runs.RunBusy:
            run.refresh_from_db()
            if run.is_under_way:
                time.sleep(POLL_SECONDS)
                continue
            if run.problem:
                raise error_of(run.problem, run.detail) from None
        return


def _take(run: DirectoryRun, page: Page, seen: set[str]) -> None:
    """Compare a page with what there is, write what it changes, and count and list it."""
    entries, unreadable = entries_of(page)
    batch = Batch(run, entries, seen)
    if not run.is_dry_run:
        batch.write()
    changes = [*batch.changes(), *_unreadable(run, unreadable, seen)]
    DirectoryChange.objects.bulk_create(changes)
    _count(run, Counter(change.fate for change in changes) + Counter({Fate.UNCHANGED: batch.unchanged}))
    run.entries += len(page.counterparties) + len(page.unreadable)
    run.cursor = page.next


def _unreadable(run: DirectoryRun, entries: list[Unreadable], seen: set[str]) -> list[DirectoryChange]:
    """Return the entries that could not be read; those that can be told are in 1C all the same."""
    guids = {canonical_guid(each.guid) for each in entries if each.guid}
    seen |= guids
    if guids and not run.is_dry_run:
        Counterparty.objects.filter(onec_guid__in=guids).update(seen_in=run.pk)
    return [
        DirectoryChange(
            run=run, fate=Fate.REFUSED, guid=each.guid[:64], name=each.name, details={"why": each.why}
        )
        for each in entries
    ]


def _mark_gone(run: DirectoryRun, seen: set[str]) -> None:
    """Mark whom the whole list did not name. Raises ListTooShort when that is most of all."""
    known = Counterparty.objects.filter(gone_since=None)
    # A dry run marks nobody as met.
    missing = (
        [row for row in known if row.onec_guid not in seen]
        if run.is_dry_run
        else list(known.exclude(seen_in=run.pk))
    )
    if len(missing) > FEW and 2 * len(missing) > known.count() and not run.marks_gone:
        raise ListTooShort(f"{run.entries} listed, {len(missing)} of {known.count()} missing")
    if not run.is_dry_run:
        known.exclude(seen_in=run.pk).update(gone_since=timezone.now())
    DirectoryChange.objects.bulk_create(change_of(run, row, Fate.GONE) for row in missing)
    _count(run, Counter({Fate.GONE: len(missing)} if missing else {}))


def _count(run: DirectoryRun, found: Counter[str]) -> None:
    run.counts = {str(fate): number for fate, number in (Counter(run.counts) + found).items()}
