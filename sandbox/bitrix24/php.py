"""Values as PHP reads them from a query string, and as it writes them to JSON."""

import base64
import binascii
import re
from typing import Any
from urllib.parse import parse_qsl

_KEY = re.compile(r"^([^\[\]]+)((?:\[[^\[\]]*\])*)$")


def parse(query: str) -> dict[str, Any]:
    """Return `a[b][]=1&c=2` as nested dictionaries and lists of texts, `+` being a blank."""
    parsed: dict[str, Any] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        found = _KEY.match(name)
        path = [found[1], *re.findall(r"\[([^\[\]]*)\]", found[2])] if found else [name]
        _put(parsed, path, value)
    return {key: listed(value) for key, value in parsed.items()}


def _put(holder: dict[str, Any], path: list[str], value: str) -> None:
    for position, part in enumerate(path):
        key = part or str(len(holder))
        if position == len(path) - 1:
            holder[key] = value
            return
        inner = holder.get(key)
        if not isinstance(inner, dict):
            inner = holder[key] = {}
        holder = inner


def listed(value: Any) -> Any:
    """Return a value with arrays that have keys 0 to n-1 as lists; an empty one is a list, too."""
    if isinstance(value, dict):
        inner = {key: listed(each) for key, each in value.items()}
        if list(inner) == [str(position) for position in range(len(inner))]:
            return list(inner.values())
        return inner
    return [listed(each) for each in value] if isinstance(value, list) else value


def is_true(value: Any) -> bool:
    """Return whether PHP takes a value for true: the text “False” is."""
    return value not in (None, False, 0, 0.0, "", "0", "N", [], {})


def number(value: Any) -> int:
    """Return a whole number as PHP's intval does: what is none is 0."""
    found = re.match(r"\s*[+-]?\d+", str(value))
    return int(found[0]) if found else 0


def decode(text: Any) -> bytes | None:
    """Return the bytes of a base64 text; None when it is not one."""
    try:
        return base64.b64decode(str(text), validate=True) or None
    except (binascii.Error, ValueError):
        return None
