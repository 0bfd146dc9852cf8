"""JSON as 1C writes it: exact decimals without an exponent, Cyrillic as it is, no float anywhere."""

from decimal import Decimal
from json.encoder import encode_basestring

BREAKS = {0x2028: "\\u2028", 0x2029: "\\u2029"}


class Raw(str):
    """A piece of JSON text that is written as it stands, right or wrong."""

    __slots__ = ()


def dump(value: object, *, pretty: bool = False) -> bytes:
    """Return the value as UTF-8 JSON; lone surrogates and line separators are escaped."""
    text = _text(value, "\r\n" if pretty else "").translate(BREAKS)
    return text.encode("utf-8", "backslashreplace")


def _text(value: object, line: str) -> str:
    if isinstance(value, Raw):
        return str.__str__(value)
    if isinstance(value, str):
        return encode_basestring(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, dict):
        return _braced(
            "{}", [f"{encode_basestring(k)}: {_text(v, _deeper(line))}" for k, v in value.items()], line
        )
    if isinstance(value, list | tuple):
        return _braced("[]", [_text(item, _deeper(line)) for item in value], line)
    return LITERALS[value] if value is None or isinstance(value, bool) else str(int(value))  # type: ignore[call-overload]


def _braced(braces: str, items: list[str], line: str) -> str:
    if not items or not line:
        return braces[0] + ", ".join(items) + braces[1]
    deeper = _deeper(line)
    return braces[0] + deeper + ("," + deeper).join(items) + line + braces[1]


def _deeper(line: str) -> str:
    return line + "\t" if line else line


LITERALS = {None: "null", True: "true", False: "false"}
