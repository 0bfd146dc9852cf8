"""Who may call: the key in the ways that integrators of 1C send it, with or without a 1C user in front."""

from base64 import b64decode
from binascii import Error
from dataclasses import dataclass
from typing import Literal

from sandbox.http_messages import HTML, Call, Reply, error_reply

Scheme = Literal["any", "bearer", "raw", "x-api-key", "query"]
SCHEMES: tuple[Scheme, ...] = ("any", "bearer", "raw", "x-api-key", "query")
CHALLENGE = ("WWW-Authenticate", 'Basic realm="1C:Enterprise 8.3"')


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a call carries, each an empty text when absent."""

    basic: str = ""
    bearer: str = ""
    raw: str = ""
    x_api_key: str = ""
    query: str = ""

    @property
    def names(self) -> str:
        """The ways used, e.g. "basic+x-api-key"."""
        found = {"basic": self.basic, "bearer": self.bearer, "raw": self.raw}
        found |= {"x-api-key": self.x_api_key, "query": self.query}
        return "+".join(name for name, value in found.items() if value)


@dataclass(frozen=True, slots=True)
class KeyCheck:
    """What the service asks of a call; `basic` is "user:password" of a 1C user or empty."""

    key: str = "sandbox-key"
    basic: str = ""
    scheme: Scheme = "any"

    def refuse(self, call: Call) -> Reply | None:
        """Return the refusal, or None when the call may pass."""
        given = credentials_of(call)
        if self.basic and given.basic != self.basic:
            return Reply(401, UNAUTHORIZED.encode(), HTML, (CHALLENGE,))
        keys = {"bearer": given.bearer, "raw": given.raw, "x-api-key": given.x_api_key, "query": given.query}
        wanted = keys.values() if self.scheme == "any" else (keys[self.scheme],)
        if self.key in wanted:
            return None
        return error_reply(401, "Wrong key" if any(wanted) else "No key")


def credentials_of(call: Call) -> Credentials:
    """Return everything in the call that could let it in."""
    basic = bearer = raw = ""
    for part in filter(None, call.header("authorization").split(", ")):
        scheme, _, rest = part.partition(" ")
        if scheme.lower() == "basic":
            basic = _decoded(rest)
        elif scheme.lower() == "bearer":
            bearer = rest
        else:
            raw = part
    return Credentials(basic, bearer, raw, call.exact_header("X-API-Key"), call.query.get("api_key", ""))


def _decoded(basic: str) -> str:
    try:
        return b64decode(basic, validate=True).decode()
    except (Error, UnicodeDecodeError):
        return "?"


UNAUTHORIZED = "<html><head><title>401</title></head><body><h1>Unauthorized</h1></body></html>"
