"""The mail server does not take a letter, or it comes back."""

from django.utils.translation import gettext_lazy as _

from jobs.errors import PortalError, ReasonedError


class MailError(PortalError):
    """The root of all that goes wrong with a letter."""

    title = _("The letter was not sent")
    what_happened = _("The mail server did not take the letter.")
    what_was_kept = _("The letter is kept.")
    what_to_do = _("See what the mail server says, correct it, and try again.")


class MailBusy(MailError):
    """The mail server cannot be reached, or asks to come back later (4xx); it has not taken the letter."""

    status, retryable = 503, True
    title = _("The mail server does not take letters at the moment")
    what_happened = _("The mail server cannot be reached, or asks to come back later.")
    for_staff = _("Check EMAIL_URL and the mail server if this goes on; the portal tries again by itself.")


class DomainFull(MailError):
    """As many letters as are allowed have gone to the domain (detail) in this minute."""

    status, retryable, costs_attempt = 503, True, False
    title = _("Waits for its turn")
    what_happened = _("Only so many letters a minute go to one mail domain, and this minute has had them.")
    for_staff = _("It goes by itself. How many letters a minute may go to one domain is set under Defaults.")

    def __init__(self, detail: str = "", *, not_before: float = 0.0) -> None:
        super().__init__(detail)
        self.not_before = not_before


class MailRefused(MailError):
    """The mail server refuses the letter for good (5xx)."""

    status = 502
    title = _("The mail server refuses the letter")
    what_happened = _("The mail server says that it will not take this letter.")
    for_staff = _("Correct the address, or what the mail server objects to; its own words follow.")


class MailUncertain(MailError):
    """The line broke after the whole letter had gone: it may have arrived."""

    status = 504
    title = _("Nobody knows whether the letter arrived")
    what_happened = _("The line to the mail server broke after the whole letter had been sent.")
    what_to_do = _("Ask the counterparty or look into the mail server's log, then say here what happened.")
    for_staff = what_to_do


class AttachmentLost(MailError):
    """A file that is to go along is gone or damaged."""

    title = _("A file of the letter cannot be read")
    what_happened = _("The file that is to go along is gone or damaged, so the letter was not sent.")
    for_staff = _("Restore MEDIA_ROOT from the backup, then try again.")


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
