"""The one way out to other services: time budget, size limit, typed errors, retries.

A library's exceptions never leave this module.
"""

import logging
import queue
import random
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.cookiejar import Cookie, DefaultCookiePolicy
from typing import Any, TypeVar

import requests
import urllib3
from requests.auth import AuthBase
from requests.cookies import RequestsCookieJar

from reconciliation.errors import (
    BodyTooLarge,
    ConnectionBroken,
    ConnectionFailed,
    PortalError,
    TimedOut,
    TransportError,
)
from reconciliation.exchange import Exchange, WatchedAdapter

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


class HttpClient:
    """GETs with a bounded time and size. Safe for threads: each call has a lane of its own.

    A lane is a kept connection to one address with its own cookies, so that two calls at once never
    share a session on the other side.
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
        except BaseException:
            session.close()
            raise
        self._idle.put(session)

    def close(self) -> None:
        """Close the connections that are idle."""
        with suppress(queue.Empty):
            while True:
                self._idle.get_nowait().close()

    def _new_lane(self) -> requests.Session:
        session = _Lane()
        # The environment's .netrc would replace our own Authorization header.
        session.trust_env = False
        session.verify = self._verify
        session.cookies = _Cookies(policy=_AnyCookie())
        session.headers["Accept-Encoding"] = "identity"
        for scheme in ("http://", "https://"):
            session.mount(scheme, WatchedAdapter(pool_connections=1, pool_maxsize=1, max_retries=0))
        return session


class _Lane(requests.Session):
    def get_redirect_target(self, resp: requests.Response) -> None:
        """Return no target: requests would read a redirect's whole body, unbounded, even unfollowed."""


class _AnyCookie(DefaultCookiePolicy):
    """Keeps a cookie whatever path, host or Secure a proxy wrote on it: a lane has one address only.

    A session's cookie that is not sent back would begin a new session with every call.
    """

    def set_ok(self, cookie: Cookie, request: Any) -> bool:
        cookie.domain, cookie.path, cookie.secure = "", "/", False
        return True


class _Cookies(RequestsCookieJar):
    """A lane's cookies; the one that is taken back is found under whatever path it was written."""

    def clear(self, domain: str | None = None, path: str | None = None, name: str | None = None) -> None:
        if name is None:
            super().clear()
        else:
            super().clear("", "/", name)


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
    with Exchange(deadline.remaining) as exchange:
        try:
            reply = _exchange(session, url, headers, auth, deadline, max_bytes)
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            raise _typed(error, cut_off=exchange.cut_off) from None
    if exchange.cut_off:
        # A body without a length looks whole when its line is cut.
        raise TimedOut("no whole answer in time")
    if reply.status == 200 and not reply.body and not _tells_length(reply.headers):
        raise ConnectionBroken("the headers broke off")
    return reply


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


def _tells_length(headers: Mapping[str, str]) -> bool:
    """Return whether the headers say where the body ends; those that broke off look like ones that do not."""
    return "Content-Length" in headers or "Transfer-Encoding" in headers


def _read(response: requests.Response, deadline: Deadline, max_bytes: int) -> bytes:
    body = bytearray()
    if (response.raw.length_remaining or 0) > max_bytes:
        raise BodyTooLarge(f"the answer is over {max_bytes} bytes")
    for chunk in response.iter_content(CHUNK):
        body += chunk
        if len(body) > max_bytes:
            raise BodyTooLarge(f"the answer is over {max_bytes} bytes")
        deadline.check()
    return bytes(body)


def _typed(error: Exception, *, cut_off: bool) -> TransportError:
    """Return our own error; the text names the library's class only, since its own holds the URL."""
    causes = list(_causes(error))
    name = type(causes[-1]).__name__
    if _any(causes, urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError):
        return ConnectionFailed(name)
    if cut_off or _any(causes, urllib3.exceptions.ReadTimeoutError, requests.Timeout, TimeoutError):
        return TimedOut(f"no whole answer in time ({name})")
    if _any(causes, requests.exceptions.SSLError):
        return ConnectionFailed(f"TLS failed ({name})")
    if isinstance(error, ValueError):
        return ConnectionFailed(f"the address or a header cannot be used ({name})")
    return ConnectionBroken(name)


def _causes(error: BaseException) -> Iterator[BaseException]:
    yield error
    for inner in (*error.args[:1], getattr(error, "reason", None)):
        if isinstance(inner, BaseException):
            yield from _causes(inner)


def _any(errors: list[BaseException], *kinds: type[BaseException]) -> bool:
    return any(isinstance(error, kinds) for error in errors)


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
