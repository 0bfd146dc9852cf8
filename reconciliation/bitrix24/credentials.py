"""How the portal shows Bitrix24 who it is: by a webhook's address, or by an application's token."""

from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import urlsplit


class Tokens(Protocol):
    """Where an application's tokens are kept; whoever renews them does so for all processes."""

    def access(self) -> str:
        """Return the access token that is good now."""

    def renew(self, refused: str) -> str:
        """Return another access token than the one that was refused."""


@dataclass(frozen=True)
class Webhook:
    """`url` is the webhook's whole address, `https://company.bitrix24.ru/rest/1/secret/`."""

    url: str = field(repr=False)

    @property
    def origin(self) -> str:
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}"

    def address(self, method: str) -> str:
        return f"{self.url.rstrip('/')}/{method}.json"

    def sign(self, params: dict[str, Any]) -> dict[str, Any]:
        return params

    def renew(self, _sent: dict[str, Any]) -> bool:
        """Return whether another try may be let in: a webhook has nothing to renew."""
        return False


@dataclass(frozen=True)
class Application:
    """An installed application; `origin` is the portal that it was installed on, `https://company.bitrix24.ru`."""

    origin: str
    tokens: Tokens = field(repr=False)

    def address(self, method: str) -> str:
        return f"{self.origin}/rest/{method}.json"

    def sign(self, params: dict[str, Any]) -> dict[str, Any]:
        return {**params, "auth": self.tokens.access()}

    def renew(self, sent: dict[str, Any]) -> bool:
        """Have the token renewed that was refused; return whether another try may be let in."""
        refused = str(sent["auth"])
        return self.tokens.renew(refused) != refused


Credentials = Webhook | Application


def secret_of(webhook_url: str) -> str:
    """Return the part of a webhook's address that must not be shown."""
    parts = urlsplit(webhook_url).path.strip("/").split("/")
    return parts[-1] if len(parts) >= 3 else ""
