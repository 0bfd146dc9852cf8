"""What a mail server reports of a letter: RFC 3464, or the plain words that many servers still send.

The database is never asked here. A report is bytes from anybody: it is read as text and never believed more
than the mark of one of our letters in it.
"""

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage, Message

from reconciliation.distribution.bounces.plain_words import addresses_in, status_in, words_in
from reconciliation.models import Bounce

Kind = Bounce.Kind
MOST_TEXT = 50_000
LONGEST_WORDS = 500
FROM_A_SERVER = re.compile(r"mailer-daemon|postmaster|mail delivery (?:sub)?system|bounce", re.IGNORECASE)
EMPTY_LINE = re.compile(rb"\r?\n\r?\n")
HOLIDAY = "auto-replied"
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
    """Return the report in a letter; None for a person's answer, a holiday notice and the like."""
    message = message_from_bytes(content, policy=policy.default)
    outcomes = tuple(_of_rfc3464(message)) or tuple(_of_plain_words(message))
    return Report(_marks(message), outcomes) if outcomes else None


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


def _of_rfc3464(message: EmailMessage) -> Iterator[Outcome]:
    for part in message.walk():
        if part.get_content_type() == "message/delivery-status":
            for fields in _groups(part):
                if outcome := _outcome(fields):
                    yield outcome


def _groups(part: Message) -> list[Message]:
    """Return the groups of fields, also of a server that wraps the part in base64, which none should."""
    payload = part.get_payload()
    groups = [each for each in payload if isinstance(each, Message)] if isinstance(payload, list) else []
    if str(part.get("Content-Transfer-Encoding", "")).lower() == "base64":
        wrapped = "".join(str(each.get_payload()) for each in groups)
        try:
            text = base64.b64decode(wrapped)
        except ValueError:
            return []
        return [message_from_bytes(block, policy=policy.default) for block in EMPTY_LINE.split(text)]
    return groups


def _outcome(fields: Message) -> Outcome | None:
    action = str(fields.get("Action", "")).strip().lower()
    recipient = fields.get("Original-Recipient") or fields.get("Final-Recipient")
    if not recipient or action in ("delivered", "relayed", "expanded"):
        return None
    address = _address(str(recipient)) or _address(str(fields.get("Final-Recipient", "")))
    words = " ".join(str(fields.get("Diagnostic-Code", "")).partition(";")[2].split())[:LONGEST_WORDS]
    status = status_in(str(fields.get("Status", ""))) or status_in(words)
    if status.endswith(".0.0"):
        status = status_in(words) or status
    return Outcome(address, status, words or status, is_final=action != "delayed") if address else None


def _address(field: str) -> str:
    return field.rpartition(";")[2].strip().strip("<>").lower()


def _of_plain_words(message: EmailMessage) -> Iterator[Outcome]:
    """Yield what a server's plain words say; nobody's letter that only looks like it."""
    if str(message.get("Auto-Submitted", "")).lower().startswith(HOLIDAY):
        return
    sender = " ".join(str(message.get(name, "")) for name in ("From", "Sender", "Return-Path"))
    if not FROM_A_SERVER.search(sender) and str(message.get("Return-Path", "")).strip() != "<>":
        return
    text = _text(message)
    for address in addresses_in(text, str(message.get("X-Failed-Recipients", ""))):
        words = words_in(text, address)[:LONGEST_WORDS]
        yield Outcome(address, status_in(words), words)


def _text(message: EmailMessage) -> str:
    body = message.get_body(preferencelist=("plain", "html"))
    try:
        text = str(body.get_content()) if body else ""
    except (LookupError, ValueError):  # a character set that nobody knows
        payload = body.get_payload(decode=True) if body else b""
        text = payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""
    return re.sub(r"<(?:br|p|div|tr)\b[^>]*>", "\n", text, flags=re.IGNORECASE)[:MOST_TEXT]


def _marks(message: EmailMessage) -> str:
    """Return every text in which the mark of a letter of ours may stand."""
    found = [str(value) for name in MARKED for value in message.get_all(name, [])]
    for part in message.walk():
        if part.get_content_type() in ("message/rfc822", "text/rfc822-headers", "message/rfc822-headers"):
            inner = part.get_payload()
            texts = inner if isinstance(inner, list) else [inner]
            found += [str(each)[:MOST_TEXT] for each in texts]
    return "\n".join([*found, _text(message)])
