"""Whether the party in 1C's answer is the one that was asked about."""

import re
import unicodedata

from reconciliation.ledger.act import Party
from reconciliation.ledger.clean_text import clean_text

LONGEST_NAME = 500
UNP_WEIGHTS = (29, 23, 19, 17, 13, 7, 5, 3)
_LEGAL_FORMS = (
    ("общество с ограниченной ответственностью", "ооо"),
    ("товарищество с ограниченной ответственностью", "тоо"),
    ("публичное акционерное общество", "пао"),
    ("закрытое акционерное общество", "зао"),
    ("открытое акционерное общество", "оао"),
    ("акционерное общество", "ао"),
    ("индивидуальный предприниматель", "ип"),
    ("limited liability company", "llc"),
    ("limited", "ltd"),
)


def find_mismatch(answered: Party, *, name: str, inn: str) -> str:
    """Return why the answer is not about the counterparty known as `name` and `inn`; empty when it is.

    1C answers with a name and at best a tax number, never with the guid. Equal tax numbers settle it,
    so that a company renamed in 1C keeps its acts; different ones settle it too; without them the
    names must be the same but for case, quotes, brackets, dashes, order and the long form of "LLC".
    """
    inn, came = inn.strip(), answered.inn.strip()
    if inn and came:
        return "" if inn == came else f"tax number {came} came, {inn} was expected"
    # Kept names are cut; what came is compared as far as it could have been kept.
    if name and name_words(name) != name_words(answered.name[:LONGEST_NAME]):
        return f"“{answered.name[:100]}” came, “{name[:100]}” was expected"
    return ""


def name_words(name: str) -> list[str]:
    """Return a name's words, folded and in order, by which two spellings of it are the same."""
    folded = unicodedata.normalize("NFKC", clean_text(name)).casefold().replace("ё", "е")
    # Other signs count: «Ромашка» and «Ромашка+» are two companies.
    folded = " ".join(re.sub(r"""[«»„“”"'‘’`()\[\],;:‐-―-]""", " ", folded.replace(".", "")).split())
    for long, short in _LEGAL_FORMS:
        folded = folded.replace(long, short)
    return sorted(folded.split())


def is_tax_number(number: str, currency: str) -> bool:
    """Whether the digits can be a tax number where the currency is used.

    An act in roubles is with a Russian company, INN of 10 or 12 digits, or with a Belarusian one, UNP of 9
    with a check digit: an INN that lost its first zero is no UNP. Elsewhere nothing is said.
    """
    if currency != "RUB" or not number.isdecimal() or len(number) in (10, 12):
        return True
    digits = [int(digit) for digit in number]
    if len(digits) != len(UNP_WEIGHTS) + 1:
        return False
    return sum(weight * digit for weight, digit in zip(UNP_WEIGHTS, digits, strict=False)) % 11 == digits[-1]
