"""The box for letters that come back cannot be read."""

from django.utils.translation import gettext_lazy as _

from jobs.errors import PortalError, ReasonedError


class BounceBoxError(ReasonedError):
    """What an administrator has to change about BOUNCE_IMAP_URL."""

    status = 503
    title = _("The box for letters that come back cannot be read")
    what_happened = _("The portal cannot read the mailbox to which mail servers report.")
    what_was_kept = _("Nothing is lost: what lies in the box is read later.")
    what_to_do = _("An administrator has to look at BOUNCE_IMAP_URL.")
    reasons = {  # a mapping that nobody changes
        "missing": _("BOUNCE_IMAP_URL is not set."),
        "unreachable": _("The server of BOUNCE_IMAP_URL cannot be reached, or does not answer in time."),
        "login": _("The server of BOUNCE_IMAP_URL refuses user or password."),
        "folder": _("The folder of BOUNCE_IMAP_URL is not there."),
        "protocol": _("What answers at BOUNCE_IMAP_URL does not speak IMAP."),
    }


class LetterCameBack(PortalError):
    """Every address of a letter reported that it did not arrive."""

    title = _("The letter came back")
    what_happened = _("The mail server took the letter, and it was reported later that it did not arrive.")
    what_was_kept = _("The act is kept, and the counterparty sees it in the portal.")
    for_staff = _("Ask the counterparty for an address that works, enter it, then send the letter again.")


class NoWorkingAddress(PortalError):
    """Letters come back from every address that is left."""

    title = _("Letters come back from every address")
    what_happened = _("There is no address of this counterparty that takes letters.")
    for_staff = _("Enter an address that works, or say that the old one is good again; then try again.")
