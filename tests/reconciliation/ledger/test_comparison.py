"""What changed between two acts is shown row by row, and nothing else."""

from collections import Counter
from dataclasses import replace
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from reconciliation.ledger.act import Act, Line
from reconciliation.ledger.comparison import compare
from tests.reconciliation.drawn_acts import lines
from tests.reconciliation.sample_acts import QUARTER, act_of, sale


def told(older: Act, newer: Act) -> list[tuple[str, str]]:
    return [(change.kind, change.line.document) for change in compare(older, newer)]


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
