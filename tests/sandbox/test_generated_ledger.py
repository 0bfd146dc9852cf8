"""The generated ledger is the same for the same seed, and its periods agree with each other."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from sandbox.generated_ledger import GeneratedLedger
from sandbox.ledger import Counterparty

QUARTERS = [date(2025, 10, 1), date(2026, 1, 1), date(2026, 4, 1), date(2026, 7, 1)]
PERIODS = [(start, end - timedelta(days=1)) for start, end in pairwise(QUARTERS)]
YEAR = date(2026, 1, 1), date(2026, 12, 31)


def named(ledger: GeneratedLedger, name: str) -> Counterparty:
    return next(counterparty for counterparty in ledger.counterparties if counterparty.name == name)


def test_closing_is_opening_plus_debit_minus_credit_for_all_five_hundred(ledger: GeneratedLedger) -> None:
    for counterparty in ledger.counterparties:
        for start, end in PERIODS:
            statement = ledger.statement(counterparty.guid, start, end)
            turnover = sum((row.debit - row.credit for row in statement.rows), Decimal(0))
            assert statement.closing == statement.opening + turnover


def test_the_contracts_sum_to_the_whole_and_each_balances(ledger: GeneratedLedger) -> None:
    start, end = PERIODS[0]
    for counterparty in ledger.counterparties:
        whole = ledger.statement(counterparty.guid, start, end)
        parts = [ledger.statement(counterparty.guid, start, end, c.guid) for c in counterparty.contracts]
        assert sum(part.closing for part in parts) == whole.closing
        assert [part.closing for part in parts] == list(whole.closings.values())
        assert sum(len(part.rows) for part in parts) == len(whole.rows)


def test_a_periods_closing_is_the_next_ones_opening(ledger: GeneratedLedger) -> None:
    for counterparty in ledger.counterparties:
        before = None
        for start, end in PERIODS:
            statement = ledger.statement(counterparty.guid, start, end)
            assert before is None or statement.openings == before.closings
            before = statement


def test_every_row_lies_in_the_period_and_has_kopecks_at_most(ledger: GeneratedLedger) -> None:
    for counterparty in ledger.counterparties:
        statement = ledger.statement(counterparty.guid, *PERIODS[0])
        assert all(PERIODS[0][0] <= row.day <= PERIODS[0][1] for row in statement.rows)
        assert all(
            row.debit.as_tuple().exponent == row.credit.as_tuple().exponent == -2 for row in statement.rows
        )


def test_the_same_seed_gives_the_same_however_it_is_asked(ledger: GeneratedLedger) -> None:
    other = GeneratedLedger(seed=1)
    for counterparty in ledger.counterparties[::-50]:
        assert other.statement(counterparty.guid, *YEAR) == ledger.statement(counterparty.guid, *YEAR)


def test_the_figures_of_seed_one_never_change(ledger: GeneratedLedger) -> None:
    romashka = ledger.counterparties[0]
    assert romashka.guid == "d7200b19-9fb7-5c67-9913-2945b0af78df"
    assert ledger.statement(romashka.guid, *YEAR).opening == Decimal(ROMASHKA_2026)


def test_the_first_five_are_those_a_demonstration_wants(ledger: GeneratedLedger) -> None:
    first = [(c.name, c.currency, c.language) for c in ledger.counterparties[:5]]
    assert first == [
        ("ООО «Ромашка»", "RUB", "ru"),
        ("Northwind Trading LLC", "RUB", "en"),
        ("ТОО «Қазақ Әлем Сауда»", "KZT", "ru"),
        ("ЧУП «Белаўтасэрвіс»", "BYN", "ru"),
        ("АО «Тихая гавань»", "RUB", "ru"),
    ]
    assert len(ledger.counterparties[0].contracts) == 2


def test_the_fifth_has_a_balance_and_no_row_since_the_summer_of_2026(ledger: GeneratedLedger) -> None:
    quiet = ledger.statement(ledger.counterparties[4].guid, date(2026, 7, 1), date(2030, 12, 31))
    assert not quiet.rows
    assert quiet.closing > 0


def test_a_change_moves_the_figures_from_its_day_on_and_not_before() -> None:
    ledger = GeneratedLedger(seed=1)
    guid = ledger.counterparties[0].guid
    before = ledger.statement(guid, *PERIODS[0]), ledger.statement(guid, *PERIODS[1])
    ledger.change(guid, Decimal("-10.50"), PERIODS[1][0])
    after = ledger.statement(guid, *PERIODS[0]), ledger.statement(guid, *PERIODS[1])
    assert after[0] == before[0]
    assert after[1].opening == before[1].opening
    assert after[1].closing == before[1].closing - Decimal("10.50")
    ledger.forget_changes()
    assert ledger.statement(guid, *PERIODS[1]) == before[1]


ROMASHKA_2026 = "751974.64"
