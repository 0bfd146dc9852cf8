"""A server that says over a connection exactly what a test tells it to, byte by byte if need be."""

import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import trustme

Serve = Callable[["Connection"], None]


class Connection:
    """One connection as the peer sees it."""

    def __init__(self, sock: socket.socket, stopping: threading.Event) -> None:
        self._socket = sock
        self._stopping = stopping
        self._ahead = b""
        self.sent = 0
        self.hung_up = threading.Event()
        """Set when the caller has gone before everything was said."""

    def say(self, *pieces: bytes, pause: float = 0.0) -> None:
        """Send the pieces with a pause after each, until the caller hangs up."""
        for piece in pieces:
            try:
                self._socket.sendall(piece)
            except OSError:
                self.hung_up.set()
                return
            self.sent += 1
            if pause and self._stopping.wait(pause):
                return

    def drip(self, data: bytes, after: int = 0, pause: float = 0.02) -> None:
        """Send a byte at a time, the first `after` at once."""
        self.say(data[:after], *(bytes((byte,)) for byte in data[after:]), pause=pause)

    def wait(self) -> None:
        """Say nothing more for half a minute."""
        self._stopping.wait(30)

    def reset(self) -> None:
        """Break the connection off as a firewall does."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._socket.close()

    def receive(self, size: int) -> bytes:
        """Return the request's body, of which `listen` may have read the start."""
        body = self._ahead
        while len(body) < size:
            body += self._socket.recv(size - len(body))
        return body

    def listen(self) -> bytes:
        """Return the next request's head; empty when the caller has gone."""
        head = b""
        while b"\r\n\r\n" not in head:
            piece = self._socket.recv(65536)
            if not piece:
                return b""
            head += piece
        head, end, self._ahead = head.partition(b"\r\n\r\n")
        return head + end


class Peer:
    """Serves each request on 127.0.0.1 with `serve`; without `keep` each connection is closed after one."""

    def __init__(self, serve: Serve, *, keep: bool = True, tls: ssl.SSLContext | None = None) -> None:
        self.requests: list[bytes] = []
        self.connections: list[Connection] = []
        self._serve, self._keep, self._tls = serve, keep, tls
        self._stopping = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self._open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        scheme = "https" if self._tls else "http"
        return f"{scheme}://127.0.0.1:{self._listener.getsockname()[1]}"

    def stop(self) -> None:
        self._stopping.set()
        for opened in (self._listener, *self._open):
            with suppress(OSError):
                opened.shutdown(socket.SHUT_RDWR)
            opened.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self._open.append(connection)
                threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        with suppress(OSError):
            if self._tls:
                connection = self._tls.wrap_socket(connection, server_side=True)
            with connection:
                served = Connection(connection, self._stopping)
                self.connections.append(served)
                while head := served.listen():
                    self.requests.append(head)
                    self._serve(served)
                    if not self._keep:
                        return


@contextmanager
def peer(serve: Serve, **more: Any) -> Iterator[Peer]:
    """Run a peer for the time of a test."""
    running = Peer(serve, **more)
    try:
        yield running
    finally:
        running.stop()


def answer(body: bytes = b"{}", status: str = "200 OK", headers: Iterable[str] = ()) -> bytes:
    """Return a whole HTTP answer."""
    head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join([*head, "", ""]).encode() + body


def certificate(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """Return a server's TLS for 127.0.0.1 and the certificate that a caller has to trust for it."""
    authority, bundle = trustme.CA(), folder / "authority.pem"
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(str(bundle))
    return context, bundle
