"""Lists as Bitrix24 gives them: filters with prefixes, order, pages of 50."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from sandbox.bitrix24 import php

PAGE = 50
PREFIXES = ("!=%", "!%", "!@", "!=", ">=", "<=", "=%", "%=", ">", "<", "@", "%", "!", "=")
T = TypeVar("T")
Get = Callable[[T, str], Any]


def chosen(rows: Sequence[T], wanted: Any, get: Get[T], *, pattern: tuple[str, ...] = ()) -> list[T]:
    """Return the rows that meet a filter; fields in `pattern` take % and _ in their values."""
    conditions = wanted if isinstance(wanted, Mapping) else {}
    return [
        row for row in rows if all(_meets(get, row, key, value, pattern) for key, value in conditions.items())
    ]


def ordered(rows: list[T], order: Any, get: Get[T]) -> list[T]:
    """Return the rows in the order asked for."""
    for key, direction in reversed(list(order.items()) if isinstance(order, Mapping) else []):
        rows = sorted(rows, key=lambda row: _key(get(row, key)), reverse=str(direction).lower() == "desc")
    return rows


def page(rows: Sequence[T], start: Any) -> tuple[list[T], dict[str, int]]:
    """Return a page, and `total` and `next`; `start: -1` counts nothing and starts at the first."""
    first = php.number(start or 0)
    if first < 0:
        return list(rows[:PAGE]), {}
    more = {"next": first + PAGE} if first + PAGE < len(rows) else {}
    return list(rows[first : first + PAGE]), {**more, "total": len(rows)}


def split_prefix(key: str) -> tuple[str, str]:
    """Return a filter's prefix and its field."""
    prefix = next((each for each in PREFIXES if key.startswith(each)), "")
    return prefix, key[len(prefix) :]


def _meets(get: Get[T], row: T, key: str, value: Any, pattern: tuple[str, ...]) -> bool:
    prefix, name = split_prefix(key)
    if prefix.startswith("!") and prefix != "!=":
        return not _meets(get, row, prefix[1:] + name, value, pattern)
    if prefix == "!=":
        return not _meets(get, row, name, value, pattern)
    held = get(row, name)
    if isinstance(held, list):
        return any(_compare(each, prefix, value) for each in held)
    if not prefix and name in pattern:
        return bool(re.fullmatch(_like(str(value)), str(held), re.IGNORECASE | re.DOTALL))
    return _compare(held, prefix, value)


def _compare(held: Any, prefix: str, value: Any) -> bool:
    if prefix in (">", "<", ">=", "<="):
        left, right = _key(held), _key(value)
        return {">": left > right, "<": left < right, ">=": left >= right, "<=": left <= right}[prefix]
    if prefix == "%":
        return str(value).casefold() in str(held).casefold()
    if prefix in ("=%", "%="):
        return bool(re.fullmatch(_like(str(value)), str(held), re.IGNORECASE | re.DOTALL))
    values = value if isinstance(value, list) else [value]
    return str(held).casefold() in {str(each).casefold() for each in values}


def _like(text: str) -> str:
    return "".join({"%": ".*", "_": "."}.get(each, re.escape(each)) for each in text)


def _key(value: Any) -> tuple[int, float, str]:
    text = str(value)
    return (0, float(text), "") if re.fullmatch(r"-?\d+(\.\d+)?", text) else (1, 0.0, text)
