"""What the server, its page and its control calls share."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from sandbox.bitrix24.company import Company, Firm
from sandbox.bitrix24.faults import Switchboard
from sandbox.bitrix24.limits import Limits, Sizes
from sandbox.bitrix24.oauth import OAuth


class Bitrix24State:
    """One company's Bitrix24, its limits and faults; `seconds` is what a command takes."""

    def __init__(self, firms: Iterable[Firm], secret: str, sizes: Sizes | None, seconds: float) -> None:
        self.seconds = seconds
        self.secret = secret
        self.url = ""
        self.company = Company(iter(firms))
        self.limits = Limits(sizes or Sizes())
        self.faults = Switchboard()
        self.oauth = OAuth()
        self.counts: Counter[str] = Counter()
        """Requests by method, and refusals by status and code."""

    @property
    def webhook(self) -> str:
        """The address of the webhook, as its owner copies it from Bitrix24."""
        return f"{self.url}/rest/1/{self.secret}/"

    def set_fault(self, method: str, name: str, value: Any = None, times: int | None = None) -> None:
        """Switch a fault on for a method or, with `*`, for all; see `faults.FAULTS`."""
        self.faults.set(method, name, value, times)
