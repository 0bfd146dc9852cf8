"""Invitations: who may act for which counterparty once they accept, and the letters that say so."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.counterparty import Counterparty
from accounts.models.people import Membership, User
from letters.models import Letter


class Invitation(models.Model):
    """That whoever reads an address may act for a counterparty; it is accepted once, or revoked."""

    counterparty = models.ForeignKey(
        Counterparty, models.CASCADE, related_name="invitations", verbose_name=_("counterparty")
    )
    email = models.EmailField(_("email"))
    role = models.CharField(
        _("role"), max_length=10, choices=Membership.Role.choices, default=Membership.Role.OWNER
    )
    user = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    """Whose login the address was when the invitation was made."""
    is_for_login = models.BooleanField(default=False)
    """Whether it was anybody's: once that login is gone or has another address, the invitation is void."""
    is_of_directory = models.BooleanField(default=False)
    """Whether the address is the counterparty's own: once it is changed there, the invitation is void."""
    made_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    made_by_name = models.CharField(_("invited by"), max_length=300, blank=True)
    made_at = models.DateTimeField(_("invited at"), default=timezone.now)
    accepted_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    accepted_at = models.DateTimeField(_("accepted at"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ("-made_at", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=["counterparty", "email"],
                condition=Q(accepted_at=None, revoked_at=None),
                name="one_open_invitation_each",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at=None) | Q(revoked_at=None), name="accepted_or_revoked"
            ),
        )

    def __str__(self) -> str:
        return f"{self.email} · {self.counterparty}"

    @property
    def is_open(self) -> bool:
        return self.accepted_at is None and self.revoked_at is None


class InvitationRound(models.Model):
    """Many invitations that were sent at once."""

    made_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    made_by_name = models.CharField(_("invited by"), max_length=300, blank=True)
    made_at = models.DateTimeField(_("begun at"), default=timezone.now)
    stopped_at = models.DateTimeField(_("stopped at"), null=True, blank=True)

    class Meta:
        verbose_name = _("round of invitations")
        verbose_name_plural = _("rounds of invitations")
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"№ {self.pk}"


class InvitationLetter(models.Model):
    """One letter with a link; one to an address, whatever the number of counterparties it is invited for."""

    email = models.EmailField(_("email"))
    invitations = models.ManyToManyField(Invitation, related_name="letters")
    round = models.ForeignKey(InvitationRound, models.CASCADE, null=True, blank=True, related_name="letters")
    letter = models.OneToOneField(Letter, models.CASCADE, related_name="invitation")

    class Meta:
        verbose_name = _("invitation letter")
        verbose_name_plural = _("invitation letters")
        ordering = ("-pk",)
        constraints = (models.UniqueConstraint(fields=["round", "email"], name="one_letter_a_round"),)

    def __str__(self) -> str:
        return self.email
