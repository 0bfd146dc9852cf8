"""Parts, fields and texts of a letter from anybody: nothing in it raises, and none takes long.

The standard library's newer policy parses each field by its grammar and raises on many that are none; the
older one gives fields as they came.
"""

import re
from collections.abc import Iterator
from email import message_from_bytes
from email.header import decode_header
from email.message import Message
from email.parser import BytesHeaderParser

MOST_PARTS = 200
MOST_FIELDS, LONGEST_FIELD, MOST_TEXT = 5, 1_000, 50_000
"""Fields of one name; characters of a field and of a part."""
TOO_MANY: tuple[tuple[re.Pattern[bytes], int], ...] = (
    (re.compile(rb"boundary|message/rfc822", re.IGNORECASE), 10),  # parts in parts
    (re.compile(rb"^--", re.MULTILINE), MOST_PARTS),
    (re.compile(rb"\n\r?(?=\n)"), 2_000),  # empty lines: each begins a part of a report's fields
)
"""A letter with more of these is read as one text: its parts would cost its length over and over."""
LONG_LINE = re.compile(rb"[^\n]{4000}")
"""No server writes one; a boundary of that length would take the standard library seconds."""
UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
"""What a database refuses to keep, and other characters that nobody sees."""
BREAKS = re.compile(r"<(?:br|p|div|tr)\b[^<>]{0,500}>", re.IGNORECASE)


def parse(content: bytes) -> Message:
    """Return the letter with its parts."""
    content = LONG_LINE.sub(rb"\g<0>\n", content)
    if any(len(pattern.findall(content)) > most for pattern, most in TOO_MANY):
        whole = BytesHeaderParser().parsebytes(content)
        del whole["Content-Type"], whole["Content-Transfer-Encoding"]
        return whole
    return message_from_bytes(content)


def parts_of(message: Message) -> Iterator[Message]:
    """Yield the letter and its parts from the first to the last, those of attached letters, too."""
    waiting = [message]
    for _ in range(MOST_PARTS):
        if not waiting:
            return
        part = waiting.pop()
        yield part
        waiting += reversed(parts_in(part))


def field(message: Message, name: str) -> str:
    """Return all fields of a name as one line of text, in the characters that they stand for."""
    values = [_decoded(str(value)[:LONGEST_FIELD]) for value in message.get_all(name, [])[:MOST_FIELDS]]
    return clean(" ".join(" ".join(values).split()))


def body_of(message: Message) -> str:
    """Return what the letter says: its first plain text, else its first HTML, a line for each paragraph."""
    texts: dict[str, Message] = {}
    for part in parts_of(message):
        texts.setdefault(part.get_content_type(), part)
    found = texts.get("text/plain") or texts.get("text/html")
    return BREAKS.sub("\n", text_of(found)) if found else ""


def text_of(part: Message) -> str:
    """Return a part's text; of an attached letter its fields."""
    if not part.is_multipart():
        return clean(_text(part)[:MOST_TEXT])
    inner = parts_in(part)[:1]
    return clean("\n".join(f"{name}: {value}" for each in inner for name, value in each.items())[:MOST_TEXT])


def parts_in(part: Message) -> list[Message]:
    """Return the parts that a part is made of; none of a text."""
    payload = part.get_payload() if part.is_multipart() else []
    return [each for each in payload if isinstance(each, Message)] if isinstance(payload, list) else []


def clean(text: str) -> str:
    """Return the text without characters that nobody sees."""
    return UNSEEN.sub("", text)


def _text(part: Message) -> str:
    try:
        return _bytes(part).decode(part.get_content_charset() or "utf-8", "replace")
    except (LookupError, TypeError, ValueError):  # a character set or a coding that nobody knows
        del part["Content-Type"]
        return _bytes(part).decode("utf-8", "replace")


def _bytes(part: Message) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _decoded(value: str) -> str:
    """Return a field with its encoded words decoded; as it came where they are none."""
    try:
        parts = decode_header(value)
        return "".join(
            text.decode(charset or "utf-8", "replace") if isinstance(text, bytes) else text
            for text, charset in parts
        )
    except (LookupError, ValueError):
        return value
