"""A preview in numbers: 1C's list, what of it gets an act and what does not, by way, and what is odd."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import Any, Self

from pydantic import TypeAdapter

from reconciliation.models import MonthPreview, PreviewLine
from reconciliation.months.recipients import Plan

Odd = PreviewLine.Odd


@dataclass
class Sums:
    """Of one currency: how many, what is owed to us, and what by us."""

    number: int = 0
    to_us: Decimal = Decimal(0)
    by_us: Decimal = Decimal(0)

    def add(self, balance: Decimal) -> None:
        """Count one balance."""
        self.number += 1
        self.to_us += max(balance, Decimal(0))
        self.by_us += max(-balance, Decimal(0))


@dataclass
class Currency:
    """1C's list in one currency, the part that gets an act and the part that does not.

    `checked` and `closing`: the listed and the acts' own balances of those that 1C gave an act of.
    """

    listed: Sums = field(default_factory=Sums)
    acts: Sums = field(default_factory=Sums)
    nothing: Sums = field(default_factory=Sums)
    checked: Decimal = Decimal(0)
    closing: Decimal = Decimal(0)


@dataclass
class Totals:
    """`ways`: how many get it by each; `left_out` and `excluded`: how many do not, by reason."""

    currencies: dict[str, Currency] = field(default_factory=dict)
    ways: dict[str, int] = field(default_factory=dict)
    left_out: dict[str, dict[str, int]] = field(default_factory=dict)
    excluded: dict[str, int] = field(default_factory=dict)
    odd: dict[str, int] = field(default_factory=dict)

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Self:
        """Return what was kept on a preview; nothing yet if nothing was."""
        found: Self = TypeAdapter(cls).validate_python(kept)
        return found

    @property
    def listed(self) -> int:
        """How many 1C's list names."""
        return sum(each.listed.number for each in self.currencies.values())

    @property
    def acts(self) -> int:
        """How many get an act."""
        return sum(each.acts.number for each in self.currencies.values())


def count(preview: MonthPreview) -> dict[str, Any]:
    """Return the preview's totals as they are kept on it."""
    return asdict(of_lines(preview.lines.defer("search", "name").iterator(chunk_size=2000)))


def of_lines(lines: Iterable[PreviewLine | Plan]) -> Totals:
    """Return the totals of a preview's lines, or of plans that nobody has judged."""
    currencies: dict[str, Currency] = defaultdict(Currency)
    ways, excluded, odd = Counter[str](), Counter[str](), Counter[str]()
    left_out: dict[str, Counter[str]] = defaultdict(Counter)
    for line in lines:
        if isinstance(line, PreviewLine):
            odd.update(line.odd.split())
        if line.excluded:
            excluded[line.excluded] += 1
        if line.excluded in (Odd.GONE, Odd.UNREADABLE):
            continue
        ways.update(line.ways)
        for way, reason in line.left_out.items():
            left_out[way][reason] += 1
        _add(currencies[line.currency], line)
    by_reason = {way: dict(reasons) for way, reasons in left_out.items()}
    return Totals(dict(currencies), dict(ways), by_reason, dict(excluded), dict(odd))


def _add(sums: Currency, line: PreviewLine | Plan) -> None:
    sums.listed.add(line.balance)
    (sums.acts if line.ways else sums.nothing).add(line.balance)
    if isinstance(line, PreviewLine) and line.closing is not None:
        sums.checked += line.balance
        sums.closing += line.closing
