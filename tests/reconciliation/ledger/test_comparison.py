"""What changed between two acts is shown row by row, and nothing else."""

from collections import Counter
from dataclasses import replace
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from reconciliation.ledger.act import Act, Line
from reconciliation.ledger.comparison import compare
from tests.reconciliation.drawn_acts import acts, lines
from tests.reconciliation.sample_acts import QUARTER, act_of, payment, sale


def told(older: Act, newer: Act) -> list[tuple[str, str]]:
    return [(change.kind, change.line.document) for change in compare(older, newer)]


def test_nothing_changed() -> None:
    assert compare(act_of(sale(1), payment(2)), act_of(sale(1), payment(2))) == []


def test_the_order_of_rows_does_not_matter() -> None:
    assert compare(act_of(sale(1), payment(2)), act_of(payment(2), sale(1))) == []


def test_a_row_came_and_a_row_went() -> None:
    assert told(act_of(sale(1), sale(2)), act_of(sale(2), sale(3))) == [
        ("removed", "Реализация № 1"),
        ("added", "Реализация № 3"),
    ]


def test_a_corrected_row_stands_as_it_was_above_what_it_became() -> None:
    corrected = replace(sale(1), debit=Decimal("7.00"))
    changes = compare(act_of(sale(1)), act_of(corrected))
    assert [(change.kind, change.line.debit) for change in changes] == [
        ("removed", Decimal("1.50")),
        ("added", Decimal("7.00")),
    ]


def test_the_same_row_twice_counts_twice() -> None:
    assert told(act_of(sale(1)), act_of(sale(1), sale(1))) == [("added", "Реализация № 1")]
    assert told(act_of(sale(1), sale(1), sale(1)), act_of(sale(1))) == [("removed", "Реализация № 1")] * 2


def test_changes_stand_by_date() -> None:
    changes = compare(act_of(sale(30), sale(10)), act_of(sale(20)))
    assert [change.line.date for change in changes] == sorted(change.line.date for change in changes)


rows = st.lists(lines(QUARTER), max_size=8)


@settings(max_examples=30)
@given(rows, rows, rows)
def test_the_changes_turn_the_older_rows_into_the_newer(
    both: list[Line], gone: list[Line], come: list[Line]
) -> None:
    older, newer = act_of(*both, *gone), act_of(*come, *both)
    counted = Counter(older.lines)
    for change in compare(older, newer):
        counted[change.line] += 1 if change.kind == "added" else -1
    assert +counted == Counter(newer.lines)
    assert min(counted.values(), default=0) >= 0


@settings(max_examples=20)
@given(acts(), acts())
def test_the_way_back_is_the_same_turned_round(one: Act, other: Act) -> None:
    there = Counter((change.kind, change.line) for change in compare(one, other))
    back = Counter((change.kind, change.line) for change in compare(other, one))
    turned = {"added": "removed", "removed": "added"}
    assert there == Counter({(turned[kind], line): times for (kind, line), times in back.items()})
