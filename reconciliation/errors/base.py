"""What every error of the portal carries: words for both readers, a status, whether a retry can help."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

TRY_AGAIN = _("Try again in a minute. If it goes on, write to accounting.")


class PortalError(Exception):
    """The root of all; the texts are what a counterparty reads, `for_staff` what an administrator does."""

    status: ClassVar[int] = 500
    """HTTP status of the portal's own answer when this error ends a request."""
    retryable: ClassVar[bool] = False
    """Whether the same call may succeed a moment later without anybody changing anything."""
    title: ClassVar[Any] = _("The act could not be made")
    what_happened: ClassVar[Any] = _("Something failed inside the portal.")
    what_to_do: ClassVar[Any] = _("Write to accounting and name the request below.")
    what_was_kept: ClassVar[Any] = _(
        "Your choice of period is kept. No act was issued and no number was used."
    )
    for_staff: Any = ""

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail)
        self.detail = detail
        self.kind = type(self).__name__
        """What logs and tests tell errors apart by: the class and, where it has several, the reason."""

    def one_line(self) -> str:
        """Return the error for a command line: what happened, what to change, and the detail."""
        parts = [f"{self.title}.", str(self.for_staff or self.what_to_do)]
        if self.detail:
            parts.append(f"({self.detail})")
        return " ".join(" ".join(parts).split())


class ReasonedError(PortalError):
    """An error of several causes; `reasons` says for each what an administrator has to change."""

    reasons: ClassVar[Mapping[str, Any]] = {}

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(detail)
        self.for_staff = self.reasons[reason]
        self.reason = reason
        self.kind += f": {reason}"
