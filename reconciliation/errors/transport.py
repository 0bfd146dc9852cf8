"""The other side could not be talked to."""

from django.utils.translation import gettext_lazy as _

from jobs.errors import TRY_AGAIN, PortalError


class TransportError(PortalError):
    """The other side could not be talked to at all."""

    status, retryable = 503, True


class ConnectionFailed(TransportError):
    """No connection: nothing listens there, the name is unknown, or TLS failed."""

    title = _("1C cannot be reached")
    what_happened = _("The accounting system does not answer: it is switched off or the line to it is down.")
    what_to_do = TRY_AGAIN
    for_staff = _(
        "No connection to ONEC_BASE_URL: check the address, the certificate, and that the web server runs."
    )


class ConnectionBroken(TransportError):
    """The connection was lost, or what came over it is not HTTP."""

    status = 502
    title = _("The line to 1C was lost")
    what_happened = _("The accounting system began to answer and the connection broke off.")
    what_to_do = TRY_AGAIN
    for_staff = _("The connection broke, or something else than an HTTP server answers at ONEC_BASE_URL.")


class TimedOut(TransportError):
    """The whole answer was not here within the deadline."""

    status, retryable, passes_later = 504, False, True
    title = _("1C did not answer in time")
    what_happened = _("The accounting system took too long, so the portal stopped waiting.")
    what_to_do = _("Try again in a few minutes, or choose a shorter period.")
    for_staff = _("1C needed longer than ONEC_TIMEOUT. Look at its load, or allow more time.")


class BodyTooLarge(TransportError):
    """The answer is larger than the caller is willing to hold."""

    status, retryable = 502, False
    title = _("The act cannot be issued")
    what_happened = _("The accounting system sent an answer that the portal does not trust.")
    for_staff = _("The answer is over 24 MB. Is this the right service?")
