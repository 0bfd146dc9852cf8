"""A stand-in for a mail server: takes every letter, delivers none, and shows them in a browser.

with MailSandbox() as mail:
    smtplib.SMTP("127.0.0.1", mail.port).send_message(message)
    mail.letters[0].subject
"""

import asyncio
import logging
import socket
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread
from types import TracebackType
from typing import Self

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from sandbox.exchange import Call
from sandbox.inbox import answer_inbox
from sandbox.letters import Letter, Letterbox
from sandbox.web_server import WebServer, Wire

READY_SECONDS = 10
LARGEST = 50_000_000

# aiosmtpd warns of a name of its own that is old; nobody here can do anything about it.
logging.getLogger("mail.log").setLevel(logging.ERROR)


class MailSandbox:
    """SMTP on one port and an inbox on another, both on 127.0.0.1; a port of 0 picks a free one.

    Without a folder the letters are gone when it stops. Raises OSError when a port is taken.
    """

    def __init__(self, *, port: int = 0, web_port: int = 0, folder: Path | None = None) -> None:
        self._web = WebServer(web_port, self._serve)
        try:
            self._socket = _listen(port)
        except OSError:
            self._web.stop()
            raise
        self.port = int(self._socket.getsockname()[1])
        self._temporary = None if folder else TemporaryDirectory(prefix="letters-")
        self.letterbox = Letterbox(folder or Path(self._temporary.name if self._temporary else ""))
        self._loop = asyncio.new_event_loop()
        self._running = Event()
        self._thread = Thread(target=self._run, name="smtp-server", daemon=True)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def web_port(self) -> int:
        return self._web.port

    @property
    def url(self) -> str:
        """Where the inbox is."""
        return f"http://127.0.0.1:{self.web_port}"

    @property
    def letters(self) -> list[Letter]:
        """The letters so far, oldest first."""
        return self.letterbox.letters

    def start(self) -> None:
        self._web.start()
        self._thread.start()

    def stop(self) -> None:
        self._web.stop()
        if self._thread.is_alive():
            # A stop that comes before the loop runs for good would be forgotten.
            self._running.wait(READY_SECONDS)
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
        self._socket.close()
        self._loop.close()
        if self._temporary:
            self._temporary.cleanup()

    def _serve(self, call: Call, wire: Wire) -> None:
        wire.send(answer_inbox(self.letterbox, call))

    def _run(self) -> None:
        handler = _Handler(self.letterbox)
        protocol = self._loop.create_server(lambda: _protocol(handler, self._loop), sock=self._socket)
        server = self._loop.run_until_complete(protocol)
        self._loop.call_soon(self._running.set)
        self._loop.run_forever()
        server.close()
        self._loop.run_until_complete(self._hang_up())

    async def _hang_up(self) -> None:
        """End the conversations that are still open, so that nothing is left behind."""
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.gather(*others, return_exceptions=True)


class _Handler:
    def __init__(self, letterbox: Letterbox) -> None:
        self._letterbox = letterbox

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.original_content or b""
        self._letterbox.add(content, envelope.mail_from or "<>", envelope.rcpt_tos)
        return "250 Kept"


def _protocol(handler: _Handler, loop: asyncio.AbstractEventLoop) -> SMTP:
    """Return the server's side of one conversation; any user and password will do."""
    return SMTP(
        handler,
        hostname="sandbox",
        ident="mail sandbox",
        data_size_limit=LARGEST,
        enable_SMTPUTF8=True,
        auth_require_tls=False,
        authenticator=lambda *_: AuthResult(success=True),
        loop=loop,
    )


def _listen(port: int) -> socket.socket:
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind(("127.0.0.1", port))
        listening.listen(100)
    except OSError:
        listening.close()
        raise
    return listening
