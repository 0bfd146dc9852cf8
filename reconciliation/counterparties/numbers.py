"""Tax numbers and KPPs as they are kept, and what is odd about one: told, and taken all the same."""

import re

from django.utils.translation import gettext as _

from accounts.models import Counterparty
from accounts.tax_numbers import is_kpp, is_tax_number, tidy_number, with_lost_zero

CUT = re.compile(r"\d+([.,]\d+)?E\+?\d+")
FIELDS = ("inn", "kpp")
COUNTRIES_KNOWN = ("", "RUB", "KZT", "BYN")
"""The currencies of counterparties whose numbers can be judged: others may be at home anywhere."""


def tidied(field: str, cell: str) -> str:
    """Return a number as it is kept: without blanks, and with the first zero that a spreadsheet took.

    Raises ValueError for what holds no number: a word, or digits that a spreadsheet has cut (7,74E+09).
    """
    number = tidy_number(cell)
    if CUT.fullmatch(number):
        raise ValueError(_("“%(cell)s” has lost its digits; format the column as text") % {"cell": cell})
    if number and not any(sign.isdigit() for sign in number):
        raise ValueError(_("“%(cell)s” is no number") % {"cell": cell})
    if field == "inn":
        return with_lost_zero(number)
    return f"0{number}" if is_kpp(f"0{number}") else number


def doubts_about(field: str, number: str) -> str:
    """Return what is odd about a number that is kept; empty for nothing."""
    if not number or (is_tax_number(number) if field == "inn" else is_kpp(number)):
        return ""
    if field == "kpp":
        return _("“%(number)s” is no KPP: it has nine signs") % {"number": number}
    if len(number) in (9, 11) and number.isdecimal():
        words = _("“%(number)s” is no tax number; was its first zero lost (0%(number)s)?")
    else:
        words = _("“%(number)s” is no tax number: its length or its check digit is wrong")
    return words % {"number": number}


def doubts_of(company: Counterparty) -> list[str]:
    """Return what is odd about a counterparty's numbers."""
    if company.currency not in COUNTRIES_KNOWN:
        return []
    found = (doubts_about(field, getattr(company, field)) for field in FIELDS)
    return [words for words in found if words]
