"""An act's own arithmetic, its periods, and what keeps it from being issued."""

from dataclasses import FrozenInstanceError, replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciliation.ledger.act import ZERO, Act, Contract, Imbalance, Line
from reconciliation.ledger.period import (
    EARLIEST,
    Period,
    PeriodInFuture,
    PeriodReversed,
    PeriodTooEarly,
    PeriodTooLong,
    month_of,
)
from tests.reconciliation.drawn_acts import acts, amounts, days
from tests.reconciliation.sample_acts import OPENING, QUARTER, act_by_contracts, act_of, payment, sale

TODAY = date(2024, 6, 15)
CENT = Decimal("0.01")


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2024-06-15", "2024-06-15"), ("2000-01-01", "2000-01-01"), ("2000-01-01", "2004-12-31"),
        ("2019-06-16", "2024-06-15"), ("2020-02-29", "2024-06-15"), ("2016-02-29", "2021-02-28"),
        ("2023-12-31", "2024-01-01"),
    ],
)  # fmt: skip
def test_a_period_that_may_be_asked_for(start: str, end: str) -> None:
    period = Period.allowed(day(start), day(end), today=TODAY)
    assert (period.start, period.end) == (day(start), day(end))


@pytest.mark.parametrize(
    ("start", "end", "refusal"),
    [
        ("2024-06-15", "2024-06-14", PeriodReversed), ("1999-12-31", "2000-01-31", PeriodTooEarly),
        ("2024-06-01", "2024-06-16", PeriodInFuture), ("2019-06-15", "2024-06-15", PeriodTooLong),
        ("2016-02-29", "2021-03-01", PeriodTooLong), ("1999-12-31", "1999-01-01", PeriodReversed),
        ("0001-01-01", "9999-12-31", PeriodTooEarly), ("2000-01-01", "9999-12-31", PeriodInFuture),
    ],
)  # fmt: skip
def test_each_period_that_may_not_has_a_reason_of_its_own(
    start: str, end: str, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        Period.allowed(day(start), day(end), today=TODAY)


def test_both_days_belong_to_a_period() -> None:
    assert QUARTER.start in QUARTER
    assert QUARTER.end in QUARTER
    assert QUARTER.start - timedelta(days=1) not in QUARTER
    assert QUARTER.end + timedelta(days=1) not in QUARTER


@given(start=days, end=days, today=days)
def test_a_period_is_allowed_exactly_by_the_rules(start: date, end: date, today: date) -> None:
    try:
        period = Period.allowed(start, end, today=today)
    except (PeriodReversed, PeriodTooEarly, PeriodInFuture, PeriodTooLong):
        return
    assert EARLIEST <= period.start <= period.end <= today
    assert (period.end - period.start).days <= 5 * 366


@given(days)
def test_a_month_holds_its_day_and_begins_and_ends_as_months_do(day: date) -> None:
    month = month_of(day)
    assert day in month
    assert month.start.day == (month.end + timedelta(days=1)).day == 1
    assert (month.start.year, month.start.month) == (day.year, day.month)


def test_nothing_of_an_act_can_be_changed() -> None:
    act = act_of(sale(1))
    for whole, name in (
        (act, "closing"),
        (act.lines[0], "debit"),
        (act.period, "end"),
        (act.counterparty, "inn"),
    ):
        with pytest.raises(FrozenInstanceError):
            setattr(whole, name, ZERO)  # fmt: skip


def test_turnovers_and_closing_of_an_act() -> None:
    act = act_of(sale(10), sale(20), payment(5))
    assert (act.debit, act.credit) == (Decimal("31.00"), Decimal("5.00"))
    assert act.expected_closing == act.closing == OPENING + 26
    assert act.imbalances == ()


def test_a_kopeck_is_found_and_told_exactly() -> None:
    act = replace(act_of(sale(1)), closing=Decimal("15001.51"))
    assert act.difference == CENT
    assert act.imbalances == (Imbalance("closing", Decimal("15001.50"), Decimal("15001.51")),)


def test_rows_are_grouped_by_contract_in_the_contracts_order() -> None:
    act = act_by_contracts(3, 2)
    mixed = replace(act, lines=tuple(reversed(act.lines)))
    assert [block.contract.guid for block in mixed.blocks] == ["guid-0", "guid-1", "guid-2"]
    assert [len(block.lines) for block in mixed.blocks] == [2, 2, 2]
    assert mixed.imbalances == ()


def test_rows_may_name_their_contract_instead_of_its_guid() -> None:
    act = act_by_contracts(2, 1)
    named = replace(
        act, lines=tuple(replace(line, contract=act.contracts[n].name) for n, line in enumerate(act.lines))
    )
    assert [block.contract.guid for block in named.blocks] == ["guid-0", "guid-1"]  # fmt: skip


def test_a_name_that_two_contracts_share_tells_neither() -> None:
    act = act_by_contracts(2, 1)
    contracts = tuple(replace(contract, name="Основной") for contract in act.contracts)
    by_guid = replace(act, contracts=contracts)
    assert len(by_guid.blocks) == 2
    by_name = replace(by_guid, lines=tuple(replace(line, contract="Основной") for line in act.lines))
    assert by_name.blocks == ()
    assert by_name.imbalances == ()


@pytest.mark.parametrize("contract", ["", "guid-7"])
def test_a_row_of_no_known_contract_makes_the_act_one_list(contract: str) -> None:
    act = act_by_contracts(2, 1)
    assert replace(act, lines=(*act.lines[:1], replace(act.lines[1], contract=contract))).blocks == ()


def test_a_contract_without_rows_and_balances_is_left_out() -> None:
    act = act_by_contracts(2, 1)
    idle, owed = Contract("idle", "Idle", ZERO, ZERO), Contract("owed", "Owed", CENT, CENT)
    assert [b.contract.guid for b in replace(act, contracts=(*act.contracts, idle, owed)).blocks] == [
        "guid-0",
        "guid-1",
        "owed",
    ]


def test_contracts_that_are_off_in_opposite_ways_are_found() -> None:
    act = act_by_contracts(2, 1)
    one, other = act.contracts
    swapped = (replace(one, closing=one.closing + CENT), replace(other, closing=other.closing - CENT))
    found = replace(act, contracts=swapped).imbalances
    assert [(each.what, each.contract, each.difference) for each in found] == [
        ("contract", one.name, CENT),
        ("contract", other.name, -CENT),
    ]


def test_guids_of_contracts_are_the_same_in_capitals_and_small_letters() -> None:
    act = act_by_contracts(2, 1)
    spelled = replace(act, lines=tuple(replace(line, contract=line.contract.upper()) for line in act.lines))
    assert len(spelled.blocks) == 2


def test_a_row_without_a_contract_accounts_for_its_own_sum_and_for_nothing_else() -> None:
    act = act_by_contracts(2, 1)
    one, other = act.contracts
    loose = replace(act, lines=(act.lines[0], replace(act.lines[1], contract="")))
    assert (loose.blocks, loose.imbalances) == ((), ())
    off = (replace(one, closing=one.closing + CENT), replace(other, closing=other.closing - CENT))
    found = replace(loose, contracts=off).imbalances
    assert [(each.contract, each.difference) for each in found] == [
        (one.name, CENT),
        (other.name, act.lines[1].debit - CENT),
    ]


def test_contracts_that_do_not_sum_up_to_the_act_are_found() -> None:
    act = act_by_contracts(2, 1)
    found = replace(act, contracts=act.contracts[:1]).imbalances
    assert [each.what for each in found] == ["contracts_opening", "contracts_closing"]


@settings(max_examples=40)
@given(acts())
def test_an_act_made_of_its_rows_balances_whole_and_by_contract_in_exact_kopecks(act: Act) -> None:
    assert act.imbalances == ()
    assert act.closing == act.opening + act.debit - act.credit
    for amount in (act.debit, act.credit, act.expected_closing, act.difference):
        assert amount.as_tuple().exponent == -2


@settings(max_examples=40)
@given(acts())
def test_blocks_sum_up_to_the_totals_and_hold_every_row_once(act: Act) -> None:
    assert sum((block.debit for block in act.blocks), ZERO) == act.debit
    assert sum((block.credit for block in act.blocks), ZERO) == act.credit
    assert sum((block.contract.opening for block in act.blocks), ZERO) == act.opening
    assert sum((block.contract.closing for block in act.blocks), ZERO) == act.closing
    assert sorted(line.document for block in act.blocks for line in block.lines) == sorted(
        line.document for line in act.lines
    )


@settings(max_examples=40)
@given(acts(), amounts.filter(bool), st.data())
def test_any_figure_that_is_off_is_found(act: Act, off: Decimal, data: st.DataObject) -> None:
    wrong = [replace(act, closing=act.closing + off), replace(act, opening=act.opening + off)]
    if act.lines:
        at = data.draw(st.integers(0, len(act.lines) - 1))
        for side in ("debit", "credit"):
            changed: Line = replace(act.lines[at], **{side: getattr(act.lines[at], side) + off})
            wrong.append(replace(act, lines=(*act.lines[:at], changed, *act.lines[at + 1 :])))
    for each in wrong:
        assert each.imbalances
        assert abs(each.difference) == abs(off)
