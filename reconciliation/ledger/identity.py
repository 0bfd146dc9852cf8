"""Whether the party in 1C's answer is the one that was asked about."""

import re
import unicodedata

from stdnum.by import unp

from reconciliation.ledger.act import Party
from reconciliation.ledger.clean_text import clean_text

LONGEST_NAME = 500
WITH_LETTERS = re.compile(r"[A-ZА-Я]{2}[A-Z\d]{5,18}")
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


def fits_currency(number: str, currency: str) -> bool:
    """Return whether an act in the currency can bear the tax number.

    An act in roubles is with a Russian company, INN of 10 or 12 digits, with a Belarusian one, UNP of 9
    digits with a check digit (an INN that lost its first zero is no UNP), or with a person of Belarus or a
    foreign company, whose number begins with two letters. Elsewhere nothing is said.
    """
    number = "".join(number.split())
    if currency != "RUB" or not number or re.fullmatch(r"\d{10}|\d{12}", number, re.ASCII):
        return True
    return bool(WITH_LETTERS.fullmatch(number)) or (len(number) == 9 and bool(unp.is_valid(number)))
