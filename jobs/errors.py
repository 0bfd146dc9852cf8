"""What every error of the portal carries: words for both readers, a status, whether a retry can help."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db import InterfaceError, OperationalError
from django.utils.translation import gettext_lazy as _

TRY_AGAIN = _("Try again in a minute. If it goes on, write to accounting.")


class PortalError(Exception):
    """The root of all; the texts are what a counterparty reads, `for_staff` what an administrator does."""

    status: ClassVar[int] = 500
    """HTTP status of the portal's own answer when this error ends a request."""
    retryable: ClassVar[bool] = False
    """Whether the same call may succeed a moment later without anybody changing anything."""
    passes_later: ClassVar[bool] = False
    """Whether it may succeed after minutes, though a moment later is too early."""
    costs_attempt: ClassVar[bool] = True
    """False where only our own turn had not come."""
    most_attempts: ClassVar[int] = 0
    """After which a person has to look; 0 for any number."""
    not_before: float = 0.0
    """Seconds since 1970 before which another try is of no use; 0 when it may come at any time."""
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

    @property
    def may_pass(self) -> bool:
        """Whether work that met it is tried again later by itself."""
        return self.retryable or self.passes_later

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


class PortalFault(PortalError):
    """An error that nobody raised on purpose; `detail` says which."""

    passes_later, most_attempts = True, 3
    title = _("The portal has failed")
    what_was_kept = _("What was done before is kept.")
    for_staff = _("This is a fault of the portal: send its makers what stands above.")


class DatabaseLost(PortalError):
    """The database could not be asked."""

    status, retryable = 503, True
    title = _("The database cannot be reached")
    what_happened = _("The portal lost its database for a moment.")
    what_was_kept = _("What was done before is kept.")
    what_to_do = TRY_AGAIN
    for_staff = _("Check DATABASE_URL and the database server if this goes on.")


def as_portal_error(error: Exception) -> PortalError:
    """Return an error of ours as it is, and any other as what it means for the work that met it."""
    if isinstance(error, PortalError):
        return error
    lost = isinstance(error, OperationalError | InterfaceError)
    return (DatabaseLost if lost else PortalFault)(f"{type(error).__name__}: {error}")
