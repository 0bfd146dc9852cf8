"""What the cells of a file of counterparties mean; a ValueError has words for whoever brought it."""

import re
from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any, Final

from django.utils.translation import gettext as _

from accounts.addresses import canonical_addresses
from accounts.models import Language
from accounts.tax_numbers import is_tax_number, tidy_number, with_zero
from reconciliation.counterparties.numbers import doubts_about, tidied

YES, NO = {"1", "yes", "да", "true", "+"}, {"0", "no", "нет", "false", "-"}
LANGUAGES = {"русский": "ru", "russian": "ru", "английский": "en", "english": "en"}
NOTHING: Final = ("-", "–", "—")
CENTURY: Final = 2000
YEARS: Final = range(2000, 2100)
MOST_DIGITS: Final = 18


def value_of(field: str, cell: str) -> Any:
    """Return the field's value that a cell that is not empty holds."""
    return READERS.get(field, str)(cell.strip())


def is_filled(field: str, cell: str) -> bool:
    """Return whether a cell says anything: a dash is how people write that there is nothing."""
    return bool(cell.strip()) and (READERS.get(field) is _choice or cell.strip() not in NOTHING)


def doubts_in(field: str, cell: str) -> str:
    """Return what is odd about a cell's number, though it is taken over; empty for nothing."""
    held = tidied(field, cell)
    if held != tidy_number(cell):
        return _("a lost first zero was put back: %(number)s") % {"number": held}
    if field == "inn" and is_tax_number(held) and (longer := with_zero(held)):
        words = _("“%(number)s” may have lost its first zero: %(longer)s is a tax number, too")
        return words % {"number": held, "longer": longer}
    return doubts_about(field, held)


def _language(cell: str) -> str:
    said = LANGUAGES.get(cell.lower(), cell.lower())
    if said not in Language.values:
        raise ValueError(_("This is no language of acts: “%(value)s”. Write ru or en.") % {"value": cell})
    return said


def _choice(cell: str) -> bool:
    said = cell.lower()
    if said not in YES | NO:
        raise ValueError(_("“%(value)s” is neither yes nor no.") % {"value": cell})
    return said in YES


def _number(cell: str) -> int:
    digits = "".join(cell.split())
    if not (digits.isascii() and digits.isdecimal() and len(digits) <= MOST_DIGITS):
        raise ValueError(_("“%(value)s” is no whole number.") % {"value": cell[:MOST_DIGITS]})
    return int(digits)


def _day(cell: str) -> date:
    """Return a day as people write it, or as workbooks hold it; two digits of a year are of this century."""
    parts = re.split(r"[./-]", cell)
    if len(parts[0]) != 4:
        parts.reverse()
    try:
        year, month, day = (int(part) for part in parts)
        year += CENTURY if year < 100 else 0
        if year not in YEARS:
            raise ValueError(year)
        return date(year, month, day)
    except (TypeError, ValueError):
        raise ValueError(_("This is not a date. Write it like 31.03.2024.")) from None


READERS: dict[str, Callable[[str], Any]] = {
    "email": canonical_addresses, "language": _language, "to_email": _choice, "to_drive": _choice,
    "to_task": _choice, "bitrix24_manager_id": _number, "bitrix24_company_id": _number,
    "paused_until": _day, "inn": partial(tidied, "inn"), "kpp": partial(tidied, "kpp"),
}  # fmt: skip
"""By field; any other holds the text."""
