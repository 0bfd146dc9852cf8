"""Every error that the portal raises on purpose: its words, HTTP status and whether a retry can help.

One class per meaning that code tells apart. Causes that only an administrator tells apart are the
`reasons` of one class. `detail` is for logs and administrators: English, and free of secrets.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

_TRY_AGAIN = _("Try again in a minute. If it goes on, write to accounting.")


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


class TransportError(PortalError):
    """The other side could not be talked to at all."""

    status, retryable = 503, True


class ConnectionFailed(TransportError):
    """No connection: nothing listens there, the name is unknown, or TLS failed."""

    title = _("1C cannot be reached")
    what_happened = _("The accounting system does not answer: it is switched off or the line to it is down.")
    what_to_do = _TRY_AGAIN
    for_staff = _(
        "No connection to ONEC_BASE_URL: check the address, the certificate, and that the web server runs."
    )


class ConnectionBroken(TransportError):
    """The connection was lost, or what came over it is not HTTP."""

    status = 502
    title = _("The line to 1C was lost")
    what_happened = _("The accounting system began to answer and the connection broke off.")
    what_to_do = _TRY_AGAIN
    for_staff = _("The connection broke, or something else than an HTTP server answers at ONEC_BASE_URL.")


class TimedOut(TransportError):
    """The whole answer was not here within the deadline."""

    status, retryable = 504, False
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


class QueueFull(PortalError):
    """Too many calls to 1C are waiting: turned away at once, or no slot came free in time."""

    status, retryable = 503, True
    title = _("Many people are asking for acts at this moment")
    what_happened = _("The queue for the accounting system is too long for your turn to come in time.")
    what_to_do = _("Try again in a minute or two.")
    for_staff = _("All ONEC_CONCURRENCY slots were taken. Allow more if 1C has licences for them.")


class TooManyAtOnce(PortalError):
    """One login asks for more acts of a counterparty at once than it may."""

    status, retryable = 429, True
    title = _("Two acts are being made for you already")
    what_happened = _("More than two at once are not made, so that other people's turn comes, too.")
    what_to_do = _(
        "Wait until they are there, then press the button again. A cancelled one counts until 1C answers."
    )
    for_staff = what_to_do


class OneCError(PortalError):
    """1C answered, and the answer is no use."""

    status = 502


class OneCSetupError(OneCError, ReasonedError):
    """The portal and 1C are not set up for each other; somebody has to change something."""

    title = _("The portal cannot ask 1C at the moment")
    what_happened = _("The link between the portal and the accounting system is not set up right.")
    reasons = {
        "not_configured": _("ONEC_BASE_URL is not set."),
        "key": _(
            "1C refuses the key or the user (401, 403): check ONEC_API_KEY, ONEC_AUTH_SCHEME "
            "and ONEC_BASIC_AUTH."
        ),
        "bearer": _(
            "The 1C platform takes “Authorization: Bearer” for its own token and fails (8.3.24 to 8.3.26). "
            "Set ONEC_AUTH_SCHEME to raw or x-api-key."
        ),
        "not_published": _(
            "The reconciliation service is not published at ONEC_BASE_URL (404): check the address and "
            "publishExtensionsByDefault in default.vrd."
        ),
        "redirect": _(
            "ONEC_BASE_URL answers with a redirect. Set the final address: the key is never sent on."
        ),
    }


class OneCUnknownCounterparty(OneCError):
    """1C does not know the counterparty (404 from the service itself)."""

    status = 404
    title = _("1C does not know your company")
    what_happened = _(
        "The accounting system has no counterparty under the number that the portal has for you."
    )
    what_to_do = _("Write to accounting: they have to link your company again.")
    for_staff = _("The counterparty's guid in the portal is not in 1C. Correct it in the admin.")


class OneCBusy(OneCError, ReasonedError):
    """1C cannot serve anybody at the moment."""

    status, retryable = 503, True
    title = _("1C is busy")
    what_happened = _("The accounting system asks to come back a little later.")
    what_to_do = _TRY_AGAIN
    reasons = {
        "busy": _("1C answers 503 or 429: it is overloaded or under maintenance."),
        "maintenance": _(
            "1C lets nobody in at the moment: sessions are blocked for maintenance or an update. "
            "Allow them again."
        ),
        "gateway": _(
            "The web server in front of 1C gets no answer from it (502, 504): look whether 1C runs, and at "
            "the server's own time-outs."
        ),
        "licence": _("1C has no free licence: lower ONEC_CONCURRENCY or add licences."),
        "session": _(
            "1C answers 406, its sessions time out: raise sessionMaxAge or poolSize of the service."
        ),
    }


class OneCFailed(OneCError):
    """1C failed inside (any other 5xx or unexpected status)."""

    retryable = True
    title = _("1C could not make the act")
    what_happened = _("The accounting system failed while it was making the act.")
    what_to_do = _TRY_AGAIN
    for_staff = _(
        "1C answers with an error of its own: look into its event log. If each call fails, the "
        "extension does not compile or the user in the publication (Usr, Pwd) is wrong."
    )


class InvalidAnswer(OneCError, ReasonedError):
    """1C's answer does not follow the contract, or speaks of something else than was asked."""

    title, what_happened = BodyTooLarge.title, BodyTooLarge.what_happened
    reasons = {
        "bad_request": _(
            "1C refused the parameters of the call (400): compare its service with the contract."
        ),
        "not_json": _("The answer is not JSON. Is ONEC_BASE_URL the 1C publication?"),
        "broken_json": _("The answer is broken JSON: let 1C write it with ЗаписатьJSON."),
        "not_utf8": _("The answer is not UTF-8: let 1C write it as КодировкаТекста.UTF8."),
        "bad_field": _("A field of the answer is missing or wrong."),
        "bad_list": _(
            "The list of counterparties skips or repeats pages: its service has to go on after the guid in "
            "“after”, and name the page's last guid in “next”."
        ),
        "wrong_period": _("1C answered for another period than was asked for."),
        "wrong_counterparty": _(
            "1C answered for another counterparty. If it was renamed, correct its name and tax number "
            "in the portal."
        ),
        "outside_period": _("1C sent a document dated outside the period."),
        "ambiguous_dates": _(
            "1C sends times in UTC (Z), or local times marked so, and nothing tells which: let its service "
            "send dates without a time zone."
        ),
        "no_font": _(
            "A name or a document holds letters that the portal cannot print. Spell it otherwise in 1C."
        ),
        "no_pdf": _("1C sent no PDF. Let it draw one, or set ACT_PDF_SOURCE to auto or portal."),
        "bad_pdf": _(
            "What 1C sent as a PDF is not one. Mend its print form, or set ACT_PDF_SOURCE to portal."
        ),
    }


class ListTooShort(OneCError):
    """Most of the portal's counterparties are missing in 1C's list; none is marked as gone."""

    title = _("1C lists far fewer counterparties than before")
    what_happened = _("Most of the portal's counterparties are missing in the list that 1C sent.")
    what_was_kept = _("What 1C lists was brought in; nobody was marked as gone.")
    what_to_do = _("Look at 1C's service first. If they are really gone, mark them with the button below.")
    for_staff = _(
        "Look at 1C's service: does it list everybody? If they are really gone, run sync_counterparties "
        "--mark-gone."
    )


class TableLost(PortalError):
    """The file that a person brought cannot be read any more."""

    title = _("The file cannot be read")
    what_happened = _("The portal has lost the file that was brought, or it is damaged.")
    what_was_kept = _("The rows before are done; they do no harm if they come again.")
    what_to_do = _("Bring the file once more.")
    for_staff = what_to_do


class TooManyRows(OneCError):
    """The period holds more documents than one act can."""

    status = 422
    title = _("The period holds too many documents")
    what_happened = _(
        "An act holds 30,000 documents at most, fewer when their names are long or the contracts many, and "
        "this period has more."
    )
    what_to_do = _("Choose a shorter period.")


class Unbalanced(PortalError):
    """The figures of an act do not add up; it must not be issued."""

    status = 502
    title = _("The act cannot be issued: its figures do not add up")
    what_happened = _(
        "In the accounting system the opening balance and the documents do not give the closing "
        "balance. Such an act would be wrong, so the portal does not issue it."
    )
    what_to_do = _(
        "Accounting has been told and sees the difference. Try again later, or choose another period."
    )
    for_staff = _("See “Acts that do not balance” in the admin for the exact difference.")


class ViewersIssueNothing(PortalError):
    """Somebody who may only look asks for a new act."""

    status = 403
    title = _("You may look at acts here, and not issue new ones")
    what_happened = _("Your role for this counterparty is viewer.")
    what_was_kept = _("No act was issued and no number was used.")
    what_to_do = _("Ask the owner or the accountant of your company to issue the act, or for another role.")
    for_staff = what_to_do


class RequestCancelled(PortalError):
    """The person gave up before the act was issued."""

    status = 409
    title = _("The request was cancelled")
    what_happened = _("It was cancelled before 1C had answered.")
    what_to_do = _("Press the button again if you need the act after all.")


class FileNotKept(PortalError):
    """The place where files are kept cannot be written."""

    status = 503
    title = _("The file of the act could not be saved")
    what_happened = _("The portal could not store the file, and it hands out nothing that it has not stored.")
    what_to_do = _TRY_AGAIN
    what_was_kept = _("Your choice of period is kept.")
    for_staff = _("MEDIA_ROOT cannot be written: check its rights and the free space.")


class FileNotDrawn(PortalError):
    """A PDF in another language than 1C's own holds letters that the portal cannot print."""

    status = 422
    title = _("This act has no PDF in that language")
    what_happened = _("It holds letters that the portal cannot print; its first PDF came from accounting.")
    what_was_kept = _("The act itself, its number and its figures are kept.")
    what_to_do = _("Take the PDF in the other language, or XLSX or CSV.")


class FileLost(PortalError):
    """A kept file is gone or damaged and cannot be made again byte for byte."""

    title = _("The file of this act cannot be read")
    what_happened = _("The kept file is damaged, and the portal does not hand out another in its place.")
    what_was_kept = _("The act itself, its number and its figures are kept.")
    for_staff = _("Restore MEDIA_ROOT from the backup.")
