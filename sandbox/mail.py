"""A stand-in for a mail server: takes every letter, delivers none, and shows them in a browser.

with MailSandbox() as mail:
    smtplib.SMTP("127.0.0.1", mail.port).send_message(message)
    mail.letters[0].subject
"""

import logging
import socket
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from sandbox.http_messages import Call
from sandbox.imap import ImapSandbox
from sandbox.letters import SENDER, TO, Letter, answer_letters
from sandbox.reports import GONE, undelivered
from sandbox.stand_in import StandIn
from sandbox.web_server import Connection, WebServer

LARGEST = 50_000_000
TRIES = 5
START_SECONDS = 15.0
FAULTS = ("busy", "refuse", "cut_before", "cut_after")

# aiosmtpd warns of a name of its own that is old; nobody here can do anything about it.
logging.getLogger("mail.log").setLevel(logging.ERROR)


@dataclass(frozen=True)
class _Takes:
    """What aiosmtpd hands addresses and letters to; it looks at every attribute for each connection."""

    take_address: Callable[[SMTP, Envelope, str], str]
    take_letter: Callable[[SMTP, Envelope], str]

    async def handle_RCPT(  # noqa: N802  # aiosmtpd's name
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        return self.take_address(server, envelope, address)

    async def handle_DATA(  # noqa: N802  # aiosmtpd's name
        self, server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        return self.take_letter(server, envelope)


class MailSandbox(StandIn):
    """SMTP on one port and the letters on another, both on 127.0.0.1; a port of 0 picks a free one.

    Without a folder the letters are gone when it stops. Into a `box` go the reports of addresses that begin
    with "gone": they take letters and turn out to be none. Raises OSError when a port is taken.
    """

    def __init__(
        self, *, port: int = 0, web_port: int = 0, folder: Path | None = None, box: ImapSandbox | None = None
    ) -> None:
        self.box = box
        self._picks_port = port == 0
        self.port = _usable(port)
        self._web = WebServer(web_port, self._serve)
        self._temporary = None if folder else TemporaryDirectory(prefix="letters-")
        self.folder = folder or Path(self._temporary.name if self._temporary else "")
        self.folder.mkdir(parents=True, exist_ok=True)
        self._read: dict[Path, Letter] = {}
        self._fault, self._times = "", 0
        self._put_off: set[str] = set()
        self._numbers = count(len(list(self.folder.glob("*.eml"))) + 1)
        self._smtp = self._new_server()

    def _new_server(self) -> Controller:
        """Return one that was not started: after a start that failed it cannot be started again."""
        return Controller(
            _Takes(self._take_address, self._take_letter),
            hostname="127.0.0.1",
            port=self.port,
            ready_timeout=START_SECONDS,
            data_size_limit=LARGEST,
            enable_SMTPUTF8=True,
            auth_require_tls=False,
            authenticator=lambda *_: AuthResult(success=True),
        )

    @property
    def url(self) -> str:
        """Where the letters are shown."""
        return f"http://127.0.0.1:{self._web.port}"

    @property
    def letters(self) -> list[Letter]:
        """The letters so far, oldest first."""
        return [self._read.setdefault(path, Letter(path)) for path in sorted(self.folder.glob("*.eml"))]

    def start(self) -> None:
        if self.box:
            self.box.start()
        self._web.start()
        for _ in range(TRIES):
            try:
                self._smtp.start()
            except TimeoutError:  # the machine is too slow
                raise
            except OSError:  # another program took the free port meanwhile
                self._smtp.loop.close()
                if not self._picks_port:
                    raise
                self.port = _usable(0)
                self._smtp = self._new_server()
            else:
                return
        raise OSError("no port stays free")

    def stop(self) -> None:
        self._web.stop()
        self._smtp.stop(no_assert=True)
        if self.box:
            self.box.stop()
        if self._temporary:
            self._temporary.cleanup()

    def set_fault(self, name: str, times: int = 1) -> None:
        """Have so many letters go wrong.

        "busy" (450) and "refuse" (550) do not take the letter, "cut_before" hangs up before its text,
        "cut_after" keeps it and hangs up without a word.
        """
        if name not in FAULTS:
            raise KeyError(name)
        self._fault, self._times = name, times

    def _take_address(self, server: SMTP, envelope: Envelope, address: str) -> str:
        """Take an address; one that begins with "refused" is none, with "later" is put off the first time.

        One that begins with "hangs-up" gets no last word.
        """
        if self._takes("cut_before"):
            _hang_up(server)
            return "421 Bye"
        if address.startswith("refused"):
            return "550 No such person"
        if address.startswith("later") and address not in self._put_off:
            self._put_off.add(address)
            return "451 4.7.1 Greylisted, try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    def _take_letter(self, server: SMTP, envelope: Envelope) -> str:
        """Keep a letter."""
        if self._takes("busy"):
            return "450 Try again later"
        if self._takes("refuse"):
            return "550 Not wanted"
        self._keep(envelope.original_content or b"", envelope.mail_from or "", envelope.rcpt_tos)
        self._report(envelope)
        if self._takes("cut_after") or any(address.startswith("hangs-up") for address in envelope.rcpt_tos):
            _hang_up(server)
        return "250 Kept"

    def _report(self, envelope: Envelope) -> None:
        """Send back what went to addresses that turn out to be none."""
        found = message_from_bytes(envelope.original_content or b"")
        for address in envelope.rcpt_tos:
            if self.box and envelope.mail_from and address.startswith(GONE):
                self.box.put(undelivered(envelope.mail_from, address, str(found["Message-ID"])))

    def _takes(self, fault: str) -> bool:
        """Whether this letter meets the fault, which is then used up once."""
        if self._fault != fault or self._times <= 0:
            return False
        self._times -= 1
        return True

    def _keep(self, content: bytes, sender: str, recipients: Iterable[str]) -> None:
        """Write a file; it appears in the folder whole or not at all."""
        name = f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{next(self._numbers):05d}"
        unfinished = self.folder / f"{name}.part"
        head = f"{TO}: {' '.join(recipients)}\r\n{SENDER}: {sender}\r\n"
        unfinished.write_bytes(head.encode() + content)
        unfinished.rename(self.folder / f"{name}.eml")

    def _serve(self, call: Call, connection: Connection) -> None:
        connection.send(answer_letters(self.letters, call))


def _hang_up(server: SMTP) -> None:
    if server.transport:
        server.transport.abort()  # type: ignore[attr-defined]  # of a connection it is one that can


def _usable(port: int) -> int:
    """Return the port, a free one for 0; raises OSError when it is taken."""
    with socket.create_server(("127.0.0.1", port)) as listener:
        return int(listener.getsockname()[1])
