"""A stand-in for a mailbox over IMAP: enough of RFC 3501 to log in, find unseen letters, read and mark them.

with ImapSandbox() as box:
box.put(b"From: ...")
imaplib.IMAP4("127.0.0.1", box.port)
"""

import base64
import re
import socketserver
from dataclasses import dataclass
from threading import Lock, Thread
from typing import Final

from sandbox.stand_in import StandIn

USER: Final = "bounces"
PASSWORD: Final = "sandbox"  # noqa: S105  # opens a stand-in
FOLDER: Final = "INBOX"
PARTIAL = re.compile(r"BODY\.PEEK\[\]<0\.(\d+)>")


@dataclass
class Kept:
    """A letter in the box."""

    content: bytes
    is_seen: bool = False


class ImapSandbox(StandIn):
    """One mailbox on 127.0.0.1; a port of 0 picks a free one.

    `fault`: "refuse" closes each line at once, "login" knows nobody, "folder" has no folder, "noise" does not
    speak IMAP, "cut" hangs up in the middle of a letter, "silent" never answers a fetch.
    """

    def __init__(self, port: int = 0) -> None:
        self.letters: list[Kept] = []
        self.fault = ""
        self.account = (USER, PASSWORD)
        self.folder = FOLDER
        """In modified UTF-7."""
        self.lock = Lock()
        self._server = _Server(("127.0.0.1", port), _Talk)
        self._server.sandbox = self
        self.port = int(self._server.server_address[1])

    @property
    def url(self) -> str:
        """The address with user and password."""
        return f"imap://{USER}:{PASSWORD}@127.0.0.1:{self.port}/{FOLDER}"

    @property
    def unseen(self) -> list[int]:
        """The numbers of letters that nobody has seen."""
        return [number for number, kept in enumerate(self.letters, 1) if not kept.is_seen]

    def put(self, content: bytes) -> None:
        """Put a letter into the box."""
        with self.lock:
            self.letters.append(Kept(content.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")))

    def start(self) -> None:
        Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True
    sandbox: ImapSandbox


class _Talk(socketserver.StreamRequestHandler):
    """One connection."""

    server: _Server

    def handle(self) -> None:
        self.box = self.server.sandbox
        if self.box.fault == "refuse":
            return
        if self.box.fault == "noise":
            self.wfile.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            return
        self._say("* OK sandbox")
        while line := self.rfile.readline():
            tag, _, command = line.decode("utf-8", "replace").strip().partition(" ")
            if not self._answer(tag, command):
                return

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())

    def _answer(self, tag: str, command: str) -> bool:
        """Answer one command; False ends the talk."""
        name = command.upper()
        if name.startswith("AUTHENTICATE PLAIN"):
            self._say("+")
            said = base64.b64decode(self.rfile.readline()).decode().split("\0")
            self._say(f"{tag} {'OK done' if said == ['', *self.box.account] else 'NO no such user'}")
            return True
        if name.startswith("UID FETCH"):
            return self._fetch(tag, command)
        if name.startswith("LOGIN") and not self._knows(command):
            self._say(f"{tag} NO no such user")
            return True
        if name.startswith("SELECT") and (self.box.fault == "folder" or self.box.folder not in command):
            self._say(f"{tag} NO no such folder")
            return True
        if name.startswith("UID STORE"):
            with self.box.lock:
                self.box.letters[int(command.split()[2]) - 1].is_seen = True
        if line := self._line(name):
            self._say(line)
        self._say(f"{tag} OK done")
        return not name.startswith("LOGOUT")

    def _line(self, name: str) -> str:
        """Return what comes before the OK."""
        lines = {
            "CAPABILITY": "* CAPABILITY IMAP4rev1 AUTH=PLAIN",
            "SELECT": f"* {len(self.box.letters)} EXISTS",
            "UID SEARCH": f"* SEARCH {' '.join(map(str, self.box.unseen))}".rstrip(),
            "LOGOUT": "* BYE then",
        }
        return next((line for start, line in lines.items() if name.startswith(start)), "")

    def _knows(self, command: str) -> bool:
        said = command.replace('"', "").split()
        return self.box.fault != "login" and said[1:] == [*self.box.account]

    def _fetch(self, tag: str, command: str) -> bool:
        number = int(command.split()[2])
        content = self.box.letters[number - 1].content
        if found := PARTIAL.search(command):
            content = content[: int(found[1])]
        if self.box.fault == "silent":
            self.rfile.readline()
            return False
        self._say(f"* {number} FETCH (UID {number} BODY[]<0> {{{len(content)}}}")
        if self.box.fault == "cut":
            self.wfile.write(content[: len(content) // 2])
            return False
        self.wfile.write(content)
        self._say(")")
        self._say(f"{tag} OK done")
        return True
