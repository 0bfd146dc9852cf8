"""What a preview says of somebody, in the language that is set."""

from collections.abc import Iterator
from datetime import date

from django.conf import settings
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from reconciliation.errors.kept import error_of
from reconciliation.models import Delivery, DeliveryStep, MonthPreview, PreviewLine
from reconciliation.months.previews.totals import Totals
from reconciliation.printing.formats import format_money, language_of

Odd = PreviewLine.Odd
NAMED = 10
"""Of each oddity; the page has the others."""
WHY = {
    **dict(Delivery.Reason.choices),
    Odd.GONE: _("1C's list does not name it any more"),
    Odd.UNREADABLE: _("its entry in 1C's list cannot be read"),
}


def why_nothing(line: PreviewLine) -> str:
    """Return why somebody gets nothing; empty where it gets its act."""
    if not line.excluded:
        return "" if line.ways else gettext("no way is left")
    return " · ".join(filter(None, (str(WHY[line.excluded]), line.detail)))


def reasons_of(line: PreviewLine) -> Iterator[str]:
    """Yield the ways that are left out and why; those that nobody wanted are not worth a word."""
    for way, reason in line.left_out.items():
        if reason != DeliveryStep.Reason.OFF:
            yield f"{DeliveryStep.Way(way).label}: {DeliveryStep.Reason(reason).label}"


def sums_in_words(totals: Totals) -> Iterator[str]:
    """Yield what is owed in each currency, to us and by us."""
    language = language_of(get_language())
    for code, sums in sorted(totals.currencies.items()):
        for words, amount in (
            (gettext("owed to us"), sums.listed.to_us),
            (gettext("owed by us"), sums.listed.by_us),
        ):
            if amount:
                yield f"{words}: {format_money(amount, code, language)}"


def totals_in_words(month: date, totals: Totals) -> Iterator[str]:
    """Yield a month's totals as lines: how many, how much money, by which ways, and why not by others."""
    yield f"{month:%Y-%m}: {totals.listed} counterparties with a balance, {totals.acts} get an act."
    yield from (f"  {line}" for line in sums_in_words(totals))
    yield from (f"  by {way}: {number}" for way, number in totals.ways.items())
    for way, reasons in totals.left_out.items():
        yield from (f"  not by {way}: {reason} {number}" for reason, number in reasons.items())
    yield from (f"  nothing for {number}: {reason}" for reason, number in totals.excluded.items())


def lines(preview: MonthPreview) -> Iterator[str]:
    """Yield a preview as lines: totals, ways, who gets nothing, and what is odd."""
    totals = Totals.from_json(preview.totals)
    yield from totals_in_words(preview.month, totals)
    if preview.problem:
        yield f"  {error_of(preview.problem, preview.detail).one_line()}"
    for line in preview.lines.exclude(excluded="").exclude(excluded=Odd.GONE).order_by("pk"):
        yield f"  nothing for {line}: {why_nothing(line)}"
    for words, number, names in names_of_odd(preview, totals):
        more = ", …" if number > len(names) else ""
        yield f"  odd: {words}: {number} ({', '.join(names)}{more})"
    if not preview.knows_managers:
        yield "  Bitrix24 did not say who has no manager."
    yield f"  {settings.SITE_URL}{reverse('admin:reconciliation_monthpreview_change', args=[preview.pk])}"


def names_of_odd(preview: MonthPreview, totals: Totals) -> Iterator[tuple[str, int, list[str]]]:
    """Yield each oddity that there is: its words, how many, and the first names."""
    for odd in Odd:
        if number := totals.odd.get(odd, 0):
            lines = preview.lines.filter(odd__contains=odd).order_by("name", "pk")[:NAMED]
            yield str(odd.label), number, [str(line) for line in lines]
