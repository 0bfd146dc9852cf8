"""The mailbox to which mail servers report, over IMAP."""

import base64
import imaplib
import re
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self
from urllib.parse import unquote, urlsplit

from letters.errors import BounceBoxError

MOST_BYTES = 256 * 1024
"""Of a letter: a report says what it has to say at its beginning."""
PORTS = {"imap": 143, "imaps": 993}
Broken = (OSError, EOFError, imaplib.IMAP4.abort)


@dataclass(frozen=True)
class Box:
    """Where the box is; `url` like imaps://user:password@host/INBOX."""

    url: str = field(repr=False)
    timeout: float = 20.0


class Mailbox:
    """An open box. Raises BounceBoxError."""

    def __init__(self, box: Box) -> None:
        if not box.url:
            raise BounceBoxError("missing")
        self._parts, self._timeout = urlsplit(box.url), box.timeout

    def __enter__(self) -> Self:
        host = self._parts.hostname or ""
        port = self._parts.port or PORTS[self._parts.scheme]
        try:
            if self._parts.scheme == "imaps":
                context = ssl.create_default_context()
                self._imap: imaplib.IMAP4 = imaplib.IMAP4_SSL(
                    host, port, ssl_context=context, timeout=self._timeout
                )
            else:
                self._imap = imaplib.IMAP4(host, port, timeout=self._timeout)
        except Broken as error:
            raise _lost(error) from None
        except imaplib.IMAP4.error as error:
            raise BounceBoxError("protocol", str(error)[:200]) from None
        try:
            self._open()
        except BaseException:
            self._imap.shutdown()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._imap.logout()
        except (*Broken, imaplib.IMAP4.error):
            self._imap.shutdown()

    def _open(self) -> None:
        user, password = unquote(self._parts.username or ""), unquote(self._parts.password or "")
        folder = unquote(self._parts.path.lstrip("/")) or "INBOX"
        try:
            self._log_in(user, password)
        except Broken as error:
            raise _lost(error) from None
        except imaplib.IMAP4.error:
            raise BounceBoxError("login") from None
        if self._said("SELECT", lambda: self._imap.select(quoted(folder)))[0] != "OK":
            raise BounceBoxError("folder", folder)

    def _log_in(self, user: str, password: str) -> None:
        """Log in; LOGIN takes ASCII alone, so any other name or password goes by PLAIN (RFC 4616)."""
        if user.isascii() and password.isascii():
            self._imap.login(user, password)
        else:
            self._imap.authenticate("PLAIN", lambda _challenge: f"\0{user}\0{password}".encode())

    def unseen(self) -> list[str]:
        """Return the numbers of the letters that nobody has seen, oldest first."""
        _status, found = self._said("SEARCH", lambda: self._imap.uid("SEARCH", "UNSEEN"))
        return [number.decode() for line in found if line for number in line.split()]

    def letters(self) -> Iterator[tuple[str, bytes]]:
        """Yield number and text of each letter that nobody has seen."""
        for number in self.unseen():
            for part in self._fetch(number):
                if isinstance(part, tuple):
                    yield number, part[1]

    def _fetch(self, number: str) -> list[Any]:
        wanted = f"(BODY.PEEK[]<0.{MOST_BYTES}>)"
        return self._said("FETCH", lambda: self._imap.uid("FETCH", number, wanted))[1]

    def set_seen(self, number: str) -> None:
        """Have the letter not read again."""
        self._said("STORE", lambda: self._imap.uid("STORE", number, "+FLAGS", r"(\Seen)"))

    def _said(self, command: str, ask: Callable[[], tuple[str, list[Any]]]) -> tuple[str, list[Any]]:
        try:
            status, found = ask()
        except Broken as error:
            raise _lost(error, command) from None
        except imaplib.IMAP4.error as error:
            raise BounceBoxError("protocol", f"{command}: {error}"[:200]) from None
        return status, found


def quoted(folder: str) -> str:
    """Return a folder's name as IMAP has it: in modified UTF-7 (RFC 3501, 5.1.3), quoted."""
    plain = folder.replace("&", "&-")
    named = re.sub(r"[^\x20-\x7e]+", lambda found: f"&{_base64(found[0])}-", plain)
    return '"' + re.sub(r'(["\\])', r"\\\1", named) + '"'


def _base64(text: str) -> str:
    return base64.b64encode(text.encode("utf-16-be")).decode().rstrip("=").replace("/", ",")


def _lost(error: Exception, command: str = "") -> BounceBoxError:
    """Return the error of a line that broke, or on which something else than IMAP came."""
    if "unexpected response" in str(error):
        return BounceBoxError("protocol", str(error)[:200])
    return BounceBoxError("unreachable", f"{command} {type(error).__name__}".strip())
