"""What `manage.py check --tag bitrix24` tries. Imported only then: it loads the library for Bitrix24."""

from collections.abc import Callable, Iterator
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage
from django.core.checks import Warning as Caution
from django.utils import timezone, translation

from jobs.deadline import Deadline
from reconciliation import connections
from reconciliation.bitrix24 import crm, drive
from reconciliation.bitrix24.gateway import Bitrix24
from reconciliation.errors import Bitrix24Error, Bitrix24SetupError

SECONDS = 30.0
SCOPES = {"disk", "task", "crm", "im"}


def bitrix24_answers(**_: Any) -> list[CheckMessage]:
    """Try everything that the portal needs of Bitrix24, and say what to change for each that fails.

    The folder is tried by making this month's in it.
    """
    steps: dict[str, Callable[[Bitrix24, Deadline], str]] = {
        "W020": _missing_scopes,
        "W021": _unusable_folder,
        "W022": _missing_field,
        "W023": _missing_fallback,
        "W024": _unreadable_company,
    }
    with translation.override("en"):  # like every other check
        return list(_tried(steps))


def _tried(steps: dict[str, Callable[[Bitrix24, Deadline], str]]) -> Iterator[CheckMessage]:
    bitrix24, deadline = connections.bitrix24(), Deadline(SECONDS)
    for number, step in steps.items():
        try:
            words = step(bitrix24, deadline)
        except Bitrix24Error as error:
            words = error.one_line()
            if _is_about_everything(error):
                yield Caution(words, id=f"reconciliation.{number}")
                return
        if words:
            yield Caution(words, id=f"reconciliation.{number}")


def _is_about_everything(error: Bitrix24Error) -> bool:
    """Whether the other steps would say the same again."""
    if isinstance(error, Bitrix24SetupError):
        return error.reason not in {"scope", "access", "folder", "method"}
    return error.retryable


def _missing_scopes(bitrix24: Bitrix24, deadline: Deadline) -> str:
    given = bitrix24.read("scope", deadline=deadline).result
    found = {str(scope) for scope in given} if isinstance(given, list) else set()
    missing = sorted(SCOPES - found)
    if not any(scope.startswith("user") for scope in found):
        missing.append("user_brief")
    return Bitrix24SetupError("scope", f"missing: {', '.join(missing)}").one_line() if missing else ""


def _unusable_folder(bitrix24: Bitrix24, deadline: Deadline) -> str:
    if not settings.BITRIX24_ACTS_FOLDER_ID:
        return "BITRIX24_ACTS_FOLDER_ID is not set: acts cannot be put on the Drive."
    month = f"{timezone.localdate():%Y-%m}"
    drive.month_folder(bitrix24, settings.BITRIX24_ACTS_FOLDER_ID, month, deadline=deadline)
    return ""


def _missing_field(bitrix24: Bitrix24, deadline: Deadline) -> str:
    field = settings.BITRIX24_COMPANY_GUID_FIELD
    if not field:
        return (
            "BITRIX24_COMPANY_GUID_FIELD is not set: a counterparty's company is found only when 1C or a "
            "person gives its number in Bitrix24."
        )
    found = crm.has_field(bitrix24, field, deadline=deadline)
    return "" if found else Bitrix24SetupError("field", field).one_line()


def _unreadable_company(bitrix24: Bitrix24, deadline: Deadline) -> str:
    """Read a company in the way of the month, whatever it is: Bitrix24's two methods answer differently."""
    field = settings.BITRIX24_COMPANY_GUID_FIELD
    first = next(crm.companies(bitrix24, field=field, deadline=deadline), None)
    if first is None:
        return "The webhook's owner sees no company in Bitrix24: no act would find its client there."
    wanted = {1: (first.id, first.guid)}
    found = crm.companies_of(bitrix24, wanted, field=field, deadline=deadline)[1]
    return "" if found == first else f"Company {first.id} of Bitrix24 is listed but not found by its number."


def _missing_fallback(bitrix24: Bitrix24, deadline: Deadline) -> str:
    number = settings.BITRIX24_FALLBACK_MANAGER_ID
    if not number:
        return (
            "BITRIX24_FALLBACK_MANAGER_ID is not set: nobody gets the tasks of managers who are missing or "
            "dismissed."
        )
    person = crm.people(bitrix24, [number], deadline=deadline).get(number)
    if person and person.is_active:
        return ""
    return f"BITRIX24_FALLBACK_MANAGER_ID {number} is not an active employee of this Bitrix24."
