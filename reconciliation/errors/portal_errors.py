"""What the portal itself refuses, or cannot do."""

from django.utils.translation import gettext_lazy as _

from jobs.errors import TRY_AGAIN, PortalError


class QueueFull(PortalError):
    """Too many calls to 1C are waiting: turned away at once, or no slot came free in time."""

    status, retryable, costs_attempt = 503, True, False
    title = _("Many people are asking for acts at this moment")
    what_happened = _("The queue for the accounting system is too long for your turn to come in time.")
    what_to_do = _("Try again in a minute or two.")
    for_staff = _("All ONEC_CONCURRENCY slots were taken. Allow more if 1C has licences for them.")


class TooManyAtOnce(PortalError):
    """One login has 1C do more at once than it may."""

    status, retryable = 429, True
    title = _("1C is working on two requests of yours already")
    what_happened = _("A login may have 1C do two things at once, so that other people's turn comes, too.")
    what_to_do = _(
        "Wait until they are done, then press the button again. A cancelled one counts until 1C answers."
    )
    for_staff = what_to_do


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

    status, passes_later = 503, True
    title = _("The file of the act could not be saved")
    what_happened = _("The portal could not store the file, and it hands out nothing that it has not stored.")
    what_to_do = TRY_AGAIN
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


class CanaryFailed(PortalError):
    """Too many of the first deliveries of a month have failed."""

    title = _("Too many of the first deliveries failed")
    what_happened = _("The run has paused itself before the others went out.")
    what_was_kept = _("What was delivered stays delivered.")
    what_to_do = _("See what failed, put it right, then go on: the others go out, too.")
    for_staff = _(
        "The run has paused itself before the others went out. See what failed, put it right, then try "
        "again: when the first go out, the others follow. To go on sends to everybody at once."
    )


class TableUnreadable(PortalError):
    """The file that a person brought is no table that can be brought in; `detail` says why in words."""

    status = 422
    title = _("The file cannot be brought in")
    what_happened = _("It is no table that the portal can read.")
    what_was_kept = _("Nothing has been changed.")
    what_to_do = _("Nothing has been changed. Put the file right and bring it once more.")
    for_staff = what_to_do


class TableLost(PortalError):
    """The file that a person brought cannot be read any more."""

    title = _("The file cannot be read")
    what_happened = _("The portal has lost the file that was brought, or it is damaged.")
    what_was_kept = _("The rows before are done; they do no harm if they come again.")
    what_to_do = _("Bring the file once more.")
    for_staff = what_to_do


class NoWorkingAddress(PortalError):
    """Letters come back from every address that is left."""

    title = _("Letters come back from every address")
    what_happened = _("There is no address of this counterparty that takes letters.")
    for_staff = _("Enter an address that works, or say that the old one is good again; then try again.")
