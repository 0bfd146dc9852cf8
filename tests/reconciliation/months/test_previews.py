"""A preview says who would get what, what is odd about it, and changes nothing until it is approved."""

from datetime import date
from decimal import ROUND_DOWN, Decimal
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from accounts.models import Counterparty, User
from jobs import pauses
from jobs.deadline import Deadline
from reconciliation import connections
from reconciliation.models import Delivery, DistributionRun, MonthPreview, PreviewLine
from reconciliation.months import runs
from reconciliation.months.previews import building, preparing, workbook
from reconciliation.months.previews.totals import Totals
from reconciliation.tables import writer
from sandbox.bitrix24.server import Bitrix24Sandbox
from sandbox.ledger import Counterparty as Known
from sandbox.onec import OneCSandbox
from tests.reconciliation.months.conftest import company_of

pytestmark = pytest.mark.django_db(transaction=True)
MONTH, FEBRUARY = date(2026, 3, 1), date(2026, 2, 1)


@pytest.fixture(autouse=True)
def _around(bitrix24: Bitrix24Sandbox, many_connections: None, no_waits: None) -> None:
    """Bitrix24 and threads."""


def make(some: list[Known] | None = None, **options: Any) -> MonthPreview:
    """Return a finished preview of March, of these or of everybody."""
    preview = preparing.start(MONTH, only=[one.guid for one in some or ()], **options)
    building.advance(preview, client=connections.onec(), until=Deadline(60))
    return preview


def balance_of(books: OneCSandbox, known: Known) -> Decimal:
    """Return what 1C lists for March."""
    return sum(books.ledger.balances(known.guid, date(2026, 3, 31)).values(), Decimal(0))


def odd(preview: MonthPreview) -> dict[str, str]:
    """Return what is odd, by guid."""
    return dict(preview.lines.exclude(odd="").values_list("guid", "odd"))


def last_month(**balances: tuple[Known, str]) -> DistributionRun:
    """Keep a run of February that went to these."""
    run = DistributionRun.objects.create(organization=runs.organization(), month=FEBRUARY, state="closed")
    for known, balance in balances.values():
        Delivery.objects.create(
            run=run, counterparty=company_of(known), balance=Decimal(balance), currency=known.currency
        )
    return run


def test_the_preview_adds_up_to_what_1c_lists(some: list[Known], books: OneCSandbox):
    company_of(some[0], paused_until=date(2030, 1, 1), pause_reason="Суд")
    preview = make(some)

    found = Totals.from_json(preview.totals)
    assert (preview.state, preview.read, preview.checked) == ("ready", 4, 3)
    assert (found.listed, found.acts, found.excluded) == (4, 3, {"paused": 1})
    assert found.ways == {"drive": 3, "task": 3, "email": 3}
    for code, sums in found.currencies.items():
        balances = [balance_of(books, one) for one in some if one.currency == code]
        assert sums.listed.to_us - sums.listed.by_us == sum(balances)
        assert sums.acts.number + sums.nothing.number == sums.listed.number
        assert sums.checked == sums.closing
    assert not DistributionRun.objects.exists()
    assert Counterparty.objects.count() == 1


def test_what_is_odd_against_last_month_is_said(books: OneCSandbox, some: list[Known]):
    third = (abs(balance_of(books, some[1])) / 3).quantize(Decimal("0.01"), ROUND_DOWN)
    gone = books.ledger.counterparties[5]
    books.set_fault(gone.guid, "not_listed")
    last_month(
        same=(some[0], "1e9"),
        tripled=(some[1], str(third)),
        gone=(gone, "7.00"),
    )

    preview = make()

    found = odd(preview)
    assert some[0].guid not in found
    assert found[some[1].guid] == "triple"
    assert found[some[2].guid] == "new"
    assert found[gone.guid] == "gone"
    line = preview.lines.get(guid=gone.guid)
    assert (line.excluded, line.before, line.balance) == ("gone", Decimal(7), Decimal(0))
    assert preview.compared_with == FEBRUARY


def test_what_is_missing_or_wrong_is_said(books: OneCSandbox, some: list[Known], bitrix24: Bitrix24Sandbox):
    company = company_of(some[0])
    company.email = ""
    company.save()
    books.set_fault(some[1].guid, "unbalanced")
    books.set_fault(some[2].guid, "field", {"field": "balance", "json": '"much"'})
    bitrix24.company.firms[some[3].bitrix24_company_id].manager = 4  # who was dismissed

    preview = make(some)

    assert odd(preview) == {
        some[0].guid: "no_email", some[1].guid: "unbalanced", some[2].guid: "unreadable",
        some[3].guid: "no_manager",
    }  # fmt: skip
    assert preview.compared_with is None


def test_two_balances_of_one_counterparty_are_named(books: OneCSandbox, some: list[Known]):
    books.set_fault("*", "two_currencies", some[0].guid)

    preview = make(some)

    line = preview.lines.get(guid=some[0].guid)
    assert (line.excluded, "50.00 USD" in line.detail) == ("unreadable", True)


def test_a_lost_bitrix24_leaves_the_managers_open(some: list[Known], bitrix24: Bitrix24Sandbox):
    bitrix24.set_fault("*", "bad_gateway")

    preview = make(some)

    assert (preview.state, preview.knows_managers, odd(preview)) == ("ready", False, {})


def test_a_lost_1c_is_told_and_the_preview_can_be_made_again(some: list[Known], books: OneCSandbox):
    books.set_fault("*", "unauthorized")
    assert make(some).state == "failed"
    books.clear()
    assert make(some).state == "ready"


def test_a_preview_that_goes_out_by_itself_asks_1c_again_later(some: list[Known], books: OneCSandbox):
    books.set_fault("*", "busy")
    preview = preparing.start(MONTH, purpose=preparing.Purpose.APPROVAL)
    assert not building.advance(preview, client=connections.onec(), until=Deadline(60))
    assert (preview.state, preparing.due()) == ("reading", [])
    for known in books.ledger.counterparties[4:]:
        books.set_fault(known.guid, "not_listed")
    books.set_fault("*", "busy", times=0)

    with time_machine.travel(timezone.now() + 2 * pauses.PAUSES[0], tick=True):
        assert preparing.due() == [preview]
        assert not building.advance(preview, client=connections.onec(), until=Deadline(60))

    assert (preview.state, preview.problem) == ("ready", "")


def test_whoever_comes_later_goes_on_where_the_time_was_up(some: list[Known], books: OneCSandbox):
    preview = preparing.start(MONTH, only=[one.guid for one in some])
    turns = 0
    while preview.state in preparing.OPEN:
        building.advance(preview, client=connections.onec(), until=Deadline(0.0))
        turns += 1

    assert (preview.state, preview.lines.count(), preview.checked) == ("ready", 4, 4)
    assert turns > 1


def test_the_newest_preview_is_approved_once_and_starts_the_month(accountant: User):
    old, new = (
        MonthPreview.objects.create(
            organization=runs.organization(), month=MONTH, state="ready", started_at=timezone.now()
        )
        for _ in range(2)
    )
    assert preparing.approve(old, accountant) is None
    run = preparing.approve(new, accountant)
    assert run is not None
    assert (run.month, run.started_by, run.state) == (MONTH, accountant, "under_way")
    new.refresh_from_db()
    assert preparing.approve(new, accountant) is None
    assert (new.approved_by, DistributionRun.objects.count()) == (accountant, 1)


def test_a_month_that_went_to_a_few_can_still_be_approved(chief: User):
    few = runs.start(MONTH, only=["1"])
    preview = MonthPreview.objects.create(organization=runs.organization(), month=MONTH, state="ready")

    run = preparing.approve(preview, chief)

    assert run is not None
    assert (run.pk, run.only) == (few.pk, [])


def test_the_workbook_has_everybody_with_amounts_as_numbers(some: list[Known]):
    from openpyxl import load_workbook

    preview = make(some)

    with writer.xlsx_file(workbook.sheets_of(preview)) as file:
        book = load_workbook(file)
    rows_of = [[cell.value for cell in row] for row in book.worksheets[1].iter_rows()]
    assert len(rows_of) == 5
    line = PreviewLine.objects.get(preview=preview, guid=some[0].guid)
    mine = next(row for row in rows_of if some[0].guid in row)
    assert float(line.balance) in mine
