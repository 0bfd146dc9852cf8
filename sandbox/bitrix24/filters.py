"""Lists as Bitrix24 gives them: filters with prefixes, order, pages of 50."""

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from sandbox.bitrix24 import php

PAGE = 50
PREFIXES = ("!=%", "!%", "!@", "!=", ">=", "<=", "=%", "%=", ">", "<", "@", "%", "!", "=")
ORDERS: dict[str, Callable[[Any, Any], bool]] = {
    ">": operator.gt, "<": operator.lt, ">=": operator.ge, "<=": operator.le
}  # fmt: skip
T = TypeVar("T")
Get = Callable[[T, str], Any]


def chosen(rows: Sequence[T], wanted: Any, get: Get[T], *, pattern: tuple[str, ...] = ()) -> list[T]:
    """Return the rows that meet a filter; fields in `pattern` take % and _ in their values."""
    given = wanted.items() if isinstance(wanted, Mapping) else ()
    conditions = [_condition(get, key, value, pattern) for key, value in given]
    return [row for row in rows if all(meets(row) for meets in conditions)]


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


def _condition(get: Get[T], key: str, value: Any, pattern: tuple[str, ...]) -> Callable[[T], bool]:
    """Return the test of a row, prepared once for all of them."""
    prefix, name = split_prefix(key)
    if is_not := prefix.startswith("!"):
        prefix = "" if prefix == "!=" else prefix[1:]
    fits = _comparison("=%" if not prefix and name in pattern else prefix, value)

    def meets(row: T) -> bool:
        held = get(row, name)
        found = any(fits(each) for each in held) if isinstance(held, list) else fits(held)
        return found is not is_not

    return meets


def _comparison(prefix: str, value: Any) -> Callable[[Any], bool]:
    if prefix in ORDERS:
        order, right = ORDERS[prefix], _key(value)
        return lambda held: order(_key(held), right)
    if prefix == "%":
        part = str(value).casefold()
        return lambda held: part in str(held).casefold()
    if prefix in ("=%", "%="):
        like = re.compile(_like(str(value)), re.IGNORECASE | re.DOTALL)
        return lambda held: bool(like.fullmatch(str(held)))
    values = {str(each).casefold() for each in (value if isinstance(value, list) else [value])}
    return lambda held: str(held).casefold() in values


def _like(text: str) -> str:
    return "".join({"%": ".*", "_": "."}.get(each, re.escape(each)) for each in text)


def _key(value: Any) -> tuple[int, float, str]:
    text = str(value)
    return (0, float(text), "") if re.fullmatch(r"-?\d+(\.\d+)?", text) else (1, 0.0, text)
