"""The one way out to other services: a deadline, a size limit, typed errors, retries.

A library's exceptions never leave this module. Not guarded against: a server that sends its headers a
byte at a time, a name server that never answers (each costs more than the deadline), and a body that
stops half-way, which may cost up to twice the deadline.
"""

import logging
import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

import requests
import urllib3
from requests.adapters import HTTPAdapter

from jobs.deadline import Deadline
from reconciliation.errors import (
    BodyTooLarge,
    ConnectionBroken,
    ConnectionFailed,
    PortalError,
    TimedOut,
    TransportError,
)

CHUNK_BYTES = 64 * 1024
CONNECT_SECONDS = 5.0
IDLE_SECONDS = 10.0
"""How long a kept connection is used again; later a firewall may have dropped it without a word."""
RETRIES = 2
LENGTH_HEADERS = {"content-length", "transfer-encoding"}
HEADERS = {"Accept-Encoding": "identity", "Connection": "keep-alive", "User-Agent": "reconciliation-portal"}
T = TypeVar("T")
log = logging.getLogger(__name__)


def check(deadline: Deadline) -> None:
    """Raise TimedOut when nothing is left of the time that calls share."""
    if deadline.remaining <= 0:
        raise TimedOut(f"the time budget of {deadline.seconds:g} s is used up")


@dataclass(frozen=True)
class Reply:
    """A whole HTTP answer; `headers` compares names without regard to case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass
class PooledSession:
    """One kept connection, and what the other side knows it by; used by one call at a time."""

    adapter: HTTPAdapter = field(
        default_factory=lambda: HTTPAdapter(pool_connections=1, pool_maxsize=1, max_retries=0)
    )
    cookie: str = ""
    """The value of the service's session cookie; its client reads and sends it."""
    used_at: float | None = None


class SessionPool:
    """Lends sessions. Safe for threads: calls at once never share a connection or a cookie."""

    def __init__(self) -> None:
        self._idle: list[PooledSession] = []
        self._lock = threading.Lock()

    @contextmanager
    def session(self) -> Iterator[PooledSession]:
        """Lend the session used last, or a new one; after an exception it is closed, not kept."""
        session = self._take()
        try:
            yield session
        except BaseException:
            session.adapter.close()
            if session.used_at is not None:
                # The others are as old: a retry must not meet one that died of the same cause.
                self.close()
            raise
        session.used_at = time.monotonic()
        with self._lock:
            self._idle.append(session)

    def close(self) -> None:
        """Close the connections that are idle."""
        with self._lock:
            closing, self._idle = self._idle, []
        for session in closing:
            session.adapter.close()

    def _take(self) -> PooledSession:
        oldest = time.monotonic() - IDLE_SECONDS
        with self._lock:
            session = self._idle.pop() if self._idle else PooledSession()
        if session.used_at is not None and session.used_at < oldest:
            session.adapter.close()
            # The service's own session lives on: only the connection is new.
            return PooledSession(cookie=session.cookie)
        return session


def send(
    session: PooledSession,
    request: requests.Request,
    *,
    deadline: Deadline,
    max_bytes: int,
    connect_seconds: float = CONNECT_SECONDS,
    ca_bundle: str = "",
) -> Reply:
    """Return the whole answer to one request, whatever its status; redirects are not followed.

    Raises ConnectionFailed, ConnectionBroken, TimedOut or BodyTooLarge.
    """
    check(deadline)
    request.headers = {**HEADERS, **request.headers}
    left = deadline.remaining
    try:
        # Through the adapter: a Session would read a redirect's body unbounded, and .netrc and proxies.
        with session.adapter.send(
            request.prepare(),
            stream=True,
            timeout=(min(connect_seconds, left), left),
            verify=ca_bundle or True,
        ) as response:
            body = _read(response.raw, deadline, max_bytes)
    except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as error:
        raise _typed(error) from None
    if response.status_code == 200 and not body and not LENGTH_HEADERS & {*map(str.lower, response.headers)}:
        # Headers that broke off look like ones that do not say where the body ends.
        raise ConnectionBroken("the headers broke off")
    return Reply(response.status_code, response.headers, body)


def retry(
    call: Callable[[], T],
    *,
    deadline: Deadline,
    retries: int = RETRIES,
    after: tuple[type[PortalError], ...] = (PortalError,),
) -> T:
    """Return what `call` returns, calling again after errors that may pass, with a growing random wait.

    Only for what may be done twice: a GET, or a POST that changes nothing.
    """
    for attempt in range(retries + 1):
        try:
            return call()
        except after as error:
            wait = random.uniform(0.5, 1.5) * 0.2 * 2**attempt  # noqa: S311  # scatter, not secrecy
            if not error.retryable or attempt == retries or wait >= deadline.remaining:
                raise
            log.info("trying again in %.1f s after %s", wait, error.kind)
            time.sleep(wait)
    raise AssertionError("unreachable")


def _read(raw: urllib3.BaseHTTPResponse, deadline: Deadline, max_bytes: int) -> bytes:
    """Return the body; read1 gives what is there, so that a slow body meets the deadline."""
    body = bytearray()
    if (getattr(raw, "length_remaining", None) or 0) > max_bytes:
        raise BodyTooLarge(f"the answer is over {max_bytes} bytes")
    while chunk := raw.read1(CHUNK_BYTES, decode_content=True):
        body += chunk
        if len(body) > max_bytes:
            raise BodyTooLarge(f"the answer is over {max_bytes} bytes")
        check(deadline)
    return bytes(body)


def _typed(error: Exception) -> TransportError:
    """Return our own error; the text names the library's class only, since its own holds the URL."""
    cause = _cause(error)
    name = type(cause).__name__
    if isinstance(error, requests.ConnectTimeout) or isinstance(cause, urllib3.exceptions.NewConnectionError):
        return ConnectionFailed(name)
    if isinstance(error, requests.ReadTimeout | urllib3.exceptions.ReadTimeoutError | TimeoutError):
        return TimedOut(f"no whole answer in time ({name})")
    if isinstance(error, requests.exceptions.SSLError):
        return ConnectionFailed(f"TLS failed ({name})")
    if isinstance(error, ValueError):
        return ConnectionFailed(f"the address or a header cannot be used ({name})")
    return ConnectionBroken(name)


def _cause(error: BaseException) -> BaseException:
    """Return the innermost error: requests and urllib3 wrap each other's."""
    for inner in (getattr(error, "reason", None), *error.args[:1]):
        if isinstance(inner, BaseException):
            return _cause(inner)
    return error
