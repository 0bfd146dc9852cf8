"""Reads 1C's list into a preview's lines, page by page, whoever goes on with it."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from accounts.search_text import search_text
from jobs import rows as jobs
from jobs.deadline import Deadline
from reconciliation.errors import PortalError
from reconciliation.models import Delivery, MonthPreview, PreviewLine
from reconciliation.months.previews import checking, plans, preparing, totals
from reconciliation.months.previews.judging import Judge, Judged
from reconciliation.onec.client import OneCClient
from reconciliation.onec.listing import Unreadable

Listener = Callable[[MonthPreview], None]
State, Odd = MonthPreview.State, PreviewLine.Odd
ZERO = Decimal(0)
PATIENCE = timedelta(hours=12)
"""So long 1C is asked again for a preview that goes out by itself."""


def advance(
    preview: MonthPreview, *, client: OneCClient, until: Deadline, listener: Listener = lambda _preview: None
) -> bool:
    """Work on a preview until it is ready or the time is up; True when more is left to do at once.

    What stops it is kept on it; one that nobody waits for is tried again later if that may help.
    `listener` is called after each page and each group of checks.
    """
    if not preparing.claim(preview):
        return False
    try:
        if preview.state == State.READING:
            _read(preview, client, until, listener)
        if preview.state == State.CHECKING:
            checking.check(preview, client, until, listener)
    except PortalError as error:
        _stop(preview, error)
    except BaseException:  # Ctrl-C, too: whoever comes next need not wait for the lease to end
        preparing.release(preview)
        raise
    is_free = preview.leased_until is None and preview.next_try_at <= timezone.now()
    return preview.state in preparing.OPEN and is_free


def _stop(preview: MonthPreview, error: PortalError) -> None:
    is_awaited = preview.purpose == preparing.Purpose.PERSON
    if is_awaited or not jobs.put_off(preview, error, until=preview.started_at + PATIENCE):
        preparing.release(preview, state=State.FAILED, **jobs.problem_of(error))
    preview.refresh_from_db()


def _read(preview: MonthPreview, client: OneCClient, until: Deadline, listener: Listener) -> None:
    judge = Judge(preview.month)
    for page in plans.pages(preview.month, only=preview.only, client=client, after=preview.cursor):
        judged = judge.judge(page.plans)
        is_last = not page.next
        fields = {
            "cursor": page.next, "problem": "", "detail": "", "read": preview.read + len(page.plans),
            "knows_managers": preview.knows_managers and judge.knows_managers,
        }  # fmt: skip
        with transaction.atomic():
            if not preparing.hold(preview, **fields):
                return
            _write(preview, judged, page.unreadable)
        if is_last:
            _finish(preview, judge)
        preview.refresh_from_db()
        listener(preview)
        if not until.remaining and not is_last:
            preparing.release(preview)
            return


def _finish(preview: MonthPreview, judge: Judge) -> None:
    if not preview.only:
        lines = [_gone(preview, each) for each in judge.gone(preview.lines.all())]
        PreviewLine.objects.bulk_create(lines, batch_size=500, ignore_conflicts=True)
    last = judge.last.month if judge.last else None
    preparing.hold(preview, state=State.CHECKING, compared_with=last, totals=totals.count(preview))


def _write(preview: MonthPreview, judged: list[Judged], unreadable: list[Unreadable]) -> None:
    lines = [_line(preview, each) for each in judged]
    lines += [
        PreviewLine(
            preview=preview, guid=each.guid[:64] or f"?{preview.read}-{number}", name=each.name,
            balance=ZERO, currency="", excluded=Odd.UNREADABLE, detail=each.why[:300], odd=Odd.UNREADABLE,
            is_checked=True, search=search_text(each.name, each.guid),
        )
        for number, each in enumerate(unreadable)
    ]  # fmt: skip
    PreviewLine.objects.bulk_create(lines, batch_size=500, ignore_conflicts=True)


def _line(preview: MonthPreview, judged: Judged) -> PreviewLine:
    plan = judged.plan
    return PreviewLine(
        preview=preview, guid=plan.counterparty.onec_guid, name=plan.counterparty.name,
        search=plan.counterparty.search, balance=plan.balance, currency=plan.currency,
        before=judged.before,  # type: ignore[misc]  # the field may be empty
        excluded=plan.excluded, detail=plan.detail[:300], ways=plan.ways, left_out=plan.left_out,
        odd=" ".join(judged.odd), is_checked=not plan.ways,
    )  # fmt: skip


def _gone(preview: MonthPreview, delivery: Delivery) -> PreviewLine:
    company = delivery.counterparty
    return PreviewLine(
        preview=preview, guid=company.onec_guid, name=company.name, search=company.search, balance=ZERO,
        before=delivery.balance, currency=delivery.currency, excluded=Odd.GONE, odd=Odd.GONE,
        is_checked=True,
    )  # fmt: skip
