"""How a call to 1C shows who it is: four schemes, each with a Basic 1C user in front if need be."""

import base64
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import quote

from requests import PreparedRequest
from requests.auth import AuthBase

Scheme = Literal["bearer", "raw", "x-api-key", "query"]


@dataclass(frozen=True)
class Credentials:
    """The portal's key and, optionally, a 1C user as `user:password`; neither shows in its repr."""

    scheme: Scheme
    key: str = field(repr=False)
    basic: str = field(default="", repr=False)

    def mask(self, text: str) -> str:
        """Return what 1C says without our secrets, which error pages like to repeat."""
        password = self.basic.partition(":")[2]
        for secret in (self.key, quote(self.key, safe=""), password, _basic(self.basic)):
            text = text.replace(secret, "***") if secret else text
        return text


class OneCAuth(AuthBase):
    """Puts the credentials on a request at the last moment; nothing holds them before."""

    def __init__(self, credentials: Credentials) -> None:
        self._credentials = credentials

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        credentials, key = self._credentials, self._credentials.key
        authorization = _basic(credentials.basic) if credentials.basic else ""
        match credentials.scheme:
            case "x-api-key":
                request.headers["X-API-Key"] = _in_header(key)
            case "query":
                mark = "&" if "?" in (request.url or "") else "?"
                request.url = f"{request.url}{mark}api_key={quote(key, safe='')}"
            case "bearer" | "raw":
                token = _in_header(f"Bearer {key}" if credentials.scheme == "bearer" else key)
                # One header for both: a web server in front takes Basic, the handler reads the rest.
                authorization = f"{authorization}, {token}" if authorization else token
        if authorization:
            request.headers["Authorization"] = authorization
        return request


def _in_header(text: str) -> str:
    """Return the text so that it goes over the wire in UTF-8, as 1C reads headers, not in Latin-1."""
    return text.encode().decode("latin-1")


def _basic(user_and_password: str) -> str:
    return "Basic " + base64.b64encode(user_and_password.encode()).decode()
