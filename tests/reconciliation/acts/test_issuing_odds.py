"""Odd ways in which an act can come about: overtaken answers, midnight, sums and names too long."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any, cast

import pytest
import time_machine
from pypdf import PdfReader

from accounts.models import Counterparty
from jobs.deadline import Deadline
from reconciliation import connections
from reconciliation.acts import discrepancies
from reconciliation.acts.issuing import issue, last_movement
from reconciliation.errors import InvalidAnswer
from reconciliation.ledger.act import Line
from reconciliation.ledger.period import Period
from reconciliation.models import ActSequence, Discrepancy, IssuedAct
from reconciliation.onec.answer import Answer
from reconciliation.onec.client import OneCClient
from sandbox.onec import OneCSandbox
from tests.cast import SPRING, Issue
from tests.reconciliation.sample_acts import bytes_of

pytestmark = pytest.mark.django_db


def test_an_answer_that_was_overtaken_by_a_later_one_does_not_replace_it(
    issued: Issue, company: Counterparty, books: OneCSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = []

    def be_overtaken(*_: Any) -> None:
        monkeypatch.undo()
        books.change(company.onec_guid, "1.00", date(2024, 3, 15))
        later.append(issued(company).act)

    monkeypatch.setattr(discrepancies, "resolve", be_overtaken)
    found = issued(company)
    assert (found.act, found.existed) == (later[0], True)
    assert IssuedAct.objects.get().is_current


@pytest.mark.parametrize(
    ("moment", "year", "printed"),
    [
        (datetime(2026, 12, 31, 20, 59, tzinfo=UTC), 2026, "31 декабря 2026 г."),
        (datetime(2026, 12, 31, 21, 1, tzinfo=UTC), 2027, "1 января 2027 г."),
    ],
)
def test_a_number_is_of_the_year_that_is_printed_on_the_act(
    issued: Issue, company: Counterparty, moment: datetime, year: int, printed: str
) -> None:
    with time_machine.travel(moment, tick=False):
        act = issued(company).act
    pages = PdfReader(BytesIO(bytes_of(act, "pdf"))).pages
    assert act.year == year
    assert printed in " ".join(page.extract_text() for page in pages)


def test_sums_that_no_books_hold_are_refused_and_kept_nowhere(
    company: Counterparty, books: OneCSandbox
) -> None:
    real = connections.onec()

    class Boastful:
        """Says what 1C says, with a hundred documents more of the largest amount that a row may have."""

        def act(self, guid: str, period: Period, *, deadline: Deadline) -> Answer:
            answer = real.act(guid, period, deadline=deadline)
            line = Line(period.start, "Реализация", Decimal(10) ** 15, Decimal("0.00"))
            return replace(answer, act=replace(answer.act, lines=(line,) * 100, contracts=()))

    client = cast(OneCClient, Boastful())
    with pytest.raises(InvalidAnswer):
        issue(company, SPRING, requested_by=None, client=client, deadline=Deadline(5))
    assert not IssuedAct.objects.exists()
    assert not Discrepancy.objects.exists()


def test_an_organization_that_nobody_names_counts_all_its_acts_in_one_sequence(
    issued: Issue, company: Counterparty, english_company: Counterparty, books: OneCSandbox, settings: Any
) -> None:
    settings.ORGANIZATION_NAME = settings.ORGANIZATION_INN = ""
    books.set_fault("*", "minimal")
    numbers = [issued(each).act.number for each in (company, english_company)]
    assert numbers == ["000001", "000002"]
    assert ActSequence.objects.get().last == 2


@pytest.mark.parametrize("today", ["2024-02-29", "2026-01-01", "2026-01-31", "2026-12-31", "2004-06-15"])
def test_the_last_movement_is_looked_for_within_a_period_that_may_be_asked_for(
    company: Counterparty, books: OneCSandbox, today: str
) -> None:
    day = date.fromisoformat(today)
    found = last_movement(
        company, Period(day, day), client=connections.onec(), deadline=Deadline(5), today=day
    )
    *_, call = books.calls  # after one with a session of the test before, perhaps
    start, end = (date.fromisoformat(call.query[name]) for name in ("date_from", "date_to"))
    assert Period.allowed(start, end, today=day).end == day
    assert call.query["format"] == "json"
    if found:
        assert found.end <= day


def test_a_company_without_any_document_is_offered_nothing(books: OneCSandbox, company: Counterparty) -> None:
    early = date(2010, 1, 31)
    asked, client = Period(early, early), connections.onec()
    assert last_movement(company, asked, client=client, deadline=Deadline(5), today=early) is None
