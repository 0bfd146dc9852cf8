"""What each error means to the people concerned: what happened, what was kept, what to do, what to change."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from reconciliation import errors
from reconciliation.errors import PortalError

KEPT = _("Your choice of period is kept. No act was issued and no number was used.")


@dataclass(frozen=True)
class Problem:
    """An error in words for a counterparty; `for_staff` says what an administrator has to change."""

    title: Any
    what_happened: Any
    what_to_do: Any
    for_staff: Any = ""
    what_was_kept: Any = KEPT
    reference: str = ""


_AGAIN = _("Try again in a minute. If it goes on, write to accounting.")
_TOLD = _("Write to accounting and name the reference below.")
_SETUP_TITLE = _("The portal cannot ask 1C at the moment")
_SETUP = _("The link between the portal and the accounting system is not set up right.")
_DISTRUST_TITLE = _("The act cannot be issued")
_DISTRUST = _("The accounting system sent an answer that the portal does not trust.")


def _setup(for_staff: Any) -> Problem:
    return Problem(_SETUP_TITLE, _SETUP, _TOLD, for_staff)


def _distrust(for_staff: Any) -> Problem:
    return Problem(_DISTRUST_TITLE, _DISTRUST, _TOLD, for_staff)


_EXPLANATIONS: dict[type[PortalError], Problem] = {
    errors.ConnectionFailed: Problem(
        _("1C cannot be reached"),
        _("The accounting system does not answer: it is switched off or the line to it is down."),
        _AGAIN,
        _(
            "No connection to ONEC_BASE_URL: check the address, the certificate, "
            "and that the web server runs."
        ),
    ),
    errors.ConnectionBroken: Problem(
        _("The line to 1C was lost"),
        _("The accounting system began to answer and the connection broke off."),
        _AGAIN,
        _("The connection broke, or something else than an HTTP server answers at ONEC_BASE_URL."),
    ),
    errors.TimedOut: Problem(
        _("1C did not answer in time"),
        _("The accounting system took too long, so the portal stopped waiting."),
        _("Try again in a few minutes, or choose a shorter period."),
        _("1C needed longer than ONEC_TIMEOUT. Look at its load, or allow more time."),
    ),
    errors.BodyTooLarge: _distrust(_("The answer is over 50 MB. Is this the right service?")),
    errors.QueueFull: Problem(
        _("Many people are asking for acts at this moment"),
        _("The queue for the accounting system is too long for your turn to come in time."),
        _("Try again in a minute or two."),
        _("All ONEC_CONCURRENCY places were taken. Allow more if 1C has licences for them."),
    ),
    errors.OneCNotConfigured: _setup(_("ONEC_BASE_URL is not set.")),
    errors.OneCBadRequest: _distrust(
        _("1C refused the parameters of the call (400): compare its service with the contract.")
    ),
    errors.OneCKeyRefused: _setup(
        _(
            "1C refuses the key or the user (401, 403): check ONEC_API_KEY, ONEC_AUTH_SCHEME "
            "and ONEC_BASIC_AUTH."
        )
    ),
    errors.OneCBearerIntercepted: _setup(
        _(
            "The 1C platform takes “Authorization: Bearer” for its own token and fails (8.3.24 to 8.3.26). "
            "Set ONEC_AUTH_SCHEME to raw or x-api-key."
        )
    ),
    errors.OneCUnknownCounterparty: Problem(
        _("1C does not know your company"),
        _("The accounting system has no counterparty under the number that the portal has for you."),
        _("Write to accounting: they have to link your company anew."),
        _("The counterparty's guid in the portal is not in 1C. Correct it in the admin."),
    ),
    errors.OneCNotPublished: _setup(
        _(
            "The reconciliation service is not published at ONEC_BASE_URL (404): check the address and "
            "publishExtensionsByDefault in default.vrd."
        )
    ),
    errors.OneCSessionExpired: Problem(
        _("1C did not answer in time"),
        _("The accounting system had no free session for the portal."),
        _AGAIN,
        _("1C answers 406, its sessions time out: raise sessionMaxAge or poolSize of the service."),
    ),
    errors.OneCNoLicence: Problem(
        _("1C is busy"),
        _("Every place in the accounting system is taken at the moment."),
        _AGAIN,
        _("1C has no free licence: lower ONEC_CONCURRENCY or add licences."),
    ),
    errors.OneCBusy: Problem(
        _("1C is busy"),
        _("The accounting system asks to come back a little later."),
        _AGAIN,
        _("1C answers 503 or 429: it is overloaded or under maintenance."),
    ),
    errors.OneCFailed: Problem(
        _("1C could not make the act"),
        _("The accounting system failed while it was making the act."),
        _AGAIN,
        _(
            "1C answers with an error of its own: look into its event log. If each call fails, the "
            "extension does not compile or the user in the publication (Usr, Pwd) is wrong."
        ),
    ),
    errors.OneCRedirected: _setup(
        _("ONEC_BASE_URL answers with a redirect. Set the final address: the key is never sent on.")
    ),
    errors.NotJson: _distrust(_("The answer is not JSON. Is ONEC_BASE_URL the 1C publication?")),
    errors.BadField: _distrust(_("A field of the answer is missing or wrong.")),
    errors.WrongPeriod: _distrust(_("1C answered for another period than was asked for.")),
    errors.WrongCounterparty: _distrust(
        _(
            "1C answered for another counterparty. If it was renamed, correct its name and tax number "
            "in the portal."
        )
    ),
    errors.OutsidePeriod: _distrust(_("1C sent a document dated outside the period.")),
    errors.TooManyRows: Problem(
        _("The period holds too many documents"),
        _("An act holds 30,000 documents at most, and this period has more."),
        _("Choose a shorter period."),
    ),
    errors.NoPdf: _distrust(_("1C sent no PDF. Let it draw one, or set ACT_PDF_SOURCE to auto or portal.")),
    errors.BadPdf: _distrust(
        _("What 1C sent as a PDF is not one. Mend its print form, or set ACT_PDF_SOURCE to portal.")
    ),
    errors.InvalidAnswer: _distrust(_("The answer does not follow the contract.")),
    errors.Unbalanced: Problem(
        _("The act cannot be issued: its figures do not add up"),
        _(
            "In the accounting system the opening balance and the documents do not give the closing "
            "balance. Such an act would be wrong, so the portal does not issue it."
        ),
        _("Accounting has been told and sees the difference. Try again later, or choose another period."),
        _("See “Acts that do not balance” in the admin for the exact difference."),
    ),
    errors.FileNotKept: Problem(
        _("The file of the act cannot be kept"),
        _("The portal could not store the file, and it hands out nothing that it has not stored."),
        _AGAIN,
        _("MEDIA_ROOT cannot be written: check its rights and the free space."),
        what_was_kept=_("Your choice of period is kept."),
    ),
    errors.FileLost: Problem(
        _("The file of this act cannot be read"),
        _("The kept file is damaged, and the portal does not hand out another in its place."),
        _TOLD,
        _("Restore MEDIA_ROOT from the backup."),
        what_was_kept=_("The act itself, its number and its figures are kept."),
    ),
}
_UNFORESEEN = Problem(_("The act could not be made"), _("Something failed inside the portal."), _TOLD)


def explain(error: PortalError) -> Problem:
    """Return the words for an error, those of the nearest class that has any."""
    for kind in type(error).__mro__:
        if kind in _EXPLANATIONS:
            return _EXPLANATIONS[kind]
    return _UNFORESEEN


def one_line(error: PortalError) -> str:
    """Return the error for a command line: what, what to change, and the detail."""
    problem = explain(error)
    parts = [str(problem.title) + ".", str(problem.for_staff or problem.what_to_do)]
    if error.detail:
        parts.append(f"({error.detail})")
    return " ".join(" ".join(parts).split())
