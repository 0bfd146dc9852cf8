"""What a mail server reports of a letter: RFC 3464, or the plain words that many servers still send.

The database is never asked here. A report is bytes from anybody: it is read as text and never believed more
than the mark of one of our letters in it.
"""

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from itertools import islice

from letters.bounces.mime import body_of, field, parse, parts_in, parts_of, text_of
from letters.bounces.plain_words import addresses_in, status_in, words_in
from letters.models import Bounce

Kind = Bounce.Kind
MOST_OUTCOMES = 20
"""Of one report; a letter of ours has a few addresses."""
LONGEST_WORDS, LONGEST_ADDRESS = 500, 320
FROM_A_SERVER = re.compile(r"mailer-daemon|postmaster|mail delivery (?:sub)?system|bounce", re.IGNORECASE)
EMPTY_LINE = re.compile(rb"\r?\n\r?\n")
HOLIDAY = "auto-replied"
QUOTES = ("message/rfc822", "text/rfc822-headers", "message/rfc822-headers")
"""Parts that hold the letter that came back."""
MARKED = (
    "To", "Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "X-Failed-Recipients",
    "In-Reply-To", "References",
)  # fmt: skip


@dataclass(frozen=True)
class Outcome:
    """What became of one address; `status` is an RFC 3463 code such as 5.1.1, or empty."""

    address: str
    status: str
    words: str
    is_final: bool = True
    """False while the server still tries."""

    @property
    def kind(self) -> Kind:
        return kind_of(self.status, self.words)


@dataclass(frozen=True)
class Report:
    """A report: the text in which the mark of our letter is looked for, and what became of each address."""

    marks: str
    outcomes: tuple[Outcome, ...]


def read(content: bytes) -> Report | None:
    """Return the report in a letter; None for a person's answer, a holiday notice and the like.

    Whatever the letter is made of, nothing is raised and the time stays in proportion to its length.
    """
    message = parse(content)
    outcomes = [*islice(_of_rfc3464(message), MOST_OUTCOMES)] or [*_of_plain_words(message)]
    return Report(_marks(message), tuple(outcomes)) if outcomes else None


def kind_of(status: str, words: str) -> Kind:
    """Return why a letter came back, by its code and, where that says little, by the words."""
    lower = words.lower()
    if status.startswith("4."):
        return Kind.FULL if status == "4.2.2" else Kind.LATER
    for kind, codes, said in RULES:
        if status in codes or any(each in lower for each in said):
            return kind
    return Kind.OTHER


RULES: tuple[tuple[Kind, tuple[str, ...], tuple[str, ...]], ...] = (
    (
        Kind.FULL,
        ("5.2.2",),
        ("mailbox full", "mailbox is full", "over quota", "quota exceeded", "ящик переполнен", "квота"),
    ),
    (
        Kind.REFUSED,
        ("5.7.0", "5.7.26", "5.7.509"),
        ("spam", "blacklist", "blocked", "policy", "dmarc", "спам"),
    ),
    (
        Kind.NO_ADDRESS,
        ("5.1.0", "5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1", "5.4.4"),
        (
            "user unknown", "unknown user", "no such user", "user not found", "no such mailbox",
            "no such person", "does not exist", "invalid mailbox", "mailbox unavailable",
            "account is disabled", "address rejected", "recipient rejected", "unrouteable", "host not found",
            "domain not found", "не существует", "не найден", "заблокирован", "отключен",
        ),
    ),
    (Kind.REFUSED, ("5.7.1",), ()),
)  # fmt: skip
"""In this order: "550 5.7.1 No such user!" means the address, a full box is no missing one."""


def _of_rfc3464(message: Message) -> Iterator[Outcome]:
    for part in parts_of(message):
        if part.get_content_type() == "message/delivery-status":
            for fields in _groups(part):
                if outcome := _outcome(fields):
                    yield outcome


def _groups(part: Message) -> list[Message]:
    """Return the groups of fields, also of a server that wraps the part in base64, which none should."""
    groups = parts_in(part)
    if field(part, "Content-Transfer-Encoding").lower() == "base64":
        wrapped = "".join(text_of(each) for each in groups)
        try:
            text = base64.b64decode(wrapped)
        except ValueError:
            return []
        return [parse(block) for block in EMPTY_LINE.split(text, maxsplit=MOST_OUTCOMES)]
    return groups


def _outcome(fields: Message) -> Outcome | None:
    action = field(fields, "Action").lower()
    final = _address(field(fields, "Final-Recipient"))
    address = _address(field(fields, "Original-Recipient")) or final
    if not address or action in ("delivered", "relayed", "expanded"):
        return None
    words = " ".join(field(fields, "Diagnostic-Code").partition(";")[2].split())[:LONGEST_WORDS]
    status = status_in(field(fields, "Status")) or status_in(words)
    if status.endswith(".0.0"):
        status = status_in(words) or status
    return Outcome(address, status, words or status, is_final=action != "delayed")


def _address(field: str) -> str:
    address = field.rpartition(";")[2].strip().strip("<>").lower()
    return address if len(address) <= LONGEST_ADDRESS else ""


def _of_plain_words(message: Message) -> Iterator[Outcome]:
    """Yield what a server's plain words say; nobody's letter that only looks like it."""
    if field(message, "Auto-Submitted").lower().startswith(HOLIDAY):
        return
    sender = " ".join(field(message, name) for name in ("From", "Sender", "Return-Path"))
    if not FROM_A_SERVER.search(sender) and field(message, "Return-Path") != "<>":
        return
    text = body_of(message)
    for address in islice(addresses_in(text, field(message, "X-Failed-Recipients")), MOST_OUTCOMES):
        words = words_in(text, address)[:LONGEST_WORDS]
        yield Outcome(address, status_in(words), words)


def _marks(message: Message) -> str:
    """Return every text in which the mark of a letter of ours may stand."""
    found = [field(message, name) for name in MARKED]
    quoted = [text_of(part) for part in parts_of(message) if part.get_content_type() in QUOTES]
    return "\n".join([*found, *quoted, body_of(message)])
