"""Bitrix24 refused, could not be reached, or answered something else than it should.

Staff alone read these: a counterparty's page never waits for Bitrix24.
"""

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from jobs.errors import PortalError, ReasonedError

GOES_ON = _("Nothing to do: the portal tries again by itself.")


class Bitrix24Error(PortalError):
    """The root of all that goes wrong with Bitrix24."""

    status = 502
    title: ClassVar[Any] = _("Bitrix24 did not do what was asked")
    what_happened: ClassVar[Any] = _("Bitrix24 refused a request of the portal.")
    what_was_kept: ClassVar[Any] = _("The act and everything that was sent before are kept.")
    what_to_do: ClassVar[Any] = _("See what Bitrix24 says, correct it there or in the portal, and try again.")

    def __init__(self, detail: str = "", *, not_before: float = 0.0) -> None:
        super().__init__(detail)
        self.not_before = not_before


class Bitrix24SetupError(Bitrix24Error, ReasonedError):
    """The portal and Bitrix24 are not set up for each other; somebody has to change something."""

    title = _("The portal cannot work with Bitrix24 at the moment")
    what_happened = _("The link between the portal and Bitrix24 is not set up right.")
    what_to_do = _("Show the administrator what is said below.")
    reasons = {
        "not_configured": _("BITRIX24_WEBHOOK_URL is not set, and no application is installed."),
        "webhook": _(
            "Bitrix24 does not know the webhook: it was deleted, or its owner was dismissed. Make a new one "
            "in Bitrix24 and set BITRIX24_WEBHOOK_URL."
        ),
        "token": _(
            "Bitrix24 does not take the application's token any more. Install the application in Bitrix24 "
            "once more, and check BITRIX24_CLIENT_ID and BITRIX24_CLIENT_SECRET."
        ),
        "scope": _(
            "The webhook lacks a permission. In Bitrix24, open the webhook and tick disk, task, crm, im and "
            "user_brief."
        ),
        "access": _(
            "The webhook's owner may not do this in Bitrix24. Give that employee the right, or make the "
            "webhook as somebody who has it."
        ),
        "method": _(
            "Bitrix24 does not know the method: the module behind it is switched off, or the address is "
            "another server's. Check BITRIX24_WEBHOOK_URL."
        ),
        "insecure": _(
            "Bitrix24 answers over https only: set BITRIX24_WEBHOOK_URL to an address of https://."
        ),
        "moved": _(
            "This Bitrix24 has moved to another address. Set BITRIX24_WEBHOOK_URL to the new one: the "
            "secret is never sent on."
        ),
        "blocked": _(
            "Bitrix24 has switched its REST interface off for this company: not paid for, or blocked for "
            "overload. Ask Bitrix24's support."
        ),
        "plan": _(
            "The plan of this Bitrix24 does not include its REST interface. Choose a commercial plan with "
            "the Marketplace subscription in Bitrix24; the portal then goes on by itself."
        ),
        "gone": _(
            "This Bitrix24 is not there any more: it was deleted or closed, or something in front of it "
            "turns the portal away. Open its address in a browser, and set BITRIX24_WEBHOOK_URL to the one "
            "in use."
        ),
        "application": _("This can be done by an installed application only, not by a webhook."),
        "folder": _(
            "The folder for acts is not in Bitrix24, or the webhook's owner may not write into it. Set "
            "BITRIX24_ACTS_FOLDER_ID to a folder of a shared drive."
        ),
        "field": _(
            "Companies in Bitrix24 have no field of that name. Set BITRIX24_COMPANY_GUID_FIELD to the code "
            "of the field that holds 1C's guid, like UF_CRM_1C_GUID."
        ),
        "manager": _(
            "No one can be given the task: the manager is not in Bitrix24 or dismissed, and so is the "
            "fallback manager. Set BITRIX24_FALLBACK_MANAGER_ID to an employee's number."
        ),
    }

    def __init__(self, reason: str, detail: str = "") -> None:
        ReasonedError.__init__(self, reason, detail)


class Bitrix24Busy(Bitrix24Error, ReasonedError):
    """Bitrix24 cannot serve us at the moment; nothing was done, and the same may be asked again later."""

    status, retryable, costs_attempt = 503, True, False
    title = _("Bitrix24 makes the portal wait")
    what_happened = _("Bitrix24 limits how much may be asked of it, or it is overloaded.")
    what_to_do = GOES_ON
    reasons = {
        "waiting": _("The limits of Bitrix24 leave no room before the time is up; nothing was sent."),
        "query_limit": _(
            "Too many requests (503 QUERY_LIMIT_EXCEEDED): another program on the same server asks this "
            "Bitrix24, too."
        ),
        "operating": _(
            "A method has used its server time of ten minutes (429 OPERATION_TIME_LIMIT); it is blocked for "
            "everybody until part of that is over."
        ),
        "refresh": _("Another process renews the application's token at this moment."),
        "digest": _("Another worker makes this manager's task at this moment."),
    }

    def __init__(self, reason: str, detail: str = "", *, not_before: float = 0.0) -> None:
        ReasonedError.__init__(self, reason, detail)
        self.not_before = not_before


class Bitrix24Unreachable(Bitrix24Error):
    """No connection came about: nothing was sent."""

    status, retryable = 503, True
    title = _("Bitrix24 cannot be reached")
    what_happened = _("There is no connection to Bitrix24.")
    what_to_do = GOES_ON
    for_staff = _(
        "No connection to the server in BITRIX24_WEBHOOK_URL: check the address, the certificate and this "
        "server's way to the Internet."
    )


class Bitrix24Unclear(Bitrix24Error):
    """A request went out and no whole answer came back, or a 5xx: Bitrix24 may have done it or not.

    What only reads may be asked again; what creates has to look first.
    """

    status, retryable = 504, True
    title = _("Bitrix24 did not say whether it was done")
    what_happened = _("The line broke, or the answer took too long, after the request had been sent.")
    what_to_do = _("Nothing to do: the portal looks in Bitrix24 before it does anything again.")
    for_staff = _("The line to Bitrix24 broke, it needed longer than 65 s, or it failed inside (5xx).")


class Bitrix24InvalidAnswer(Bitrix24Error):
    """The answer is not what the method is documented to give."""

    title = _("Bitrix24 answered something that the portal does not understand")
    what_happened = _("The answer of Bitrix24 lacks what it should hold.")
    for_staff = _("Is BITRIX24_WEBHOOK_URL really a Bitrix24? If so, its REST interface has changed.")


class Bitrix24NotFound(Bitrix24Error):
    """What was asked about is not in Bitrix24 (any more), or hidden from the webhook's owner."""

    status = 404
    title = _("This is not in Bitrix24 any more")
    what_happened = _("A folder, file, task or company was not found in Bitrix24.")
    for_staff = _("It was deleted in Bitrix24, or the webhook's owner may not see it.")


class Bitrix24NameTaken(Bitrix24Error):
    """A file or folder of that name is there already (DISK_OBJ_22000)."""

    status = 409
    title = _("Bitrix24 has a file of that name already")
    what_happened = _("The folder in Bitrix24 holds something of the same name.")


class Bitrix24Refused(Bitrix24Error):
    """Bitrix24 refuses these parameters; the same again would be refused, too."""

    for_staff = _("Bitrix24 refuses the request; its own words follow.")
