"""Addresses, codes and reasons in the plain words of a mail server, in Russian or English."""

import re
from collections.abc import Iterator

ADDRESS = re.compile(r"(?<![\w.+'-])[\w.+'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,10}")
STATUS = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")
REPLY = re.compile(r"(?<![\d.])([45])(\d)\d(?=[ \-#])")
ORIGINAL = re.compile(
    r"^-{2,80}(?!-)[^\n]{0,200}?"
    r"(?:copy of the message|original message|копия|исходное|below this line|headers)"
    r"|^Return-Path:",
    re.IGNORECASE | re.MULTILINE,
)
"""Where a server's own words end and our letter, which it quotes, begins."""
LINES_AROUND = 4
"""Lines after an address that say what is wrong with it."""


def addresses_in(text: str, header: str = "") -> Iterator[str]:
    """Yield the addresses that a report names before it quotes the letter, each once, in small letters."""
    named, seen = header or ORIGINAL.split(text, maxsplit=1)[0], set()
    for found in ADDRESS.finditer(named):
        if (address := found[0].rstrip(".").lower()) not in seen:
            seen.add(address)
            yield address


def status_in(text: str) -> str:
    """Return the RFC 3463 code in a text, or the class of an SMTP reply as one; empty without either."""
    if found := STATUS.search(text):
        return ".".join(found.groups())
    if found := REPLY.search(text):
        return f"{found[1]}.0.0"
    return ""


def words_in(text: str, address: str) -> str:
    """Return what a report says beside an address, on one line."""
    own = ORIGINAL.split(text, maxsplit=1)[0]
    lines = own.splitlines()
    for number, line in enumerate(lines):
        if address in line.lower():
            near = " ".join(" ".join(lines[number : number + LINES_AROUND]).split())
            if status_in(near) or number + LINES_AROUND >= len(lines):
                return near
    return " ".join(own.split())
