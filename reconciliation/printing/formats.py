"""How single amounts, dates and texts are written in an act, in the language it is issued in."""

import re
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from django.utils import dateformat, translation

from reconciliation.ledger.clean_text import clean_text
from reconciliation.printing.amount_in_words import CENT
from reconciliation.printing.currencies import Language, short_name

NO_BREAK_SPACE = "\u00a0"
ELLIPSIS = "…"
LONGEST_NAME = 400
MINUS = "\u2212"


def language_of(code: str | None) -> Language:
    """Return the language of acts that a language code stands for; Russian unless it is English."""
    return "en" if (code or "").startswith("en") else "ru"


def glue(text: str) -> str:
    """Return the text with figures tied to what they count, so that no line ends between them."""
    return re.sub(r"(?<=№) (?=\S)|(?<=No\.) (?=\d)|(?<=\d) (?=[^\W\d])", NO_BREAK_SPACE, text)


def names_itself(contract: str) -> bool:
    """Whether a contract's name says what it is, as "Supply agreement No. 5" does and "176/22" does not."""
    return bool(re.search("договор|соглашение|contract|agreement", contract, re.IGNORECASE))


def format_amount(amount: Decimal, language: Language | None = None) -> str:
    """Return "15 000,00" in Russian (no-break spaces), "15,000.00" in English; minus is U+2212.

    The language is that of whoever reads the page unless one is named.
    """
    language = language or language_of(translation.get_language())
    exact = amount.quantize(CENT, rounding=ROUND_HALF_UP) if abs(amount) < 10**24 else amount
    text = f"{abs(exact):,.2f}"
    if language == "ru":
        text = text.replace(",", NO_BREAK_SPACE).replace(".", ",")
    return MINUS + text if exact < 0 else text


def format_money(amount: Decimal, currency: str, language: Language | None = None) -> str:
    """Return the amount with its currency where the language puts it: "15 000,00 руб.", "RUB 15,000.00"."""
    language = language or language_of(translation.get_language())
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


def one_line(text: str) -> str:
    """Return the text without line breaks and double spaces."""
    line = " ".join(clean_text(text).split())
    return text if line == text else line  # thousands of rows need not hold each name twice


def cut(text: str, longest: int) -> str:
    """Return the text with no more characters than that."""
    return text if len(text) <= longest else text[: longest - 1] + ELLIPSIS
