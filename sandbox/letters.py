"""Letters kept as files: one .eml a letter, readable again after a restart."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage, MIMEPart
from functools import cached_property
from itertools import count
from pathlib import Path

FROM, TO = "X-Sandbox-From", "X-Sandbox-To"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came with a letter."""

    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True)
class Letter:
    """One letter as it came over SMTP."""

    path: Path
    raw: bytes

    @property
    def name(self) -> str:
        return self.path.stem

    @cached_property
    def message(self) -> EmailMessage:
        return message_from_bytes(self.raw, policy=policy.default)

    @property
    def subject(self) -> str:
        return self._header("Subject")

    @property
    def sender(self) -> str:
        return self._header("From") or self._header(FROM)

    @property
    def recipients(self) -> list[str]:
        """The addresses that the letter was really handed over for, hidden copies among them."""
        return self._header(TO).split()

    @property
    def text(self) -> str:
        return self._body("plain")

    @property
    def html(self) -> str:
        return self._body("html")

    @cached_property
    def attachments(self) -> list[Attachment]:
        return [
            Attachment(part.get_filename() or "attachment", part.get_content_type(), _content(part))
            for part in self.message.iter_attachments()
        ]

    def _header(self, name: str) -> str:
        return str(self.message.get(name, ""))

    def _body(self, kind: str) -> str:
        part = self.message.get_body((kind,))
        return _content(part).decode(part.get_content_charset("utf-8"), "replace") if part else ""


class Letterbox:
    """The letters in one folder, oldest first."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._numbers = count(len(list(folder.glob("*.eml"))) + 1)
        self._known: dict[Path, Letter] = {}

    @property
    def letters(self) -> list[Letter]:
        return [self._read(path) for path in sorted(self.folder.glob("*.eml"))]

    def add(self, content: bytes, sender: str, recipients: Iterable[str]) -> None:
        """Keep a letter; it appears in the folder whole or not at all."""
        name = f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{next(self._numbers):05d}"
        envelope = f"{FROM}: {sender}\r\n{TO}: {' '.join(recipients)}\r\n".encode()
        unfinished = self.folder / f"{name}.part"
        unfinished.write_bytes(envelope + content)
        unfinished.rename(self.folder / f"{name}.eml")

    def _read(self, path: Path) -> Letter:
        if path not in self._known:
            self._known[path] = Letter(path, path.read_bytes())
        return self._known[path]


def _content(part: MIMEPart) -> bytes:
    """Return the part's bytes; a letter inside a letter is given as its own text."""
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else part.as_bytes()
