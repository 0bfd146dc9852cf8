"""What changed between two acts for the same period, row by row."""

from collections import Counter
from dataclasses import dataclass
from typing import Literal

from reconciliation.ledger.act import Act, Line


@dataclass(frozen=True)
class Change:
    """A row that only the newer act has ("added") or only the older ("removed")."""

    kind: Literal["added", "removed"]
    line: Line


def compare(older: Act, newer: Act) -> list[Change]:
    """Return the rows that differ, by date; the same row twice counts twice."""
    before, after = Counter(older.lines), Counter(newer.lines)
    changes = [Change("removed", line) for line in (before - after).elements()]
    changes += [Change("added", line) for line in (after - before).elements()]
    return sorted(
        changes, key=lambda change: (change.line.date, change.line.document, change.kind == "added")
    )
