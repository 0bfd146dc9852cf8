"""An installed application's tokens: access for an hour, and a refresh token that is good once."""

from threading import Lock
from time import monotonic
from typing import Any
from uuid import uuid4

from sandbox.bitrix24.errors import RestError

CLIENT_ID, CLIENT_SECRET = "local.sandbox", "sandbox-client-secret"
HOUR = 3600


class OAuth:
    """Gives tokens out and takes them. Safe for threads."""

    def __init__(self) -> None:
        self.lifetime = float(HOUR)
        self.refreshes = 0
        self._access: dict[str, float] = {}
        self._refresh: set[str] = set()
        self._lock = Lock()

    def install(self) -> dict[str, Any]:
        """Return tokens as ONAPPINSTALL brings them."""
        with self._lock:
            return self._give()

    def expire(self) -> None:
        """Let all access tokens run out."""
        with self._lock:
            self._access = dict.fromkeys(self._access, 0.0)

    def check(self, token: Any) -> None:
        """Raise RestError unless the access token is good."""
        with self._lock:
            until = self._access.get(str(token))
        if not token:
            raise RestError(401, "NO_AUTH_FOUND", "Wrong authorization data")
        if until is None:
            raise RestError(401, "invalid_token", "Unable to get application by token")
        if until < monotonic():
            raise RestError(401, "expired_token", "The access token provided has expired.")

    def refresh(self, query: dict[str, str]) -> tuple[int, dict[str, Any]]:
        """Return status and body of the OAuth server's answer."""
        with self._lock:
            if (query.get("client_id"), query.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
                return 400, {"error": "invalid_client", "error_description": "invalid client"}
            if query.get("refresh_token") not in self._refresh:
                return 400, {"error": "invalid_grant", "error_description": "Invalid refresh token"}
            self._refresh.discard(query["refresh_token"])
            self.refreshes += 1
            return 200, self._give()

    def _give(self) -> dict[str, Any]:
        access, refresh = uuid4().hex, uuid4().hex
        self._access[access] = monotonic() + self.lifetime
        self._refresh.add(refresh)
        return {
            "access_token": access, "refresh_token": refresh, "expires_in": int(self.lifetime),
            "member_id": "sandbox-member", "domain": "oauth.bitrix.info", "scope": "app", "status": "L",
        }  # fmt: skip
