"""Threads of one process that issue at the same moment, on SQLite in a file and on PostgreSQL."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from accounts.models import Counterparty
from reconciliation.errors import Unbalanced
from reconciliation.ledger.period import Period
from reconciliation.models import ActFile, ActSequence, Discrepancy, IssuedAct
from sandbox.onec import OneCSandbox
from tests.cast import Issue, at_once
from tests.reconciliation.sample_acts import bytes_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("many_connections")]
THREADS = 8


def day(number: int) -> Period:
    start = date(2024, 3, 1) + timedelta(days=number)
    return Period(start, start)


def test_the_same_request_from_eight_threads_is_one_act(issued: Issue, company: Counterparty) -> None:
    made = at_once(THREADS, lambda _: issued(company))
    assert len({one.act.pk for one in made}) == 1
    assert [one.existed for one in made].count(False) == 1
    assert ActSequence.objects.get().last == 1


def test_numbers_given_out_at_once_have_no_gap_and_no_double(
    issued: Issue, company: Counterparty, english_company: Counterparty
) -> None:
    companies = (company, english_company)
    made = at_once(THREADS, lambda turn: issued(companies[turn % 2], day(turn)))
    assert sorted(one.act.sequence for one in made) == list(range(1, THREADS + 1))


def test_threads_that_see_changed_figures_make_one_chain_of_acts(
    issued: Issue, company: Counterparty, books: OneCSandbox
) -> None:
    first = issued(company).act
    books.change(company.onec_guid, "1.00", date(2024, 3, 15))
    made = at_once(THREADS, lambda _: issued(company))
    assert {one.act.replaces for one in made} == {first}
    assert list(IssuedAct.objects.filter(is_current=True)) == [made[0].act]


def test_a_file_drawn_by_eight_threads_is_kept_once_and_handed_out_alike(
    issued: Issue, company: Counterparty
) -> None:
    act = issued(company).act
    drawn = at_once(THREADS, lambda _: bytes_of(IssuedAct.objects.get(pk=act.pk), "pdf"))
    kept = ActFile.objects.get()
    assert set(drawn) == {Path(kept.file.path).read_bytes()}
    assert len(list(Path(kept.file.path).parent.glob(f"{act.public_id}*"))) == 1


def test_a_discrepancy_met_by_eight_threads_is_one_entry(
    issued: Issue, company: Counterparty, books: OneCSandbox
) -> None:
    books.set_fault(company.onec_guid, "unbalanced")

    def ask(_: int) -> None:
        with pytest.raises(Unbalanced):
            issued(company)

    at_once(THREADS, ask)
    assert Discrepancy.objects.get().times == THREADS
