"""Typed errors of everything outside the portal, one class per meaning.

Standard library only. `detail` is for logs and administrators, in English and free of secrets;
what a person reads about each class stands in `reconciliation.explanations`.
"""

from typing import ClassVar


class PortalError(Exception):
    """The root of every error that the portal raises on purpose."""

    status: ClassVar[int] = 500
    """HTTP status of the portal's own answer when this error ends a request."""
    retryable: ClassVar[bool] = False
    """Whether the same call may succeed a moment later without anybody changing anything."""

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail)
        self.detail = detail


class TransportError(PortalError):
    """The other side could not be talked to at all."""

    status = 503
    retryable = True


class ConnectionFailed(TransportError):
    """No connection: nothing listens there, the name is unknown, or TLS failed."""


class ConnectionBroken(TransportError):
    """The connection was lost, or what came over it is not HTTP."""

    status = 502


class TimedOut(TransportError):
    """The time budget was used up before the whole answer was here."""

    status = 504
    retryable = False


class BodyTooLarge(TransportError):
    """The answer is larger than the caller is willing to hold."""

    status = 502
    retryable = False


class QueueFull(PortalError):
    """Too many calls to 1C are waiting: turned away at once, or no place came free in time."""

    status = 503
    retryable = True


class OneCError(PortalError):
    """1C answered, and the answer is no use."""

    status = 502


class OneCNotConfigured(OneCError):
    """The portal has not been told where 1C is."""

    status = 503


class OneCBadRequest(OneCError):
    """1C refused the parameters (400)."""


class OneCKeyRefused(OneCError):
    """1C does not accept the key or the user (401, 403)."""


class OneCBearerIntercepted(OneCError):
    """The 1C platform took `Authorization: Bearer` for its own JWT and failed (500)."""


class OneCUnknownCounterparty(OneCError):
    """1C does not know the counterparty (404 from the service itself)."""

    status = 404


class OneCNotPublished(OneCError):
    """Nothing of the service is published at this address (404 from the web server or platform)."""


class OneCSessionExpired(OneCError):
    """1C has dropped the session that the cookie names (406)."""

    retryable = True


class OneCNoLicence(OneCError):
    """1C has no free licence at the moment."""

    status = 503
    retryable = True


class OneCBusy(OneCError):
    """1C asks to come back later (503, 429)."""

    status = 503
    retryable = True


class OneCFailed(OneCError):
    """1C failed inside (any other 5xx or unexpected status)."""

    retryable = True


class OneCRedirected(OneCError):
    """The address answers with a redirect; a key is never carried to another address."""


class InvalidAnswer(OneCError):
    """1C's answer cannot be trusted."""


class NotJson(InvalidAnswer):
    """The body is not JSON."""


class BadField(InvalidAnswer):
    """A field is missing or holds something else than the contract says."""


class WrongPeriod(InvalidAnswer):
    """The answer speaks of another period than was asked for."""


class WrongCounterparty(InvalidAnswer):
    """The answer speaks of another counterparty than was asked for."""


class OutsidePeriod(InvalidAnswer):
    """A transaction lies outside the period."""


class TooManyRows(InvalidAnswer):
    """The period holds more documents than one act can."""

    status = 422


class NoPdf(InvalidAnswer):
    """1C was asked for its own PDF and sent none."""


class BadPdf(InvalidAnswer):
    """What 1C sent as a PDF is not one."""


class Unbalanced(PortalError):
    """The figures of an act do not add up; it must not be issued."""

    status = 502


class FileNotKept(PortalError):
    """The place where files are kept cannot be written."""

    status = 503


class FileLost(PortalError):
    """A kept file is gone or damaged and cannot be made again byte for byte."""
