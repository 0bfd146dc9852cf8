"""Faults that spell a right answer as real 1C services do: a reader has to understand every one of these."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from json import loads
from typing import Any

from sandbox import json_text
from sandbox.answers import Answer
from sandbox.fault import ChangeData, Fault, wants_pdf
from sandbox.http_messages import HTML, Reply
from sandbox.json_text import Raw
from sandbox.leaves import leaves

DATES = ("from", "to", "date", "document_date")
TEXTS = ("counterparty", "name", "document")
EMPTY_DATE = "0001-01-01T00:00:00"
MINIMUM = ("counterparty", "period", "opening_balance", "transactions", "closing_balance", "pdf_base64")
ROW_MINIMUM = ("date", "document", "debit", "credit")
ENTRY_MINIMUM = ("guid", "name", "balance")


def change_texts(change: Callable[[str], str]) -> ChangeData:
    """Return what changes every name and document title."""

    def change_data(answer: Answer, _value: Any) -> None:
        for holder, key in leaves(answer):
            if key in TEXTS and isinstance(holder[key], str):
                holder[key] = change(holder[key])

    return change_data


def _change_dates(change: Callable[[date], str]) -> ChangeData:
    def change_data(answer: Answer, _value: Any) -> None:
        for holder, key in leaves(answer):
            if key in DATES:
                holder[key] = change(date.fromisoformat(holder[key]))

    return change_data


def _localize(space: str) -> ChangeData:
    def change_data(answer: Answer, _value: Any) -> None:
        for holder, key in leaves(answer):
            if isinstance(holder[key], Decimal):
                holder[key] = f"{holder[key]:,.2f}".replace(",", space).replace(".", ",")

    return change_data


def _empty_zeros(answer: Answer, _value: Any) -> None:
    for holder, key in leaves(answer):
        if key in ("debit", "credit") and not holder[key]:
            holder[key] = ""


def _empty_dates(answer: Answer, _value: Any) -> None:
    for holder, key in leaves(answer):
        if key == "document_date":
            holder[key] = EMPTY_DATE


def _keep_minimum(answer: Answer, _value: Any) -> None:
    _keep(answer, ENTRY_MINIMUM if "balance" in answer else MINIMUM)
    for row in rows_of(answer):
        _keep(row, ROW_MINIMUM)


def _keep(holder: Answer, keys: tuple[str, ...]) -> None:
    for key in set(holder) - set(keys):
        del holder[key]


def rows_of(answer: Answer) -> list[dict[str, Any]]:
    """Return the act's transactions; empty when the answer has none."""
    rows = answer.get("transactions")
    return rows if isinstance(rows, list) else []


def _break_base64(answer: Answer, _value: Any) -> None:
    text = str(answer["pdf_base64"])
    answer["pdf_base64"] = "\r\n".join(text[start : start + 76] for start in range(0, len(text), 76))


def _add_bom(reply: Reply, _value: Any) -> Reply:
    return replace(reply, body=b"\xef\xbb\xbf" + reply.body)


def _label_html(reply: Reply, _value: Any) -> Reply:
    return replace(reply, content_type=HTML)


def _print_pretty(reply: Reply, _value: Any) -> Reply:
    tree = loads(reply.body, parse_float=Raw, parse_int=Raw, parse_constant=Raw)
    return replace(reply, body=json_text.dump(tree, pretty=True))


def _spelled(name: str, about: str, change_data: ChangeData, **more: Any) -> Fault:
    return Fault(name, about, change_data=change_data, **more)


FAULTS = (
    Fault("bom", "a UTF-8 byte order mark before the body", change_reply=_add_bom),
    Fault("text_html", "JSON labelled text/html", change_reply=_label_html),
    Fault("pretty", "JSON on many lines", change_reply=_print_pretty),
    _spelled("crlf_base64", "\\r\\n after every 76 characters of pdf_base64", _break_base64, when=wants_pdf),
    _spelled("date_times", "dates as 2024-01-15T00:00:00", _change_dates(lambda day: f"{day}T00:00:00")),
    _spelled(
        "date_offset",
        "dates as 2024-01-15T00:00:00+03:00",
        _change_dates(lambda day: f"{day}T00:00:00+03:00"),
    ),
    _spelled("date_z", "dates as 2024-01-15T00:00:00Z", _change_dates(lambda day: f"{day}T00:00:00Z")),
    _spelled(
        "date_utc",
        "midnight in Moscow told in UTC, which is the day before: 2024-01-14T21:00:00Z",
        _change_dates(lambda day: f"{day - timedelta(days=1)}T21:00:00Z"),
    ),
    _spelled("empty_dates", f"document_date is the empty date, {EMPTY_DATE}", _empty_dates),
    _spelled(
        "localized_numbers",
        "numbers as texts «45 000,00» with U+00A0",
        _localize("\u00a0"),
        in_directory=True,
    ),
    _spelled(
        "localized_numbers_narrow",
        "numbers as texts «45 000,00» with U+202F",
        _localize("\u202f"),
        in_directory=True,
    ),
    _spelled("empty_zeros", "a debit or credit of zero is an empty text", _empty_zeros),
    _spelled(
        "line_separators",
        "U+2028 and U+2029 inside names and documents",
        change_texts(lambda text: f"{text}\u2028second line\u2029third"),
        in_directory=True,
    ),
    _spelled("minimal", "only the contract's minimum, no optional key", _keep_minimum, in_directory=True),
)
