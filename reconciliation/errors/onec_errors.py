"""1C answered, and the answer is no use."""

from django.utils.translation import gettext_lazy as _

from jobs.errors import TRY_AGAIN, PortalError, ReasonedError
from reconciliation.errors.transport import BodyTooLarge


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
    title = _("1C does not know this company")
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
    what_to_do = TRY_AGAIN
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
    what_to_do = TRY_AGAIN
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


class TooManyRows(OneCError):
    """The period holds more documents than one act can."""

    status = 422
    title = _("The period holds too many documents")
    what_happened = _(
        "An act holds 30,000 documents at most, fewer when their names are long or the contracts many, and "
        "this period has more."
    )
    what_to_do = _("Choose a shorter period.")
