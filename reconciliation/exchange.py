"""An HTTP exchange that ends in time whatever the other side does: its connection can be cut off.

Read time-outs alone do not bound an exchange: a server that sends a byte a second resets them for ever.
"""

import os
import socket
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from typing import Any, Self

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError


class Exchange:
    """What this thread asks inside `with`; the line is cut after so many seconds, and `cut_off` tells."""

    def __init__(self, seconds: float) -> None:
        self.cut_off = False
        self._over = False
        self._wire: socket.socket | None = None
        self._lock = threading.Lock()
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        _of_thread.exchange = self
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        _of_thread.exchange = None
        # A timer that fires this late must not cut the line of whoever uses it next.
        with self._lock:
            self._over = True
            self._let_go()

    def run_over(self, wire: socket.socket) -> None:
        """Remember what to cut; a line that comes up after the time is cut at once."""
        with self._lock:
            self._let_go()
            # A descriptor of our own: TLS takes the socket itself over, and its number may be given anew.
            self._wire = socket.socket(fileno=os.dup(wire.fileno()))
            if self.cut_off:
                self._hang_up()

    def _cut(self) -> None:
        with self._lock:
            if not self._over:
                self.cut_off = True
                self._hang_up()

    def _hang_up(self) -> None:
        # A line that the other side has closed meanwhile needs no cutting.
        if self._wire is not None:
            with suppress(OSError):
                self._wire.shutdown(socket.SHUT_RDWR)

    def _let_go(self) -> None:
        if self._wire is not None:
            self._wire.close()
            self._wire = None


class _OfThread(threading.local):
    exchange: Exchange | None = None


_of_thread = _OfThread()


class _Watched:
    """Tells this thread's exchange which line it runs over."""

    sock: socket.socket | None
    timeout: Any

    def _new_conn(self) -> socket.socket:
        connect: Callable[[], socket.socket] = super()._new_conn  # type: ignore[misc]  # of urllib3
        try:
            wire = _aside(connect, self.timeout)
        except TimeoutError:
            raise ConnectTimeoutError(self, "no connection in time") from None
        self._tell(wire)
        return wire

    def putrequest(self, *args: Any, **kwargs: Any) -> None:
        if self.sock is not None:
            self._tell(self.sock)
        super().putrequest(*args, **kwargs)  # type: ignore[misc]  # of urllib3

    @staticmethod
    def _tell(wire: socket.socket) -> None:
        if _of_thread.exchange is not None:
            _of_thread.exchange.run_over(wire)


def _aside(connect: Callable[[], socket.socket], seconds: float) -> socket.socket:
    """Return a new connection, or raise TimeoutError.

    In a thread of its own: looking a name up has no time-out at all, and every address of a name has
    the whole one.
    """
    line: Future[socket.socket] = Future()

    def run() -> None:
        try:
            line.set_result(connect())
        except BaseException as error:  # noqa: BLE001  # raised where it is waited for
            line.set_exception(error)

    threading.Thread(target=run, name="connect", daemon=True).start()
    try:
        return line.result(seconds)
    except TimeoutError:
        line.add_done_callback(_close)
        raise


def _close(line: "Future[socket.socket]") -> None:
    if line.exception() is None:
        line.result().close()


class _WatchedHTTP(_Watched, HTTPConnection):
    pass


class _WatchedHTTPS(_Watched, HTTPSConnection):
    pass


class _HTTPPool(HTTPConnectionPool):
    ConnectionCls = _WatchedHTTP


class _HTTPSPool(HTTPSConnectionPool):
    ConnectionCls = _WatchedHTTPS


class WatchedAdapter(HTTPAdapter):
    """Keeps its connection open, and open to being cut off."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _HTTPPool, "https": _HTTPSPool}
