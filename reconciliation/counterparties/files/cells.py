"""What the cells of a file of counterparties mean; a ValueError has words for whoever brought it."""

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any, Final

from django.utils.translation import gettext as _

from accounts.addresses import canonical_addresses
from accounts.models import Language
from accounts.tax_numbers import tidy_number
from reconciliation.counterparties.numbers import doubts_about, tidied

YES, NO = {"1", "yes", "да", "true", "+"}, {"0", "no", "нет", "false", "-"}
LANGUAGES = {"русский": "ru", "russian": "ru", "английский": "en", "english": "en"}
CENTURY: Final = 2000


def value_of(field: str, cell: str) -> Any:
    """Return the field's value that a cell that is not empty holds."""
    return READERS.get(field, str)(cell.strip())


def doubts_in(field: str, cell: str) -> str:
    """Return what is odd about a cell's number, though it is taken over; empty for nothing."""
    held = tidied(field, cell)
    if held != tidy_number(cell):
        return _("a lost first zero was put back: %(number)s") % {"number": held}
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
    if not cell.isdecimal():
        raise ValueError(_("“%(value)s” is no whole number.") % {"value": cell})
    return int(cell)


def _day(cell: str) -> date:
    """Return a day as people write it, or as workbooks hold it; two digits of a year are of this century."""
    parts = cell.split(".")[::-1] if "." in cell else cell.split("-")
    try:
        year, month, day = (int(part) for part in parts)
        return date(year + CENTURY if year < 100 else year, month, day)
    except (TypeError, ValueError):
        raise ValueError(_("This is not a date. Write it like 31.03.2024.")) from None


READERS: dict[str, Callable[[str], Any]] = {
    "email": canonical_addresses, "language": _language, "to_email": _choice, "to_drive": _choice,
    "to_task": _choice, "bitrix24_manager_id": _number, "bitrix24_company_id": _number,
    "paused_until": _day, "inn": partial(tidied, "inn"), "kpp": partial(tidied, "kpp"),
}  # fmt: skip
"""By field; any other holds the text."""
