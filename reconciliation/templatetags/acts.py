"""How an act's figures, dates and rows look on a page, in the language of the page."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django import template
from django.utils.timezone import localtime
from django.utils.translation import get_language, gettext

from accounts.people import reader_language
from reconciliation.ledger.act import Act, Line
from reconciliation.printing import act_rows, formats
from reconciliation.printing.currencies import Language, sign_of

register = template.Library()

NO_BREAK = "\u00a0"


@register.filter
def money(value: Decimal) -> str:
    """Return 1 234,56 in Russian and 1,234.56 in English, with two decimals and a real minus."""
    return formats.format_amount(value, _language())


@register.filter
def owed(balance: Decimal) -> str:
    """Return a balance without its sign, for beside words that say whose debt it is."""
    return money(abs(balance))


@register.filter
def side(balance: Decimal) -> str:
    """Say to the counterparty whose debt a balance is."""
    if balance > 0:
        return gettext("you owe")
    return gettext("owed to you") if balance < 0 else gettext("no debt")


@register.filter
def currency_sign(code: str) -> str:
    return sign_of(code)


@register.filter
def day(value: date) -> str:
    """Return 31.03.2024 in Russian and 31 March 2024 in English, never broken over two lines."""
    return formats.format_date(value, _language()).replace(" ", NO_BREAK)


@register.filter
def short_day(value: date) -> str:
    """Return a date as narrow as a table wants it."""
    short = formats.format_row_date(value, _language()) if _language() == "en" else day(value)
    return short.replace(" ", NO_BREAK)


@register.filter
def moment(value: datetime) -> str:
    """Return the day and the minute in the reader's time zone."""
    local = localtime(value, reader_language.zone())
    return f"{day(local)}, {local:%H:%M}"


@register.filter
def iso(value: object) -> str:
    """Return what a date field takes; what was typed and is no date stays as it was typed."""
    if isinstance(value, datetime):
        value = value.date()
    return value.isoformat() if isinstance(value, date) else str(value or "")


@register.filter
def document(line: Line) -> str:
    """Return what a row's document is called, with its number and date."""
    return _keep_number(act_rows.document_name(line, _language()))


@dataclass(frozen=True, slots=True)
class ShownRow:
    """One row of the table as text; `look` is its class in the style sheet."""

    look: str
    name: str
    debit: str
    credit: str
    day: date | None


@dataclass(frozen=True, slots=True)
class ShownRows:
    """The rows that a page shows, and how many documents it leaves to the files."""

    rows: list[ShownRow]
    total: int
    hidden: int


@register.filter
def shown_rows(facts: Act, limit: int | None = None) -> ShownRows:
    """Return the act's rows, documents cut after `limit` of them; balances are never cut."""
    total = len(facts.lines)
    shown = total if limit is None else min(limit, total)
    kept = _first_documents(act_rows.rows_of(facts, _language()), shown)
    return ShownRows([_shown_row(row) for row in kept], total, total - shown)


def _first_documents(every: Iterable[act_rows.Row], left: int) -> Iterable[act_rows.Row]:
    for row in every:
        if row.kind is act_rows.Kind.DOCUMENT:
            left -= 1
            if left < 0:
                continue
        yield row


_BALANCES = {
    act_rows.Kind.OPENING,
    act_rows.Kind.CONTRACT_OPENING,
    act_rows.Kind.CONTRACT_CLOSING,
    act_rows.Kind.CLOSING,
}


def _shown_row(row: act_rows.Row) -> ShownRow:
    """Return the row as text; a balance of zero is said, on a small screen a blank would puzzle."""
    debit, credit = (money(amount) if amount else "" for amount in (row.debit, row.credit))
    if row.kind in _BALANCES and not (debit or credit):
        debit = money(row.debit)
    look = row.kind.name.lower().replace("_", "-")
    return ShownRow(look, _keep_number(row.name), debit, credit, row.day)


def _keep_number(name: str) -> str:
    """Return the name with every number on the line of its sign."""
    return name.replace("№ ", f"№{NO_BREAK}").replace("No. ", f"No.{NO_BREAK}")


def _language() -> Language:
    return "ru" if (get_language() or "").startswith("ru") else "en"
