"""The columns of a table of counterparties: what is exported, and what people and 1C call it in theirs."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from reconciliation.counterparties.field_names import title_of
from reconciliation.tables.table import Table, UnreadableFile

IMPORTED: Final = (
    "onec_guid", "name", "inn", "kpp", "email", "language", "to_email", "to_drive", "to_task", "manager_name",
    "bitrix24_manager_id", "bitrix24_company_id", "paused_until", "pause_reason", "note",
)  # fmt: skip
SHOWN_ONLY: Final = ("balance", "currency", "balance_on")
"""Exported besides; in a file that comes back they are passed over."""
BOTH_NUMBERS: Final = "inn_kpp"
"""Not a field: the column holds a tax number and, after a slash, a KPP."""
OWN_TITLES: Final = {
    "to_email": _("act by email"),
    "to_drive": _("act to Bitrix24 Drive"),
    "to_task": _("act as a task for the manager"),
}
"""For columns whose field's name alone means something else on top of a table."""
USUAL: Final = {
    "onec_guid": "guid|гуид|uid|uuid|guid 1c|guid 1с|уникальный идентификатор",
    "name": "name|наименование|название|контрагент|клиент|покупатель|компания|counterparty"
    "|customer|company|company name|наименование контрагента|полное наименование|краткое наименование",
    "inn": "инн|бин|иин|бин/иин|иин/бин|унп|inn|bin|iin|unp|tax number|tax id|инн контрагента",
    "kpp": "кпп|kpp|кпп контрагента",
    BOTH_NUMBERS: "инн/кпп|инн / кпп|инн, кпп|инн и кпп|inn/kpp",
    "email": "email|e-mail|mail|почта|электронная почта|эл. почта|эл почта|электронный адрес|e-mail адрес"
    "|адрес электронной почты|имейл|emails|email address|почта для актов",
    "language": "language|язык",
    "manager_name": "менеджер|ответственный|manager|основной менеджер|ответственный менеджер",
    "note": "примечание|комментарий|comment|notes",
}
"""What columns are called in lists of 1C, Bitrix24 and people, in both languages."""


@dataclass(frozen=True)
class Columns:
    """What a table's columns hold, by position; None for those that are not brought in.

    `unknown`: the names of those that are not understood.
    """

    fields: list[str | None]
    unknown: list[str] = field(default_factory=list)


def headings() -> list[str]:
    """Return the names of all columns in the reader's language."""
    return [_title_of(name) for name in IMPORTED + SHOWN_ONLY]


def field_of(heading: str) -> str | None:
    """Return the field that a column of this name holds, in either language; None for an unknown one."""
    return _fields().get(_plain(heading))


def columns_of(table: Table) -> Columns:
    """Return what the columns hold. Raises UnreadableFile where no column, or two, tell one thing."""
    found = [field_of(heading) for heading in table.headings]
    fields = {*found, "inn"} if BOTH_NUMBERS in found else set(found)
    if not fields & {"onec_guid", "inn"}:
        words = gettext("No column says whose a row is: “%(guid)s” or “%(inn)s” is needed. Found: %(found)s.")
        names = ", ".join(heading for heading in table.headings if heading)[:300]
        raise UnreadableFile(
            words % {"guid": _title_of("onec_guid"), "inn": _title_of("inn"), "found": names}
        )
    _refuse_two_of_one(table.headings, found)
    filled = _filled(table, {place for place, heading in enumerate(table.headings) if not heading})
    unknown = [
        heading or gettext("column %(letters)s") % {"letters": letters_of(place)}
        for place, (heading, name) in enumerate(zip(table.headings, found, strict=True))
        if name is None and (heading or place in filled)
    ]
    return Columns([None if name in SHOWN_ONLY else name for name in found], unknown)


def letters_of(place: int) -> str:
    """Return a column's letters as spreadsheets show them, by its position from 0."""
    letters, number = "", place + 1
    while number:
        number, left = divmod(number - 1, 26)
        letters = chr(65 + left) + letters
    return letters


def _refuse_two_of_one(headings: Sequence[str], fields: Sequence[str | None]) -> None:
    parts = [part for name in fields if name for part in (["inn", "kpp"] if name == BOTH_NUMBERS else [name])]
    for name, times in Counter(parts).items():
        if times > 1:
            both = " + ".join(
                f"“{heading}”"
                for heading, held in zip(headings, fields, strict=True)
                if held == name or (held == BOTH_NUMBERS and name in ("inn", "kpp"))
            )
            words = gettext("Several columns hold “%(name)s”: %(columns)s. Leave one of them.")
            raise UnreadableFile(words % {"name": _title_of(name), "columns": both})


def _filled(table: Table, places: set[int]) -> set[int]:
    """Return which of these columns hold anything."""
    if not places:
        return set()
    return {place for row in table.rows for place, cell in enumerate(row.cells) if cell and place in places}


def _title_of(name: str) -> str:
    return str(OWN_TITLES.get(name) or title_of(name))


def _plain(heading: str) -> str:
    text = re.sub(r"[*:\"'«»“”№]|\((?!1)[^)]*\)", " ", heading.casefold().replace("ё", "е"))
    return " ".join(text.split())


@cache
def _fields() -> dict[str, str]:
    found = {_plain(name): name for name in IMPORTED + SHOWN_ONLY}
    for language in ("ru", "en"):
        with translation.override(language):
            found |= {_plain(_title_of(name)): name for name in IMPORTED + SHOWN_ONLY}
    for name, usual in USUAL.items():
        found |= {_plain(each): name for each in usual.split("|")}
    return found
