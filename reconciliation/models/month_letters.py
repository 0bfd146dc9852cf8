"""Letters of the month: their wording, version by version, and which delivery each is of."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Language, User
from letters.models import Letter
from reconciliation.models.months import DeliveryStep


class LetterTemplate(models.Model):
    """One version of the letter's wording in a language; the newest is in force, and none is ever changed."""

    language = models.CharField(_("language"), max_length=2, choices=Language.choices)
    subject = models.CharField(_("subject"), max_length=200)
    text = models.TextField(_("text"), max_length=5000)
    made_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("written by")
    )
    made_at = models.DateTimeField(_("in force since"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("wording of the letter")
        verbose_name_plural = _("wordings of the letter")
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"{self.get_language_display()} · {self.subject}"


BOUNCE_TO_COUNTERPARTY = "letter__delivery__step__delivery__counterparty"
"""The lookup by which a `letters.models.Bounce` of a month leads to its counterparty."""


class DeliveryLetter(models.Model):
    """A letter of a delivery; the newest is the one that counts."""

    letter = models.OneToOneField(Letter, models.CASCADE, primary_key=True, related_name="delivery")
    step = models.ForeignKey(DeliveryStep, models.CASCADE, related_name="letters")
    template = models.ForeignKey(LetterTemplate, models.PROTECT, null=True, blank=True)
    """Whose wording it has; none for the portal's own."""
    tell_at = models.DateTimeField(null=True, blank=True, db_index=True)
    """From when on the manager is to be told that it came back; none when there is nothing to tell."""

    class Meta:
        ordering = ("-letter",)

    def __str__(self) -> str:
        return str(self.letter)
