"""The body of an answer: JSON with exact numbers, and the PDF that it may carry."""

import base64
import binascii
import json
import re
from decimal import Decimal
from typing import Any, NoReturn

from reconciliation.errors import InvalidAnswer, TooManyRows

MAX_VALUES = 500_000
"""In one answer: nearly twice what 30,000 rows have. Each takes some 300 bytes once it is taken apart."""
MAX_WIDE_BYTES = 12 * 1024 * 1024
"""With a character above U+FFFF in it, which makes Python keep every other one of the text in four bytes."""
_WIDE = re.compile(rb"[\xf0-\xf4]")
BOM = b"\xef\xbb\xbf"


def read_json(body: bytes) -> dict[str, Any]:
    """Return the JSON object in `body`, numbers as exact decimals. Raises InvalidAnswer or TooManyRows."""
    if body.count(b",") > MAX_VALUES:
        raise TooManyRows(f"over {MAX_VALUES} values")
    if len(body) > MAX_WIDE_BYTES and _WIDE.search(body):
        raise TooManyRows(f"over {MAX_WIDE_BYTES} bytes with a character above U+FFFF")
    try:
        found = json.loads(
            body.decode("utf-8-sig"),
            parse_float=Decimal,
            parse_int=Decimal,
            parse_constant=_refuse_constant,
            object_pairs_hook=_object,
        )
    except (ValueError, RecursionError, ArithmeticError) as error:
        raise _not_json(body, error) from None
    if not isinstance(found, dict):
        raise InvalidAnswer("not_json", "the body is not a JSON object")
    return found


def _not_json(body: bytes, error: Exception) -> InvalidAnswer:
    start = body[:200].removeprefix(BOM).lstrip()
    if not start.startswith((b"{", b"[")):
        return InvalidAnswer("not_json", "the body is no JSON" if start else "the body is empty")
    match error:
        case UnicodeDecodeError():
            return InvalidAnswer("not_utf8", f"byte {error.start + 1} of the body is not UTF-8")
        case json.JSONDecodeError():
            where = f"line {error.lineno}, column {error.colno}"
            return InvalidAnswer("broken_json", f"{where} of the body: {error.msg}")
    return InvalidAnswer("broken_json", f"the body cannot be read as JSON ({type(error).__name__})")


def _refuse_constant(literal: str) -> NoReturn:
    raise ValueError(f"{literal} is no JSON")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        # Two closing balances in one answer: neither can be believed.
        raise ValueError("a key stands twice")
    return found


def read_pdf(encoded: object) -> bytes:
    """Return the PDF in a base64 text or data URL, with or without line breaks. Raises InvalidAnswer."""
    if not isinstance(encoded, str):
        raise InvalidAnswer("bad_pdf", "pdf_base64 is not a text")
    try:
        text = re.sub(r"\s", "", encoded)
        pdf = base64.b64decode(re.sub(r"\Adata:[\w/;=-]*,", "", text), validate=True)
    except (binascii.Error, ValueError):
        raise InvalidAnswer("bad_pdf", "pdf_base64 is not base64") from None
    pdf = pdf.removeprefix(BOM).lstrip()
    # Not parsed any further: a reader's own faults must not be reachable from outside.
    if not pdf.startswith(b"%PDF-") or b"%%EOF" not in pdf[-2048:]:
        raise InvalidAnswer("bad_pdf", "what pdf_base64 holds is not a whole PDF")
    return pdf
