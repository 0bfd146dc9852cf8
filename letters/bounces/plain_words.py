"""Addresses, codes and reasons in the plain words of a mail server, in Russian or English."""

import re
from collections.abc import Iterator

ADDRESS = re.compile(r"(?<![\w.+'-])[\w.+'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,10}")
STATUS = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")
REPLY = re.compile(r"(?<![\d.(+-])(?<!\d )([45])[0-5]\d(?=[ -](?!\d)|[ -][45]\.\d|#)")
"""An SMTP reply such as "550 User unknown"; no telephone number such as "550 12 34"."""
ORIGINAL = re.compile(
    r"^-{2,80}(?!-)[^\n]{0,200}?"
    r"(?:copy of the message|original message|копия|исходное|below this line|headers)"
    r"|^Return-Path:",
    re.IGNORECASE | re.MULTILINE,
)
"""Where a server's own words end and our letter, which it quotes, begins."""
LINES_BEFORE, LINES_AFTER = 1, 4
"""Lines around an address that say what is wrong with it."""
GIVES_UP = re.compile(
    r"giv(?:ing|en|e) up|gave up|permanent|could not be delivered|не удалось доставить|не доставлено|прекращ",
    re.IGNORECASE,
)
STILL_TRIES = re.compile(
    r"(?:will|we|still) (?:\w+ ){0,3}(?:retry|retried|retrying|try|trying|attempt)|more (?:hours|days)"
    r"|delayed|in (?:the|our) queue|not yet been delivered|продолж\w+ (?:\w+ )?попыт"
    r"|попыт\w+ (?:\w+ ){0,2}продолж|повторн\w+ попыт|будет (?:\w+ )?повтор|пытаться|задерж|в очереди",
    re.IGNORECASE,
)
SPEAKS_SMTP = re.compile(
    r"smtp|rcpt|remote (?:host|server)|mail (?:server|system)|host \S+ said|сервер", re.IGNORECASE
)
"""Words of a mail server, in a text that anybody may have sent."""


def addresses_in(text: str, header: str = "") -> Iterator[str]:
    """Yield the addresses that a report names before it quotes the letter, each once, in small letters."""
    named, seen = header or own_words(text), set()
    for found in ADDRESS.finditer(named):
        if (address := found[0].rstrip(".").lower()) not in seen:
            seen.add(address)
            yield address


def own_words(text: str) -> str:
    """Return a report without the letter that it quotes."""
    return ORIGINAL.split(text, maxsplit=1)[0]


def status_in(text: str) -> str:
    """Return the RFC 3463 code in a text, or the class of an SMTP reply as one; empty without either."""
    if found := STATUS.search(text):
        return ".".join(found.groups())
    if found := REPLY.search(text):
        return f"{found[1]}.0.0"
    return ""


def words_beside(text: str, address: str) -> str:
    """Return what a report says beside an address, on one line; empty when it does not name it."""
    lines = own_words(text).splitlines()
    first = ""
    for number, line in enumerate(lines):
        if address in line.lower():
            near = " ".join(" ".join(lines[number : number + LINES_AFTER]).split())
            first = first or near
            if status_in(near):
                return near
            before = " ".join(" ".join(lines[max(number - LINES_BEFORE, 0) : number + 1]).split())
            if status_in(before):
                return before
    return first


def has_failed(text: str, status: str, *, is_named: bool) -> bool | None:
    """Return whether an address has not got the letter for good; None when the text does not say.

    `is_named`: the server names the address among those that failed (X-Failed-Recipients).
    """
    if status.startswith("5.") or (is_named and not STILL_TRIES.search(text)):
        return True
    if status.startswith("4."):
        return bool(GIVES_UP.search(text)) and not STILL_TRIES.search(text)
    return False if STILL_TRIES.search(text) else None
