"""Asks 1C for each act of a preview, as the month will, and notes those that are not right."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.db import connection, transaction

from jobs.deadline import Deadline
from reconciliation.errors import InvalidAnswer, OneCUnknownCounterparty, PortalError
from reconciliation.ledger.period import Period
from reconciliation.models import MonthPreview, PreviewLine
from reconciliation.months import runs
from reconciliation.months.previews import preparing, totals
from reconciliation.onec.client import OneCClient

State, Odd = MonthPreview.State, PreviewLine.Odd
Listener = Callable[[MonthPreview], None]
LINES_A_CALL = 5
"""Lines for each call at once: the lease is renewed, and the page moves, after each group."""


@dataclass(frozen=True)
class _Found:
    closing: Decimal | None
    odd: list[str]
    error: PortalError | None = None
    """What may be wrong with 1C as a whole."""


def check(preview: MonthPreview, client: OneCClient, until: Deadline, listener: Listener) -> None:
    """Check lines until none is left or the time is up. When 1C is lost the rest stays unchecked."""
    period = runs.period_of(preview.month)
    while group := _next(preview):
        found = list(_ask(client, group, period))
        errors = [each.error for each in found if each.error]
        if len(errors) == len(group):
            preparing.release(
                preview, state=State.READY, problem=errors[0].kind, detail=errors[0].detail[:1000],
                totals=totals.count(preview),
            )  # fmt: skip
            return
        if not _write(preview, group, found):
            return
        listener(preview)
        if not until.remaining:
            preparing.release(preview)
            return
    preparing.release(preview, state=State.READY, totals=totals.count(preview))


def _next(preview: MonthPreview) -> list[PreviewLine]:
    unchecked = preview.lines.filter(is_checked=False).order_by("pk")
    return list(unchecked[: LINES_A_CALL * settings.ONEC_CONCURRENCY])


def _ask(client: OneCClient, group: Sequence[PreviewLine], period: Period) -> Iterator[_Found]:
    """Yield what 1C says of each."""

    def ask(line: PreviewLine) -> _Found:
        try:
            return _of(client, line, period)
        finally:
            connection.close()  # this thread's own: the client notes how 1C is doing

    with ThreadPoolExecutor(settings.ONEC_CONCURRENCY) as threads:
        yield from threads.map(ask, group)


def _of(client: OneCClient, line: PreviewLine, period: Period) -> _Found:
    deadline = Deadline(settings.ONEC_TIMEOUT)
    try:
        act = client.act(line.guid, period, deadline=deadline, figures_only=True).act
    except (InvalidAnswer, OneCUnknownCounterparty):
        return _Found(None, [Odd.NO_ACT])
    except PortalError as error:
        return _Found(None, [Odd.NO_ACT], error)
    if act.imbalances:
        return _Found(act.closing, [Odd.UNBALANCED])
    return _Found(act.closing, [] if act.closing == line.balance else [Odd.DIFFERS])


def _write(preview: MonthPreview, group: Sequence[PreviewLine], found: Sequence[_Found]) -> bool:
    for line, each in zip(group, found, strict=True):
        line.closing = each.closing  # type: ignore[assignment]  # the field may be empty
        line.is_checked = True
        line.odd = " ".join([*line.odd.split(), *each.odd])
    with transaction.atomic():
        if not preparing.hold(preview, checked=preview.checked + len(group)):
            return False
        PreviewLine.objects.bulk_update(group, ["closing", "is_checked", "odd"])
    preview.checked += len(group)
    return True
