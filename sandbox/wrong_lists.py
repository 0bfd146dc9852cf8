"""Faults of the directory's pages."""

from typing import Any
from uuid import UUID

from sandbox.answers import Answer
from sandbox.fault import Fault

NOBODY = str(UUID(int=1))


def _entries(answer: Answer) -> list[dict[str, Any]]:
    entries: Any = answer["counterparties"]
    return list(entries)


def _capitals(answer: Answer, _value: Any) -> None:
    for entry in _entries(answer):
        entry["guid"] = entry["guid"].upper()
    if answer["next"]:
        answer["next"] = str(answer["next"]).upper()


def _double(answer: Answer, _value: Any) -> None:
    answer["counterparties"] = [entry for entry in _entries(answer) for _ in range(2)]


def _add_currency(answer: Answer, value: Any) -> None:
    """Have one counterparty, or each, owe something in another currency, too."""
    found = []
    for entry in _entries(answer):
        found.append(entry)
        if value in (None, entry["guid"]):
            found.append(entry | {"currency": "USD", "balance": 50.00})
    answer["counterparties"] = found


def _name_first(answer: Answer, _value: Any) -> None:
    if answer["next"]:
        answer["next"] = _entries(answer)[0]["guid"]


def _name_nobody(answer: Answer, _value: Any) -> None:
    if answer["next"]:
        answer["next"] = NOBODY


FAULTS = (
    Fault("guids_in_capitals", "the list's guids are in capital letters", change_list=_capitals),
    Fault("listed_twice", "each counterparty stands in the list twice", change_list=_double),
    Fault(
        "two_currencies",
        "a counterparty, by its guid as the value, or each stands in the list in dollars, too",
        change_list=_add_currency,
    ),
    Fault("page_repeats", "next is the page's first guid, not its last", change_list=_name_first),
    Fault("page_skips", "next is a guid that is not on the page", change_list=_name_nobody),
    Fault("not_listed", "the counterparty is left out of the list", hides=True),
)
