"""New tokens for old from Bitrix24's OAuth server, whose address b24pysdk has fixed."""

from dataclasses import dataclass, field
from typing import Any

import requests

from jobs.deadline import Deadline
from reconciliation.bitrix24.refusals import plain
from reconciliation.bitrix24.rest import Transport, as_response
from reconciliation.errors import Bitrix24InvalidAnswer, Bitrix24SetupError, Bitrix24Unclear

OAUTH_SERVER = "https://oauth.bitrix24.tech"


@dataclass(frozen=True)
class Client:
    """The portal as the OAuth server knows it."""

    id: str
    secret: str = field(repr=False)
    server: str = OAUTH_SERVER


@dataclass(frozen=True)
class NewTokens:
    """`seconds`: how long the access token is good; the old refresh token is good no more."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    seconds: int


def refresh(transport: Transport, client: Client, refresh_token: str, *, deadline: Deadline) -> NewTokens:
    """Return new tokens; raise Bitrix24SetupError when the old one is not taken, or another Bitrix24Error."""
    query = {
        "grant_type": "refresh_token",
        "client_id": client.id,
        "client_secret": client.secret,
        "refresh_token": refresh_token,
    }
    request = requests.Request("GET", f"{client.server}/oauth/token/", params=query)
    reply = transport.exchange(request, deadline)
    if reply.status >= 500:
        raise Bitrix24Unclear(f"the OAuth server answers {reply.status}")
    try:
        found: Any = as_response(reply).json()
    except ValueError:
        raise Bitrix24InvalidAnswer("the OAuth server's answer is not JSON") from None
    if reply.status != 200 or not isinstance(found, dict) or "error" in found:
        code = found.get("error") if isinstance(found, dict) else ""
        raise Bitrix24SetupError("token", plain(f"{reply.status} {code}"))
    try:
        return NewTokens(str(found["access_token"]), str(found["refresh_token"]), int(found["expires_in"]))
    except (KeyError, TypeError, ValueError):
        raise Bitrix24InvalidAnswer("the OAuth server's answer lacks a token") from None
