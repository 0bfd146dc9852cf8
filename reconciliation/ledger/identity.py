"""Whether the party in 1C's answer is the one that was asked about."""

import re
import unicodedata

from reconciliation.ledger.act import Party

LONGEST_NAME = 500
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
    names must be the same but for case, quotes, order and the long form of "LLC".
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
    folded = unicodedata.normalize("NFKC", name).casefold().replace("ё", "е")
    words = re.findall(r"\w+", folded.replace(".", ""))
    if not words:
        # Signs alone: nothing can be left out of them.
        return folded.split()
    folded = " ".join(words)
    for long, short in _LEGAL_FORMS:
        folded = folded.replace(long, short)
    return sorted(folded.split())
