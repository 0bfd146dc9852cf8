"""The adapters' figures, family by family, against plain arithmetic over the same dealings."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.onec.bookkeeping import post
from tests.onec.company import FAMILIES, QUARTER, Company
from tests.onec.dealings import EFFECTS, Dealing, expected
from tests.onec.registers import Posting, Side

JANUARY, END = datetime(2024, 1, 1), datetime(2024, 3, 31)
families = pytest.mark.parametrize("family", FAMILIES)


def day(month, number, hour=12):
    return datetime(2024, month, number, hour)


def deal(moment, kind, amount, contract=0, **more):
    return Dealing(moment, kind, contract, Decimal(amount), **more)


def figures(act, company):
    """Return an act's figures in the model's form, contracts by their number in the cast."""
    numbers = {company.base.objects[ref]["Наименование"]: n for n, ref in enumerate(company.contracts)}
    rows = [
        (row["date"], numbers[row["contract"]], Decimal(row["debit"]), Decimal(row["credit"]))
        for row in act["transactions"]
    ]
    sides = [
        {numbers[c["name"]]: Decimal(c[side]) for c in act["contracts"] if c[side]}
        for side in ("opening_balance", "closing_balance")
    ]
    return sides[0], rows, sides[1], Decimal(act["opening_balance"]), Decimal(act["closing_balance"])


def wanted(dealings):
    found = expected(dealings, JANUARY, END)
    sides = [{n: amount for n, amount in side.items() if amount} for side in (found.opening, found.closing)]
    rows = [(moment.date().isoformat(), *rest) for moment, *rest in found.rows]
    return sides[0], rows, sides[1], sum(sides[0].values(), Decimal(0)), sum(sides[1].values(), Decimal(0))


def check(family, dealings):
    company = Company(FAMILIES[family])
    for dealing in dealings:
        post(company, dealing)
        post(company, dealing, by=company.sister)
        post(company, dealing, with_=company.stranger)
    opening, rows, closing, opened, closed = figures(company.act(), company)
    expected_opening, expected_rows, expected_closing, *totals = wanted(dealings)
    assert (opening, closing, [opened, closed]) == (expected_opening, expected_closing, totals)
    assert sorted(rows) == sorted(expected_rows)
    assert [row[0] for row in rows] == sorted(row[0] for row in rows)


CASES = {
    "a shipment and its payment": [
        deal(day(1, 15), "shipment", "45000"),
        deal(day(1, 20), "payment", "45000.50"),
    ],
    "a debt from before": [
        deal(datetime(2023, 12, 31, 23), "shipment", "15000"),
        deal(day(2, 1), "payment", "5000"),
    ],
    "the first and the last second of the period": [
        deal(datetime(2024, 1, 1), "shipment", "1"),
        deal(datetime(2024, 3, 31, 23, 59, 59), "shipment", "2"),
        deal(datetime(2024, 4, 1), "shipment", "4"),
    ],
    "an advance, and its offset when the goods go out": [
        deal(day(1, 10), "payment", "1000", advance=Decimal(1000)),
        deal(day(1, 20), "shipment", "1500", advance=Decimal(1000)),
    ],
    "a payment that is partly an advance": [
        deal(day(1, 5), "shipment", "300"),
        deal(day(1, 6), "payment", "500", advance=Decimal(200)),
    ],
    "advances to a supplier": [
        deal(day(1, 5), "outgoing payment", "700", advance=Decimal(700)),
        deal(day(1, 9), "purchase", "900", advance=Decimal(700)),
        deal(day(1, 11), "outgoing payment", "200"),
    ],
    "a return, which is posted as a negative debit": [
        deal(day(1, 5), "shipment", "1000"),
        deal(day(2, 5), "return", "250.25"),
    ],
    "a correction downwards": [deal(day(1, 5), "correction", "-0.01")],
    "a sale for cash, of which both sides are shown": [deal(day(1, 5), "sale for cash", "99.99")],
    "a debt taken to another contract": [
        deal(day(1, 5), "shipment", "1000"),
        deal(day(1, 6), "transfer", "400", other=1),
    ],
    "contracts that net to zero": [
        deal(day(1, 5), "shipment", "100"),
        deal(day(1, 6), "payment", "100", 1),
    ],
    "nothing at all": [],
}


@families
@pytest.mark.parametrize("case", CASES)
def test_opening_rows_and_closing_come_out(family, case):
    check(family, CASES[case])


def dealings():
    """Any documents from the autumn before to the spring after, in two rouble contracts."""
    moments = st.datetimes(datetime(2023, 11, 1), datetime(2024, 4, 30)).map(
        lambda at: at.replace(microsecond=0)
    )
    amounts = st.decimals(Decimal("0.01"), Decimal("999999.99"), places=2)
    plain = st.builds(
        Dealing, moments, st.sampled_from(sorted(set(EFFECTS) - {"transfer"})), st.integers(0, 1), amounts
    )
    advances = st.builds(
        lambda at, kind, contract, first, second: Dealing(at, kind, contract, first + second, second),
        moments,
        st.sampled_from(["shipment", "payment", "purchase", "outgoing payment"]),
        st.integers(0, 1),
        amounts,
        amounts,
    )
    transfers = st.builds(
        lambda at, amount, n: Dealing(at, "transfer", n, amount, other=1 - n),
        moments,
        amounts,
        st.integers(0, 1),
    )
    return st.lists(plain | advances | transfers, max_size=8, unique_by=lambda found: found.moment)


@families
@settings(max_examples=15, deadline=None)
@given(found=dealings())
def test_any_dealings_come_out_as_arithmetic_says(family, found):
    check(family, found)


@pytest.mark.parametrize("family", ["trade", "small firm"])
def test_two_currencies_are_never_added_up(family):
    company = Company(FAMILIES[family])
    post(company, deal(day(1, 5), "shipment", "100"))
    post(company, deal(day(1, 6), "shipment", "7", 2))
    status, answer = company.ask("act", None, counterparty_guid=company.customer.key, **QUARTER)
    assert (status, "RUB, USD" in answer["error"] or "USD, RUB" in answer["error"]) == (400, True)
    for asked, code, closing in (("RUB", "RUB", 100), ("USD", "USD", 7)):
        act = company.act(currency=asked)
        assert (act["currency"], act["closing_balance"], len(act["transactions"])) == (code, closing, 1)
    assert company.act(contract_guid=company.contracts[2].key)["currency"] == "USD"
    status, answer = company.ask(
        "act", None, counterparty_guid=company.customer.key, currency="EUR", **QUARTER
    )
    assert (status, "Расчётов в валюте EUR нет" in answer["error"]) == (400, True)


def test_accounting_keeps_to_its_own_currency_and_shows_a_revaluation_as_a_row():
    company = Company(FAMILIES["accounting"])
    post(company, deal(day(1, 5), "shipment", "9000", 2))
    post(company, deal(day(1, 31), "correction", "150.75", 2))
    act = company.act()
    assert (act["currency"], act["closing_balance"]) == ("RUB", Decimal("9150.75"))
    assert act["transactions"][1]["document"].startswith("Регламентная операция")


@families
def test_a_contract_by_itself_has_its_own_balances(family):
    company = Company(FAMILIES[family])
    for dealing in CASES["a debt taken to another contract"]:
        post(company, dealing)
    act = company.act(contract_guid=company.contracts[1].key)
    assert [(row["debit"], row["credit"]) for row in act["transactions"]] == [(400, 0)]
    assert (act["opening_balance"], act["closing_balance"], len(act["contracts"])) == (0, 400, 1)


def test_an_account_that_is_no_settlement_stays_out():
    company = Company(FAMILIES["accounting"])
    analytics = {"Контрагенты": company.customer, "Договоры": company.contracts[0]}
    document = post(company, deal(day(1, 5), "shipment", "100"))
    for account in ("45.01", "008"):
        company.base.postings.append(
            Posting(
                day(1, 6), document, company.organization, Decimal(5), Side(account, analytics), Side("99")
            )
        )
    assert company.act()["closing_balance"] == 100


@families
def test_an_act_takes_as_many_queries_whatever_its_length(family):
    counts = []
    for length in (1, 40):
        company = Company(FAMILIES[family])
        for number in range(length):
            post(company, deal(day(1, 1) + timedelta(hours=number), "shipment", "1"))
        company.base.batches.clear()
        assert len(company.act()["transactions"]) == length
        counts.append(len(company.base.batches))
    assert counts[0] == counts[1] <= 7
