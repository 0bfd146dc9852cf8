"""What people did that no other table tells: log-ins, invitations, help by accounting, views as somebody."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.counterparty import Counterparty
from accounts.models.people import User


class JournalEntry(models.Model):
    """One thing that a person did, or that was done to a person's login; never changed."""

    class Kind(models.TextChoices):
        LOGGED_IN = "logged_in", _("signed in")
        LOGIN_FAILED = "login_failed", _("a wrong sign-in")
        INVITED = "invited", _("invited")
        INVITED_AGAIN = "invited_again", _("invitation sent again")
        REVOKED = "revoked", _("invitation revoked")
        ACCEPTED = "accepted", _("invitation accepted")
        ACCESS_GIVEN = "access_given", _("access given")
        ROLE_CHANGED = "role_changed", _("role changed")
        ACCESS_ENDED = "access_ended", _("access taken away")
        ASKED = "asked", _("asked for an act, and the figures had not changed")
        PASSWORD_CHANGED = "password_changed", _("password changed")
        PASSWORD_RESET = "password_reset", _("password set by a link")
        ADDRESS_CHANGED = "address_changed", _("email address changed")
        APP_ADDED = "app_added", _("authenticator app set up")
        APP_REMOVED = "app_removed", _("authenticator app removed")
        KEY_ADDED = "key_added", _("passkey added")
        KEY_REMOVED = "key_removed", _("passkey removed")
        CODES_MADE = "codes_made", _("new recovery codes made")
        RESET_SENT = "reset_sent", _("link for a new password sent")
        FACTOR_REMOVED = "factor_removed", _("second factor taken away by accounting")
        BLOCKED = "blocked", _("login blocked")
        UNBLOCKED = "unblocked", _("login open again")
        SESSIONS_ENDED = "sessions_ended", _("signed out everywhere")
        LOGIN_MADE = "login_made", _("login made")
        VIEWED_AS = "viewed_as", _("saw the portal as the counterparty does")
        EXPORTED = "exported", _("personal data taken out")
        ERASED = "erased", _("personal data erased")
        LETTERS_ON = "letters_on", _("gets the month's letters")
        LETTERS_OFF = "letters_off", _("gets no letters of the month any more")

    kind = models.CharField(_("what"), max_length=20, choices=Kind.choices)
    at = models.DateTimeField(_("when"), default=timezone.now)
    person = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    """Whose login it is about."""
    person_name = models.CharField(_("person"), max_length=300, blank=True)
    """Kept when the login is gone; the address where there is none yet."""
    by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    """Who did it, when it was somebody else."""
    by_name = models.CharField(_("done by"), max_length=300, blank=True)
    counterparty = models.ForeignKey(
        Counterparty, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("counterparty")
    )
    counterparty_name = models.CharField(_("counterparty"), max_length=500, blank=True)
    detail = models.CharField(_("detail"), max_length=500, blank=True)
    address = models.GenericIPAddressField(_("from where"), null=True, blank=True)
    reference = models.CharField(_("reference"), max_length=20, blank=True)
    """Of the request: what pages of errors show."""

    class Meta:
        verbose_name = _("entry of the journal")
        verbose_name_plural = _("journal")
        ordering = ("-at", "-pk")
        indexes = (
            models.Index(fields=["counterparty", "-at"], name="journal_of_counterparty"),
            models.Index(fields=["person", "-at"], name="journal_of_person"),
            models.Index(fields=["-at"], name="journal_newest_first"),
            models.Index(fields=["reference"], name="journal_by_reference"),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.person_name}"
