"""What a mail server reports of a letter: RFC 3464, or the plain words that many servers still send.

The database is never asked here. A report is bytes from anybody: it is read as text and never believed more
than the mark of one of our letters in it.
"""

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_string
from email.message import Message
from itertools import islice

from letters.bounces.mime import body_of, clean, field, parse, parts_in, parts_of, text_of
from letters.bounces.plain_words import (
    SPEAKS_SMTP,
    addresses_in,
    has_failed,
    own_words,
    status_in,
    words_beside,
)  # fmt: skip
from letters.models import Bounce

Kind = Bounce.Kind
MOST_OUTCOMES = 20
"""Of one report; a letter of ours has a few addresses."""
LONGEST_WORDS, LONGEST_ADDRESS = 500, 320
FROM_A_SERVER = re.compile(r"mailer-daemon|postmaster|mail delivery (?:sub)?system", re.IGNORECASE)
EMPTY_LINE, EMPTY_TEXT_LINE = re.compile(rb"\r?\n\r?\n"), re.compile(r"\r?\n\r?\n")
STATUSES = ("message/delivery-status", "message/global-delivery-status")
RECEIPTS = ("message/disposition-notification", "message/global-disposition-notification")
"""That somebody has read the letter, or not."""
ANSWERS_BY_ITSELF: dict[str, str | tuple[str, ...]] = {
    "Auto-Submitted": "auto-", "Precedence": ("junk", "bulk", "list", "auto"), "X-Auto-Response-Suppress": "",
    "X-Autoreply": "", "X-Auto-Reply": "", "X-Autorespond": "", "X-Autoresponder": "",
}  # fmt: skip
"""Fields of an absence notice and the like, and how they begin: RFC 3834, and what was there before it."""
DELIVERED, FAILED, TRIED = ("delivered", "relayed", "expanded"), "failed", "delayed"
"""Actions of RFC 3464."""
HANDED_OVER_BY = re.compile(
    r"^\s*from\s+([\w.-]+)(?:\s+\((?:[^()\[\]]{0,60}?\b)?([\w-]+(?:\.[\w-]+)+)\.?\s*\[)?"
)
"""What a Received field says of the sender: the name that it gave, and the one that its address has."""
XTEXT = re.compile(r"\+([0-9A-F]{2})")
UNICODE = re.compile(r"\\x\{([0-9A-F]{2,6})\}", re.IGNORECASE)
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
    kind: str = ""
    """A `Bounce.Kind`; by code and words unless it is known otherwise."""
    names: tuple[str, ...] = ()
    """What else the server calls the address: the one that it forwards to, or the one that it was given."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "kind", self.kind or kind_of(self.status, self.words).value)


@dataclass(frozen=True)
class Report:
    """A report: the text in which the mark of our letter is looked for, and what became of each address."""

    marks: str
    outcomes: tuple[Outcome, ...]
    server: str
    """The host that our own mail server took it from, in small letters; empty when unknown."""


def read(content: bytes) -> Report | None:
    """Return the report in a letter; None for a person's answer, a holiday notice and the like.

    Whatever the letter is made of, nothing is raised and the time stays in proportion to its length.
    """
    message = parse(content)
    kinds = {part.get_content_type() for part in parts_of(message)}
    if kinds.intersection(STATUSES):
        outcomes = [*islice(_of_rfc3464(message), MOST_OUTCOMES)]
    else:
        outcomes = [] if kinds.intersection(RECEIPTS) else [*_of_plain_words(message)]
    return Report(_marks(message), tuple(outcomes), _server(message)) if outcomes else None


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
        if part.get_content_type() in STATUSES:
            for fields in _groups(part):
                if outcome := _outcome(fields):
                    yield outcome


def _groups(part: Message) -> list[Message]:
    """Return the groups of fields, also of a server that wraps the part in base64, which none should."""
    groups = parts_in(part)
    if part.get_content_type() == STATUSES[1]:  # RFC 6533; the standard library takes it for a letter
        fields = text_of(groups[0]) if groups else ""
        blocks = EMPTY_TEXT_LINE.split(fields, maxsplit=MOST_OUTCOMES)
        return [message_from_string(block) for block in blocks]
    if field(part, "Content-Transfer-Encoding").lower() == "base64":
        wrapped = "".join(text_of(each) for each in groups)
        try:
            text = base64.b64decode(wrapped)
        except ValueError:
            return []
        return [parse(block) for block in EMPTY_LINE.split(text, maxsplit=MOST_OUTCOMES)]
    return groups


def _outcome(fields: Message) -> Outcome | None:
    """Return what became of an address; None when it got the letter, or nothing says that it did not."""
    words = " ".join(field(fields, "Diagnostic-Code").partition(";")[2].split())[:LONGEST_WORDS]
    status = status_in(field(fields, "Status")) or status_in(words)
    if status.endswith(".0.0"):
        status = status_in(words) or status
    action = field(fields, "Action").lower()
    if action not in (*DELIVERED, FAILED, TRIED):
        action = {"5": FAILED, "4": TRIED}.get(status[:1], "")
    original, final = field(fields, "Original-Recipient"), field(fields, "Final-Recipient")
    names = [*_names(original), *_names(final)]
    if not names or action not in (FAILED, TRIED):
        return None
    return Outcome(names[0], status, words or status, is_final=action == FAILED, names=tuple(names[1:]))


def _names(recipient: str) -> list[str]:
    """Return the address in a field as it was meant and as it is written (coded by RFC 3461 or 6533)."""
    written = recipient.rpartition(";")[2].strip().strip("<>")
    decoded = UNICODE.sub(_character, XTEXT.sub(_character, written))
    names = dict.fromkeys(name.lower() for name in (decoded, written) if 0 < len(name) <= LONGEST_ADDRESS)
    return list(names)


def _character(code: re.Match[str]) -> str:
    number = int(code[1], 16)
    return chr(number) if 32 < number < 0xD800 or 0xDFFF < number <= 0x10FFFF else ""


def _of_plain_words(message: Message) -> Iterator[Outcome]:
    """Yield what a server's plain words say of the addresses that they name beside a code or as failed."""
    text, failed = body_of(message), field(message, "X-Failed-Recipients")
    sender = " ".join(field(message, name) for name in ("From", "Sender", "Return-Path"))
    if not failed and not FROM_A_SERVER.search(sender):
        is_from_nobody = field(message, "Return-Path") == "<>"
        if not is_from_nobody or _answers_by_itself(message) or not SPEAKS_SMTP.search(own_words(text)):
            return
    for address in islice(addresses_in(text, failed), MOST_OUTCOMES):
        words = words_beside(text, address) or " ".join(own_words(text).split())
        status = status_in(words)
        is_final = has_failed(own_words(text), status, is_named=bool(failed))
        if is_final is not None:
            yield Outcome(address, status, words[:LONGEST_WORDS], is_final=is_final)


def _answers_by_itself(message: Message) -> bool:
    said = ((field(message, name).lower(), begins) for name, begins in ANSWERS_BY_ITSELF.items())
    return any(value and value.startswith(begins) for value, begins in said)


def _server(message: Message) -> str:
    """Return the host that our own mail server took the report from: the newest of the fields it adds."""
    newest = clean(str(message.get("Received", ""))[:LONGEST_WORDS])
    found = HANDED_OVER_BY.search(newest)
    return (found[2] or found[1]).lower().rstrip(".") if found else ""


def _marks(message: Message) -> str:
    """Return every text in which the mark of a letter of ours may stand."""
    found = [field(message, name) for name in MARKED]
    quoted = [text_of(part) for part in parts_of(message) if part.get_content_type() in QUOTES]
    return "\n".join([*found, *quoted, body_of(message)])
