"""A call and its answer, free of any web framework."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from http.cookies import CookieError, SimpleCookie
from urllib.parse import unquote

from sandbox import json_text

JSON = "application/json; charset=utf-8"
HTML = "text/html; charset=utf-8"
COOKIE = "ibsession"
SERVICE = "/hs/reconciliation/"
CONTROL = "/_control/"


@dataclass(frozen=True)
class Call:
    """One HTTP request as it came; header names keep their case, as inside 1C."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    query: dict[str, str] = field(init=False)
    path: str = field(init=False)

    def __post_init__(self) -> None:
        path, _, query = self.target.partition("?")
        object.__setattr__(self, "path", unquote(path))
        object.__setattr__(self, "query", _parse_query(query))

    @property
    def route(self) -> str:
        """The endpoint under the service's root URL whatever stands before it, or an empty text."""
        return self.path.partition(SERVICE)[2]

    @property
    def control(self) -> str | None:
        """The path under the sandbox's own control URL; None when it is a call to 1C."""
        if self.path == "/":
            return ""
        _, found, rest = self.path.partition(CONTROL)
        return rest if found else None

    @property
    def guid(self) -> str:
        """The counterparty that the call is about, or an empty text."""
        return self.query.get("counterparty_guid", "").lower()

    @property
    def session(self) -> str:
        """The session cookie, or an empty text."""
        try:
            cookie = SimpleCookie(self.header("cookie"))
        except CookieError:
            return ""
        return cookie[COOKIE].value if COOKIE in cookie else ""

    def header(self, name: str) -> str:
        """Return the header whatever the case of its name, or an empty text."""
        return ", ".join(value for key, value in self.headers if key.lower() == name.lower())

    def exact_header(self, name: str) -> str:
        """Return the header spelled exactly so: 1C handlers do not find it otherwise."""
        return dict(self.headers).get(name, "")


@dataclass(frozen=True)
class Reply:
    """One HTTP answer; a body that is larger than memory should hold is given as `stream`."""

    status: int = 200
    body: bytes = b""
    content_type: str = JSON
    headers: tuple[tuple[str, str], ...] = ()
    stream: Iterator[bytes] | None = None
    length: int | None = None
    """Content-Length when it is not the body's own."""

    @property
    def head(self) -> bytes:
        """The status line and headers as they go over the connection."""
        lines = [
            f"HTTP/1.1 {self.status} {_phrase(self.status)}",
            "Server: sandbox",
            f"Content-Type: {self.content_type}",
            f"Content-Length: {len(self.body) if self.length is None else self.length}",
            *(f"{name}: {value}" for name, value in self.headers),
        ]
        return "\r\n".join([*lines, "", ""]).encode("latin-1")

    def with_header(self, name: str, value: str) -> "Reply":
        headers = (*self.headers, (name, value))
        return Reply(self.status, self.body, self.content_type, headers, self.stream, self.length)


def json_reply(value: object, status: int = 200) -> Reply:
    """Return the value as JSON."""
    return Reply(status, json_text.dump(value))


def error_reply(status: int, text: str) -> Reply:
    """Return an error in the form of the service's contract."""
    return json_reply({"error": text}, status)


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"


def _parse_query(query: str) -> dict[str, str]:
    """Return the parameters as 1C reads them: `+` stays a plus, the first of a name counts."""
    pairs = (pair.partition("=") for pair in re.split("&", query) if pair)
    parsed: dict[str, str] = {}
    for name, _, value in pairs:
        parsed.setdefault(unquote(name), unquote(value))
    return parsed
