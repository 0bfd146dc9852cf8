"""A preview as XLSX: the totals, and everybody with amounts as numbers."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext

from reconciliation.models import DeliveryStep, MonthPreview, PreviewLine
from reconciliation.months.previews.totals import Sums, Totals
from reconciliation.months.previews.words import reasons_of, why_nothing
from reconciliation.tables.writer import Sheet


def sheets_of(preview: MonthPreview) -> list[Sheet]:
    """Return the two sheets, in the language that is set."""
    totals = Totals.from_json(preview.totals)
    return [
        Sheet(gettext("Totals"), _totals(totals), (36, 12, 20, 20)),
        Sheet(gettext("Counterparties"), _lines(preview), (44, 16, 38, 16, 10, 16, 16, 40, 44, 44)),
    ]


def _totals(totals: Totals) -> Iterator[list[Any]]:
    yield [gettext("Currency"), gettext("How many"), gettext("Owed to us"), gettext("Owed by us")]
    for code, sums in sorted(totals.currencies.items()):
        yield _sums(code, gettext("in 1C's list"), sums.listed)
        yield _sums(code, gettext("get an act"), sums.acts)
        yield _sums(code, gettext("get nothing"), sums.nothing)


def _sums(code: str, what: str, sums: Sums) -> list[Any]:
    return [f"{code}: {what}", sums.number, sums.to_us, sums.by_us]


def _lines(preview: MonthPreview) -> Iterator[list[Any]]:
    yield [
        gettext("Counterparty"), gettext("1C guid"), gettext("Balance"), gettext("Currency"),
        gettext("Last month's balance"), gettext("Closing balance of the act"), gettext("Gets it by"),
        gettext("Gets nothing because"), gettext("Left out"), gettext("What is odd"),
    ]  # fmt: skip
    for line in preview.lines.order_by("pk").iterator(chunk_size=1000):
        yield [
            line.name, line.guid, line.balance, line.currency, line.before, line.closing,
            ", ".join(str(DeliveryStep.Way(way).label) for way in line.ways),
            why_nothing(line), ", ".join(reasons_of(line)), _odd(line),
        ]  # fmt: skip


def _odd(line: PreviewLine) -> str:
    return ", ".join(str(each.label) for each in line.oddities)
