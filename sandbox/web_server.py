"""A small threaded HTTP/1.1 server that leaves every byte of the answer to its handler."""

import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from select import select
from ssl import SSLContext, SSLSocket
from threading import Event, Lock, Thread
from time import monotonic
from typing import Any

from sandbox.http_messages import Call, Reply

MOST_BODY = 1_000_000
LOOK_EVERY = 0.05
"""Seconds between two looks at whether the caller is still there."""


class Connection:
    """The way back to the caller, byte by byte if need be."""

    def __init__(self, connection: socket.socket, stopping: Event) -> None:
        self._connection = connection
        self._stopping = stopping
        self.closed = False

    def send(self, reply: Reply) -> None:
        """Send the whole reply; head and body in one piece, so that nothing waits for an acknowledgement."""
        self.write(reply.head + reply.body)
        for chunk in reply.stream or ():
            self.write(chunk)

    def write(self, data: bytes) -> None:
        self._connection.sendall(data)

    def wait(self, seconds: float) -> None:
        """Wait, but not longer than the server runs and the caller is there.

        Raises ConnectionAbortedError when the caller hangs up meanwhile.
        """
        until = monotonic() + seconds
        while (left := until - monotonic()) > 0 and not self._stopping.wait(min(left, LOOK_EVERY)):
            if self._hung_up():
                raise ConnectionAbortedError

    def _hung_up(self) -> bool:
        if isinstance(self._connection, SSLSocket):
            return False  # TLS cannot be peeked into
        readable, _, _ = select([self._connection], [], [], 0)
        return bool(readable) and not self._connection.recv(1, socket.MSG_PEEK)

    def close(self) -> None:
        """Hang up after this call."""
        self.closed = True


Serve = Callable[[Call, Connection], None]


class WebServer:
    """Serves on 127.0.0.1 in background threads; raises OSError when the port is taken."""

    def __init__(
        self, port: int, serve: Serve, *, most_body: int = MOST_BODY, tls: SSLContext | None = None
    ) -> None:
        self._stopping = Event()
        self._http = _Server(port, serve, self._stopping, most_body)
        if tls:
            self._http.socket = tls.wrap_socket(
                self._http.socket, server_side=True, do_handshake_on_connect=False
            )
        self._thread = Thread(target=self._http.serve_forever, args=(0.05,), name="web-server", daemon=True)

    @property
    def port(self) -> int:
        return int(self._http.server_address[1])

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Stop listening and cut the connections that are still open."""
        self._stopping.set()
        if self._thread.is_alive():
            self._http.shutdown()
            self._thread.join()
        self._http.server_close()
        self._http.cut()


class _Server(ThreadingHTTPServer):
    request_queue_size = 512
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, port: int, serve: Serve, stopping: Event, most_body: int) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.serve_call = serve
        self.most_body = most_body
        self.stopping = stopping
        self._open: set[socket.socket] = set()
        self._lock = Lock()

    def server_bind(self) -> None:
        # Not HTTPServer's own: that looks the machine's name up, which can take seconds.
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = "127.0.0.1", int(self.server_address[1])

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of callers that hang up: that is what time-outs look like from here."""
        error = sys.exception()
        if not isinstance(error, ConnectionError) and not self.stopping.is_set():
            super().handle_error(request, client_address)

    def cut(self) -> None:
        with self._lock:
            for connection in self._open:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def do_GET(self) -> None:
        length = min(int(self.headers.get("Content-Length") or 0), self.server.most_body)
        call = Call(self.command, self.path, tuple(self.headers.items()), self.rfile.read(length))
        connection = Connection(self.connection, self.server.stopping)
        self.server.serve_call(call, connection)
        self.close_connection = self.close_connection or connection.closed

    do_POST = do_PUT = do_DELETE = do_GET  # noqa: N815  # the names that the base class calls

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the base class names it so
        """Print nothing: the journal keeps the calls, and a URL may hold the key."""
