"""What an act says in words, in the language it is issued in; the same on paper, in a sheet and on a page."""

import re
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from django.utils import dateformat, translation
from django.utils.translation import gettext, pgettext

from reconciliation.acts.act import Act, Line, Party
from reconciliation.acts.currencies import Language, short_name
from reconciliation.acts.words import CENT, amount_in_words

NO_BREAK_SPACE = "\u00a0"
ELLIPSIS = "…"
TO_BE_WRITTEN = "_" * 20
"""Stands where a name is unknown, so that it can be written by hand."""

LONGEST_NAME = 400
LONGEST_NUMBER = 100
LONGEST_DOCUMENT = 1000
MINUS = "\u2212"

_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)


@dataclass(frozen=True)
class Issued:
    """An act with what issuing gave it; `number` is as printed, such as "000123"."""

    act: Act
    number: str
    issued_on: date
    language: Language


def language_of(code: str | None) -> Language:
    """Return the language of acts that a language code stands for; Russian unless it is English."""
    return "en" if (code or "").startswith("en") else "ru"


def printable(text: str) -> str:
    """Return the text without control characters, half surrogates and what turns the reading direction."""
    return _UNPRINTABLE.sub("", text)


def glue(text: str) -> str:
    """Return the text with figures tied to what they count, so that no line ends between them."""
    return re.sub(r"(?<=№) (?=\S)|(?<=No\.) (?=\d)|(?<=\d) (?=[^\W\d])", NO_BREAK_SPACE, text)


def format_amount(amount: Decimal, language: Language) -> str:
    """Return "15 000,00" in Russian (no-break spaces), "15,000.00" in English; minus is U+2212."""
    exact = amount.quantize(CENT, rounding=ROUND_HALF_UP) if abs(amount) < 10**24 else amount
    text = f"{abs(exact):,.2f}"
    if language == "ru":
        text = text.replace(",", NO_BREAK_SPACE).replace(".", ",")
    return MINUS + text if exact < 0 else text


def format_money(amount: Decimal, currency: str, language: Language) -> str:
    """Return the amount with its currency where the language puts it: "15 000,00 руб.", "RUB 15,000.00"."""
    figure, name = format_amount(amount, language), short_name(currency, language)
    pair = (figure, name) if language == "ru" else (name, figure)
    return NO_BREAK_SPACE.join(pair).strip(NO_BREAK_SPACE)


def format_date(day: date, language: Language) -> str:
    """Return "31.03.2024" in Russian, "31 March 2024" in English."""
    if language == "ru":
        return f"{day:%d.%m.}{day.year:04d}"
    with translation.override(language):
        return dateformat.format(day, "j F Y")


def format_row_date(day: date, language: Language) -> str:
    """Return a date as narrow as the ledger wants it: "31.03.24" in Russian, "31 Mar 2024" in English."""
    if language == "ru":
        return f"{day:%d.%m.%y}"
    with translation.override(language):
        return dateformat.format(day, "j M Y")


def format_long_date(day: date, language: Language) -> str:
    """Return "31 марта 2024 г." in Russian, "31 March 2024" in English."""
    with translation.override(language):
        return dateformat.format(day, "j E Y г." if language == "ru" else "j F Y")


def name_of(party: Party) -> str:
    """Return the party's name on one line, short enough to leave room for the rest of the act."""
    return cut(one_line(party.name), LONGEST_NAME) or TO_BE_WRITTEN


def contract_heading(name: str, language: Language) -> str:
    """Return the heading of one contract's rows; a name that says what it is stands alone."""
    name = cut(one_line(name), LONGEST_NAME)
    if re.search("договор|contract", name, re.IGNORECASE):
        return name
    with translation.override(language):
        return (gettext("Contract %(contract)s") % {"contract": name}).strip()


@dataclass(frozen=True, slots=True)
class RowNames:
    """The names of columns and of rows that are not documents."""

    date: str
    document: str
    debit: str
    credit: str
    opening: str
    turnover: str
    closing: str
    contract_opening: str
    contract_turnover: str
    contract_closing: str


def row_names(currency: str, language: Language) -> RowNames:
    """Return the table's names; Kazakhstan calls the balances otherwise than Russia does."""
    with translation.override(language):
        opening, closing = _balance_names(currency)
        return RowNames(
            date=gettext("Date"),
            document=gettext("Document"),
            debit=gettext("Debit"),
            credit=gettext("Credit"),
            opening=opening,
            turnover=gettext("Turnover for the period"),
            closing=closing,
            contract_opening=gettext("Opening balance under the contract"),
            contract_turnover=gettext("Turnover under the contract"),
            contract_closing=gettext("Closing balance under the contract"),
        )


def document_name(line: Line, language: Language) -> str:
    """Return what the row's document is called, with its own number and date where the name lacks them."""
    name = cut(one_line(line.document), LONGEST_DOCUMENT)
    number = cut(one_line(line.document_number), LONGEST_NUMBER)
    if not number or number in name:
        return name
    with translation.override(language):
        if line.document_date is None:
            return one_line(gettext("%(document)s No. %(number)s") % {"document": name, "number": number})
        said = {"document": name, "number": number, "date": format_date(line.document_date, language)}
        return one_line(gettext("%(document)s No. %(number)s of %(date)s") % said)


def conclusion(act: Act, language: Language) -> str:
    """Return who owes whom on the period's last day, with the amount in figures and in words."""
    owed = abs(act.closing)
    creditor = act.organization if act.closing > 0 else act.counterparty
    said = {
        "organization": name_of(act.organization),
        "date": format_date(act.period.end, language),
        "creditor": name_of(creditor),
        "amount": format_money(owed, act.currency, language),
        "words": amount_in_words(owed, act.currency, language),
    }
    with translation.override(language):
        if not act.closing:
            return gettext("According to %(organization)s, as of %(date)s there is no debt.") % said
        return (
            gettext(
                "According to %(organization)s, as of %(date)s the debt in favour of %(creditor)s is "
                "%(amount)s (%(words)s)."
            )
            % said
        )


def _balance_names(currency: str) -> tuple[str, str]:
    if currency == "KZT":
        return gettext("Balance at the beginning"), gettext("Balance at the end")
    return pgettext("act form", "Opening balance"), pgettext("act form", "Closing balance")


def one_line(text: str) -> str:
    """Return the text without line breaks and double spaces."""
    line = " ".join(printable(text).split())
    return text if line == text else line  # thousands of rows need not hold each name twice


def cut(text: str, longest: int) -> str:
    """Return the text with no more characters than that."""
    return text if len(text) <= longest else text[: longest - 1] + ELLIPSIS
