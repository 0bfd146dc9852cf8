"""The columns of a table of counterparties: the same ones are exported and imported."""

from functools import cache

from django.utils import translation

from reconciliation.counterparties.field_names import title_of

IMPORTED = (
    "onec_guid", "name", "inn", "kpp", "email", "language", "to_email", "to_drive", "to_task", "manager_name",
    "bitrix24_manager_id", "bitrix24_company_id", "paused_until", "pause_reason", "note",
)  # fmt: skip
SHOWN_ONLY = ("balance", "currency", "balance_on")
"""Exported besides; in a file that comes back they are passed over."""


def headings() -> list[str]:
    """Return the names of all columns in the reader's language."""
    return [title_of(name) for name in IMPORTED + SHOWN_ONLY]


def field_of(heading: str) -> str | None:
    """Return the field that a column of this name holds, in either language; None for an unknown one."""
    return _fields().get(_plain(heading))


def _plain(heading: str) -> str:
    return " ".join(heading.strip(" \"'*:").casefold().split())


@cache
def _fields() -> dict[str, str]:
    found = {_plain(name): name for name in IMPORTED + SHOWN_ONLY}
    found |= {"guid": "onec_guid", "инн": "inn", "бин": "inn", "унп": "inn"}
    for language in ("ru", "en"):
        with translation.override(language):
            found |= {_plain(title_of(name)): name for name in IMPORTED + SHOWN_ONLY}
    return found
