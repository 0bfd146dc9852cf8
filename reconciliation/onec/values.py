"""Single values as 1C services send them: amounts and texts.

Each function returns the exact value or raises ValueError with a sentence that does not repeat the input.
"""

import re
from decimal import Decimal
from typing import Any

from reconciliation.ledger.clean_text import clean_text

CENT = Decimal("0.01")
LARGEST = Decimal(10) ** 15
LONGEST_TEXT = 4000

CURRENCIES = {
    "643": "RUB", "810": "RUB", "RUR": "RUB", "РУБ": "RUB", "₽": "RUB",
    "933": "BYN", "БЕЛРУБ": "BYN", "398": "KZT", "ТЕНГЕ": "KZT", "₸": "KZT",
    "417": "KGS", "860": "UZS", "980": "UAH", "051": "AMD", "826": "GBP", "156": "CNY",
    "840": "USD", "ДОЛЛСША": "USD", "$": "USD", "978": "EUR", "ЕВРО": "EUR", "€": "EUR",
}  # fmt: skip
"""What 1C's catalogue of currencies may hold instead of the code: ISO's number, an old code, a short name."""
OUT_OF_USE = dict.fromkeys(("BYR", "974"), "BYN")
"""Ten thousand of the old are one of the new: the figures would be others."""

LONGEST_NUMBER = 100
LARGEST_ID = 2**63 - 1

_SPACES = re.compile(r"\s")
# Digits are those of ASCII, and a space within a number parts thousands: anything else is no amount.
_NUMBER = re.compile(r"-? ?(?:\d{1,40}|\d{1,3}(?: \d{3})+)(?:[.,]\d{1,20})?\Z", re.ASCII)
_GROUPED = re.compile(r"-? ?(?:\d{1,3}(?:,\d{3})+\.\d{1,2}|\d{1,3}(?:\.\d{3})+,\d{1,2})\Z", re.ASCII)
_AMBIGUOUS = re.compile(r"-? ?\d{1,3}[.,]\d{3}\Z", re.ASCII)


def amount(value: Any) -> Decimal:
    """Return an exact amount with two decimals from a JSON number or a localized string.

    An empty string is zero, for so 1C formats it.
    """
    number = Decimal(0) if isinstance(value, str) and not value.strip() else _exact(value)
    if not number.is_finite():
        raise ValueError("is not a finite number")
    # Before any arithmetic: 1e999999999 would be written out digit by digit.
    if (number and not -20 <= number.adjusted() <= 15) or abs(number) > LARGEST:
        raise ValueError("is too large or too small for an amount")
    cents = number.quantize(CENT)
    if cents != number:
        raise ValueError("has more than two decimals")
    return cents + 0  # -0.00 becomes 0.00


def _exact(value: Any) -> Decimal:
    if isinstance(value, Decimal):
        return value
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise ValueError("is not a number")
    if isinstance(value, int):
        return Decimal(value)
    return _localized(value)


def _localized(value: str) -> Decimal:
    if len(value) > LONGEST_NUMBER:
        raise ValueError("is too long for a number")
    text = _SPACES.sub(" ", value.strip()).replace("\u2212", "-")
    if _AMBIGUOUS.match(text):
        raise ValueError("can be read as thousands or as decimals")
    if _GROUPED.match(text):
        text = re.sub(r"[.,](?=.*[.,])", "", text)
    elif not _NUMBER.match(text):
        raise ValueError("is not a number")
    return Decimal(text.replace(" ", "").replace(",", "."))


def optional_id(value: Any) -> int | None:
    """Return a whole number that counts things; None for null, an empty string and zero."""
    if value is None or value == "":
        return None
    number = _exact(value)
    # Before it becomes an int: 1e999999999 would be written out digit by digit.
    if not number.is_finite() or not 0 <= number <= LARGEST_ID or number % 1:
        raise ValueError("is not a whole number")
    return int(number) or None


def text(value: Any) -> str:
    """Return a line of text without control and format characters; null is empty."""
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise ValueError("is not a text")
    line = " ".join(clean_text(str(value)).split())
    if len(line) > LONGEST_TEXT:
        raise ValueError(f"is longer than {LONGEST_TEXT} characters")
    return line


def required_text(value: Any) -> str:
    """Return a line of text that is not empty."""
    if value is None or not (line := text(value)):
        raise ValueError("is empty")
    return line


def listed_guid(value: Any) -> str:
    """Return whose entry of the list it is; 1C's empty reference, all zeros, names nobody."""
    guid = required_text(value)
    if not guid.strip("{}0-"):
        raise ValueError("the empty reference names nobody")
    return guid


def kpp(value: Any) -> str:
    """Return a KPP; as a number it may have lost the zeros that it begins with."""
    return text(value).zfill(9) if isinstance(value, int | Decimal) and value else text(value)


def currency(value: Any) -> str:
    """Return the ISO 4217 code that a code, a number or a name in 1C's catalogue of currencies stands for."""
    name = re.sub(r"[\s.]", "", text(value)).upper()
    if name in OUT_OF_USE:
        raise ValueError(f"is out of use; {OUT_OF_USE[name]} is wanted")
    code = CURRENCIES.get(name.zfill(3) if name.isdecimal() else name, name)
    if code and not re.fullmatch(r"[A-Z]{3}", code):
        raise ValueError("is no currency; a code like RUB or 643 is wanted")
    return code
