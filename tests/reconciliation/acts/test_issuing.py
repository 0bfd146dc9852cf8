"""Issuing asks 1C, checks, freezes and numbers; nothing else changes an act afterwards."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
import time_machine

from accounts.models import Counterparty, User
from jobs.deadline import Deadline
from reconciliation import connections
from reconciliation.acts import archive, issuing
from reconciliation.acts.issuing import issue, last_movement
from reconciliation.errors import InvalidAnswer, PortalError, Unbalanced
from reconciliation.ledger import snapshot
from reconciliation.ledger.period import Period
from reconciliation.models import ActFile, Discrepancy, IssuedAct
from sandbox.onec import OneCSandbox
from tests.cast import QUIET_MONTH, SPRING, Issue
from tests.reconciliation.sample_acts import bytes_of

pytestmark = pytest.mark.django_db
AUTUMN = Period(date(2024, 9, 1), date(2024, 11, 30))


def test_an_act_is_kept_with_what_1c_said_when_for_whom_and_on_whose_request(
    issued: Issue, books: OneCSandbox, company: Counterparty, owner: User
) -> None:
    made = issued(company, user=owner)
    act, said = made.act, books.ledger.statement(company.onec_guid, SPRING.start, SPRING.end)
    assert (act.opening, act.closing, act.rows) == (said.opening, said.closing, len(said.rows))
    assert (act.counterparty, act.requested_by, act.requested_by_name) == (company, owner, "Ольга Хозяйкина")
    assert act.sha256 == snapshot.digest(act.snapshot)
    assert act.answered_at <= act.issued_at


def test_the_same_request_with_the_same_figures_gives_the_same_act(
    issued: Issue, company: Counterparty
) -> None:
    first, second = issued(company), issued(company)
    assert (first.act, first.existed, second.existed) == (second.act, False, True)
    assert IssuedAct.objects.count() == 1


def test_figures_that_change_back_give_a_third_act(
    issued: Issue, books: OneCSandbox, company: Counterparty
) -> None:
    first = issued(company).act
    books.change(company.onec_guid, Decimal("5.00"), on=SPRING.start)
    second = issued(company).act
    books.reset()
    third = issued(company).act
    assert third.sha256 == first.sha256
    assert (third.replaces, IssuedAct.objects.filter(is_current=True).get()) == (second, third)


def test_numbers_run_by_organization_and_year(
    issued: Issue, books: OneCSandbox, company: Counterparty, settings
) -> None:
    assert [issued(company, period).act.number for period in (SPRING, AUTUMN)] == ["000001", "000002"]
    with time_machine.travel(datetime(2027, 1, 2, tzinfo=UTC), tick=True):
        assert issued(company, Period(date(2024, 1, 1), date(2024, 1, 31))).act.number == "000001"
    books.set_fault("*", "minimal")
    settings.ORGANIZATION_INN = "7799999999"
    assert issued(company, QUIET_MONTH).act.number == "000001"


def test_the_year_of_a_number_is_that_of_the_books_time_zone(issued: Issue, company: Counterparty) -> None:
    with time_machine.travel(datetime(2026, 12, 31, 22, 0, tzinfo=UTC), tick=True):
        assert issued(company).act.year == 2027  # it is one o'clock in Moscow


def test_a_refused_act_uses_no_number(issued: Issue, books: OneCSandbox, company: Counterparty) -> None:
    books.set_fault(company.onec_guid, "unbalanced")
    with pytest.raises(Unbalanced):
        issued(company)
    books.clear()
    assert issued(company).act.number == "000001"


def test_an_act_that_does_not_balance_is_kept_for_accounting_to_the_kopeck(
    issued: Issue, books: OneCSandbox, company: Counterparty, owner: User
) -> None:
    books.set_fault(company.onec_guid, "unbalanced")
    for _ in range(3):
        with pytest.raises(Unbalanced):
            issued(company, user=owner)
    entry = Discrepancy.objects.get()
    assert abs(entry.difference) == Decimal("0.01")
    assert (entry.times, entry.requested_by, entry.resolved_at) == (3, owner, None)
    assert not IssuedAct.objects.exists()


def test_the_entry_closes_when_the_figures_add_up(
    issued: Issue, books: OneCSandbox, company: Counterparty
) -> None:
    books.set_fault(company.onec_guid, "unbalanced")
    with pytest.raises(Unbalanced):
        issued(company)
    books.clear()
    issued(company)
    assert Discrepancy.objects.get().resolved_at is not None


def test_a_company_renamed_in_1c_keeps_its_acts_by_its_tax_number(
    issued: Issue, company: Counterparty
) -> None:
    Counterparty.objects.filter(pk=company.pk).update(name="ООО «Прежнее имя»")
    company.refresh_from_db()
    assert issued(company).act.facts.counterparty.name == "ООО «Ромашка»"


def test_another_language_is_no_other_act(issued: Issue, company: Counterparty) -> None:
    first = issued(company).act
    company.language = "en"
    company.save()
    again = issued(company)
    assert (again.act, again.existed) == (first, True)
    assert bytes_of(again.act, "pdf") == archive.content_of(archive.make(first, "pdf", "en"))


@pytest.mark.parametrize(
    ("source", "fault", "kept"),
    [("portal", None, ""), ("auto", None, ""), ("auto", "unasked_pdf", "onec"), ("onec", None, "onec")],
)
def test_whose_pdf_goes_out_is_a_setting(
    issued: Issue, books: OneCSandbox, company: Counterparty, settings, source: str, fault: str, kept: str
) -> None:
    settings.ACT_PDF_SOURCE = source
    if fault:
        books.set_fault("*", fault)
    act = issued(company).act
    assert "".join(ActFile.objects.values_list("source", flat=True)) == kept
    assert bytes_of(act, "pdf").startswith(b"%PDF-")
    assert books.pdfs_drawn == (1 if source == "onec" else 0)


def test_a_minimal_answer_is_completed_from_what_the_portal_knows(
    issued: Issue, books: OneCSandbox, company: Counterparty, settings
) -> None:
    settings.ORGANIZATION_NAME, settings.ORGANIZATION_INN = "", ""
    books.set_fault("*", "minimal")
    facts = issued(company).act.facts
    assert (facts.organization.name, facts.counterparty.inn, facts.currency) == (
        "Поставщик",
        company.inn,
        "RUB",
    )


def test_the_last_month_with_documents_is_found_and_no_pdf_is_drawn(
    books: OneCSandbox, quiet_company: Counterparty, settings
) -> None:
    settings.ACT_PDF_SOURCE = "onec"
    today = date(2026, 11, 23)
    client = connections.onec()
    found = last_movement(quiet_company, QUIET_MONTH, client=client, deadline=Deadline(5), today=today)
    assert found is not None
    rows = books.ledger.statement(quiet_company.onec_guid, found.start, today).rows
    assert rows
    assert all(row.day in found for row in rows)
    assert books.pdfs_drawn == 0


def test_no_offer_is_made_when_1c_fails_meanwhile(books: OneCSandbox, quiet_company: Counterparty) -> None:
    books.set_fault("*", "busy")
    client, today = connections.onec(), date(2026, 11, 1)
    assert (
        last_movement(quiet_company, QUIET_MONTH, client=client, deadline=Deadline(0.3), today=today) is None
    )


def test_the_last_documents_of_a_company_that_stopped_long_ago_are_offered(
    books: OneCSandbox, company: Counterparty, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, today = Period(date(2024, 5, 1), date(2024, 5, 31)), date(2034, 1, 15)
    client = connections.onec()
    answered = client.act

    def stopped(guid: str, period: Period, **options: Any) -> Any:
        answer = answered(guid, period, **options)
        early = tuple(line for line in answer.act.lines if line.date < date(2024, 4, 1))
        return replace(answer, act=replace(answer.act, lines=early))

    monkeypatch.setattr(client, "act", stopped)
    found = last_movement(company, asked, client=client, deadline=Deadline(5), today=today)
    assert found == SPRING


def test_rows_in_another_order_are_the_same_act(
    issued: Issue, books: OneCSandbox, company: Counterparty, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = issued(company)
    client = connections.onec()
    answered = client.act

    def shuffled(*args: Any, **options: Any) -> Any:
        answer = answered(*args, **options)
        return replace(answer, act=replace(answer.act, lines=answer.act.lines[::-1]))

    monkeypatch.setattr(client, "act", shuffled)
    second = issued(company)
    assert (second.act, second.existed) == (first.act, True)


def test_nothing_is_left_behind_when_freezing_fails(
    books: OneCSandbox, company: Counterparty, settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.ACT_PDF_SOURCE = "onec"

    def full_disk(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(archive, "keep", full_disk)
    with pytest.raises((OSError, PortalError)):
        issue(company, SPRING, requested_by=None, client=connections.onec(), deadline=Deadline(5))
    assert not IssuedAct.objects.exists()


def test_an_organization_without_a_tax_number_is_counted_by_its_name(
    issued: Issue, company: Counterparty
) -> None:
    facts = issued(company).act.facts
    nameless = replace(facts, organization=replace(facts.organization, inn=""))
    assert issuing.organization_key(nameless) == "ооо поставщик"


def test_letters_that_no_font_prints_are_refused_before_a_number_is_used(
    issued: Issue, books: OneCSandbox, company: Counterparty
) -> None:
    books.set_fault("*", "letters", "देव")
    with pytest.raises(InvalidAnswer) as refused:
        issued(company)
    assert refused.value.kind == "InvalidAnswer: no_font"
    assert refused.value.detail == "U+0926 द, U+0935 व, U+0947 े"
    books.set_fault("*", "letters")
    assert issued(company).act.number == "000001"
