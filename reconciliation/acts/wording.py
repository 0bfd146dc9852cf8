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
LONGEST_HEADING = 240
LONGEST_SIGNATURE = 100
LONGEST_DOCUMENT = 1000
MINUS = "\u2212"

_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


@dataclass(frozen=True)
class Issued:
    """An act with what issuing gave it; `number` is as printed, such as "000123"."""

    act: Act
    number: str
    issued_on: date
    language: Language


def printable(text: str) -> str:
    """Return the text without what no document can hold: control characters and half surrogates."""
    return _UNPRINTABLE.sub("", text)


def glue(text: str) -> str:
    """Return the text with figures tied to what they count and to the sign before them, for breaking lines."""
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


def title(issued: Issued) -> str:
    """Return the act's name with number and date."""
    with translation.override(issued.language):
        return gettext("Reconciliation Act No. %(number)s of %(date)s") % {
            "number": issued.number,
            "date": format_long_date(issued.issued_on, issued.language),
        }


def period(act: Act, language: Language) -> str:
    """Return what is settled and when, the line under the title."""
    with translation.override(language):
        return gettext("of mutual settlements for the period: %(start)s – %(end)s") % {
            "start": format_date(act.period.start, language),
            "end": format_date(act.period.end, language),
        }


def parties(act: Act, language: Language) -> tuple[str, str]:
    """Return the two lines that name the parties with their tax numbers."""
    with translation.override(language):
        return (
            gettext("between %(party)s") % {"party": named(act.organization, act.currency, language)},
            gettext("and %(party)s") % {"party": named(act.counterparty, act.currency, language)},
        )


def named(party: Party, currency: str, language: Language) -> str:
    """Return the party's name and, in brackets, its tax numbers if it has any."""
    with translation.override(language):
        numbers = [f"{tax_number_label(currency)} {_cut(party.inn, 20)}"] if party.inn else []
        if party.kpp and currency == "RUB":
            numbers.append(gettext("KPP %(kpp)s") % {"kpp": _cut(party.kpp, 20)})
    name = name_of(party)
    return f"{name} ({_one_line(', '.join(numbers))})" if numbers else name


def name_of(party: Party) -> str:
    """Return the party's name on one line, short enough to leave room for the rest of the act."""
    return _cut(_one_line(party.name), LONGEST_NAME) or TO_BE_WRITTEN


def subject(act: Act, language: Language) -> str:
    """Return what the act is about, for a file's properties."""
    with translation.override(language):
        return gettext("Mutual settlements of %(first)s and %(second)s, %(start)s – %(end)s") % {
            "first": name_of(act.organization),
            "second": name_of(act.counterparty),
            "start": format_date(act.period.start, language),
            "end": format_date(act.period.end, language),
        }


def tax_number_label(currency: str) -> str:
    """Return what the tax number is called where the currency is used, in the active language."""
    labels = {"RUB": gettext("INN"), "KZT": gettext("BIN/IIN"), "BYN": gettext("UNP")}
    return labels.get(currency) or gettext("Tax ID")


def contract(act: Act, language: Language) -> str:
    """Return the line that names the act's only contract, or nothing."""
    if len(act.contracts) != 1 or not _one_line(act.contracts[0].name):
        return ""
    with translation.override(language):
        return gettext("under contract %(contract)s") % {"contract": _contract_number(act.contracts[0].name)}


def contract_heading(name: str, language: Language) -> str:
    """Return the heading of one contract's rows; a name that says what it is stands alone."""
    name = _cut(_one_line(name), LONGEST_NAME)
    if re.search("договор|contract", name, re.IGNORECASE):
        return name
    with translation.override(language):
        return (gettext("Contract %(contract)s") % {"contract": name}).strip()


def preamble(act: Act, language: Language) -> str:
    """Return the sentence that leads to the table; positions and names may be missing."""
    with translation.override(language):
        return gettext(
            "We, the undersigned, %(first)s, on the one part, and %(second)s, on the other part, have drawn up "
            "this reconciliation act to state that the mutual settlements according to the accounting records "
            "are as follows:"
        ) % {"first": _signing(act.organization), "second": _signing(act.counterparty)}


def according_to(party: Party, currency: str, language: Language) -> str:
    """Return the heading of one side of the table."""
    with translation.override(language):
        return gettext("According to %(party)s, %(currency)s") % {
            "party": _cut(name_of(party), LONGEST_HEADING),
            "currency": short_name(currency, language),
        }


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
    name = _cut(_one_line(line.document), LONGEST_DOCUMENT)
    number = _cut(_one_line(line.document_number), LONGEST_SIGNATURE)
    if not number or number in name:
        return name
    with translation.override(language):
        if line.document_date is None:
            return _one_line(gettext("%(document)s No. %(number)s") % {"document": name, "number": number})
        said = {"document": name, "number": number, "date": format_date(line.document_date, language)}
        return _one_line(gettext("%(document)s No. %(number)s of %(date)s") % said)


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


@dataclass(frozen=True, slots=True)
class SignatureBlock:
    """Where one party signs; position and name may be empty, to be written by hand."""

    heading: str
    position: str
    name: str


def signature_blocks(act: Act, language: Language) -> tuple[SignatureBlock, SignatureBlock]:
    """Return the organization's block and the counterparty's."""
    return _signature_block(act.organization, language), _signature_block(act.counterparty, language)


def _signature_block(party: Party, language: Language) -> SignatureBlock:
    with translation.override(language):
        heading = gettext("For %(party)s") % {"party": name_of(party)}
    return SignatureBlock(
        heading,
        _cut(_one_line(party.signatory.position), LONGEST_SIGNATURE),
        _cut(_one_line(party.signatory.name), LONGEST_SIGNATURE),
    )


def _balance_names(currency: str) -> tuple[str, str]:
    if currency == "KZT":
        return gettext("Balance at the beginning"), gettext("Balance at the end")
    return pgettext("act form", "Opening balance"), pgettext("act form", "Closing balance")


def _signing(party: Party) -> str:
    """Return who signs for the party, in the active language; only the party where nobody is named."""
    said = {
        "party": name_of(party),
        "position": _cut(_one_line(party.signatory.position), LONGEST_SIGNATURE),
        "name": _cut(_one_line(party.signatory.name), LONGEST_SIGNATURE),
    }
    if said["position"] and said["name"]:
        return gettext("%(position)s %(name)s on behalf of %(party)s") % said
    if said["name"]:
        return gettext("%(name)s on behalf of %(party)s") % said
    if said["position"]:
        return gettext("%(position)s of %(party)s") % said
    return said["party"]


def _contract_number(name: str) -> str:
    """Return the name without a leading "Договор" that the sentence around it says already."""
    name = _cut(_one_line(name), LONGEST_NAME)
    return re.sub(r"^(?:договор|contract)\s+(?=\S)", "", name, flags=re.IGNORECASE)


def _one_line(text: str) -> str:
    return " ".join(printable(text).split())


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1] + ELLIPSIS
