"""The one way out to other services: time budget, size limit, typed errors, retries.

A library's exceptions never leave this module.
"""

import logging
import queue
import random
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Self, TypeVar

import requests
import urllib3
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from reconciliation.errors import (
    BodyTooLarge,
    ConnectionBroken,
    ConnectionFailed,
    PortalError,
    TimedOut,
    TransportError,
)

CHUNK = 64 * 1024
CONNECT_SECONDS = 5.0
RETRIES = 2
T = TypeVar("T")
log = logging.getLogger(__name__)


class Deadline:
    """A time budget in seconds that several steps share."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._end = time.monotonic() + seconds

    @property
    def remaining(self) -> float:
        """Seconds that are left; never negative."""
        return max(0.0, self._end - time.monotonic())

    def check(self) -> None:
        """Raise TimedOut when nothing is left."""
        if self.remaining <= 0:
            raise TimedOut(f"the time budget of {self.seconds:g} s is used up")


@dataclass(frozen=True)
class Reply:
    """A whole HTTP answer; `headers` compares names without regard to case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class _Exchange:
    """One request and its answer, cut off at the deadline.

    Read time-outs alone do not bound an exchange: a server that sends a byte a second resets them
    for ever.
    """

    def __init__(self, deadline: Deadline) -> None:
        self.connection: _Watched | None = None
        self.cut_off = False
        self._timer = threading.Timer(deadline.remaining, self._cut)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        _of_thread.exchange = self
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        _of_thread.exchange = None

    def _cut(self) -> None:
        self.cut_off = True
        wire = self.connection.wire if self.connection else None
        if wire is not None:
            # A socket that has gone meanwhile needs no cutting.
            with suppress(OSError):
                wire.shutdown(socket.SHUT_RDWR)


class _OfThread(threading.local):
    exchange: _Exchange | None = None


_of_thread = _OfThread()


class _Watched:
    """Tells this thread's exchange which socket it runs over."""

    wire: socket.socket | None = None

    def connect(self) -> None:
        super().connect()  # type: ignore[misc]  # mixed into urllib3's connections
        self.wire = self.sock  # type: ignore[attr-defined]

    def putrequest(self, *args: Any, **kwargs: Any) -> None:
        if _of_thread.exchange is not None:
            _of_thread.exchange.connection = self
        super().putrequest(*args, **kwargs)  # type: ignore[misc]


class _WatchedHTTP(_Watched, HTTPConnection):
    pass


class _WatchedHTTPS(_Watched, HTTPSConnection):
    pass


class _HTTPPool(HTTPConnectionPool):
    ConnectionCls = _WatchedHTTP


class _HTTPSPool(HTTPSConnectionPool):
    ConnectionCls = _WatchedHTTPS


class _WatchedAdapter(HTTPAdapter):
    """Keeps its connection open, and open to being cut off."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _HTTPPool, "https": _HTTPSPool}


class HttpClient:
    """GETs with a bounded time and size. Safe for threads: each call has a lane of its own.

    A lane is a kept connection with its own cookies, so that two calls at once never share a
    session on the other side.
    """

    def __init__(self, *, ca_bundle: str = "") -> None:
        self._verify: str | bool = ca_bundle or True
        self._idle: queue.LifoQueue[requests.Session] = queue.LifoQueue()

    @contextmanager
    def lane(self) -> Iterator[requests.Session]:
        """Lend an idle lane, or a new one; it comes back unless the call was broken off."""
        try:
            session = self._idle.get_nowait()
        except queue.Empty:
            session = self._new_lane()
        try:
            yield session
        except TransportError:
            session.close()
            raise
        self._idle.put(session)

    def _new_lane(self) -> requests.Session:
        session = requests.Session()
        # The environment's .netrc would replace our own Authorization header.
        session.trust_env = False
        session.verify = self._verify
        session.headers["Accept-Encoding"] = "identity"
        for scheme in ("http://", "https://"):
            session.mount(scheme, _WatchedAdapter(pool_connections=1, pool_maxsize=1, max_retries=0))
        return session


def get(
    session: requests.Session,
    url: str,
    *,
    headers: Mapping[str, str],
    auth: AuthBase,
    deadline: Deadline,
    max_bytes: int,
) -> Reply:
    """Return the whole answer to one GET; redirects are not followed.

    Raises ConnectionFailed, ConnectionBroken, TimedOut or BodyTooLarge.
    """
    deadline.check()
    with _Exchange(deadline) as exchange:
        try:
            return _exchange(session, url, headers, auth, deadline, max_bytes)
        except TransportError as error:
            if exchange.cut_off:
                raise TimedOut(error.detail) from None
            raise
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            raise _typed(error, cut_off=exchange.cut_off) from None


def _exchange(
    session: requests.Session,
    url: str,
    headers: Mapping[str, str],
    auth: AuthBase,
    deadline: Deadline,
    max_bytes: int,
) -> Reply:
    left = max(deadline.remaining, 0.001)
    with session.get(
        url,
        headers=dict(headers),
        auth=auth,
        timeout=(min(CONNECT_SECONDS, left), left),
        stream=True,
        allow_redirects=False,
    ) as response:
        body = _read(response, deadline, max_bytes)
        return Reply(response.status_code, response.headers, body)


def _read(response: requests.Response, deadline: Deadline, max_bytes: int) -> bytes:
    body = bytearray()
    for chunk in response.iter_content(CHUNK):
        body += chunk
        if len(body) > max_bytes:
            raise BodyTooLarge(f"the answer is over {max_bytes} bytes")
        deadline.check()
    return bytes(body)


def _typed(error: Exception, *, cut_off: bool) -> TransportError:
    """Return our own error; the text names the library's class only, since its own holds the URL."""
    name = type(error).__name__
    if isinstance(error, requests.ConnectTimeout) or (
        isinstance(error, requests.ConnectionError) and _never_connected(error)
    ):
        return ConnectionFailed(_cause(error))
    if cut_off or isinstance(error, requests.Timeout) or "timed out" in str(error).lower():
        return TimedOut(f"no whole answer in time ({name})")
    return ConnectionBroken(name)


def _never_connected(error: Exception) -> bool:
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(error, requests.exceptions.SSLError) or isinstance(
        reason, urllib3.exceptions.NewConnectionError | urllib3.exceptions.SSLError
    )


def _cause(error: Exception) -> str:
    reason = getattr(error.args[0], "reason", error) if error.args else error
    if isinstance(error, requests.exceptions.SSLError):
        return f"TLS failed ({type(reason).__name__})"
    return type(reason).__name__


def retry(call: Callable[[], T], *, deadline: Deadline, retries: int = RETRIES) -> T:
    """Return what `call` returns, calling again after errors that may pass, with a growing random wait."""
    for attempt in range(retries + 1):
        try:
            return call()
        except PortalError as error:
            wait = random.uniform(0.5, 1.5) * 0.2 * 2**attempt  # noqa: S311  # scatter, not secrecy
            if not error.retryable or attempt == retries or wait >= deadline.remaining:
                raise
            log.info("trying again in %.1f s after %s", wait, type(error).__name__)
            time.sleep(wait)
    raise AssertionError("unreachable")
