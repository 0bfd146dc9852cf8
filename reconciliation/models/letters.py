"""Letters of the month: their wording, version by version, and each letter as it was sent."""

import zlib

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Language, User
from reconciliation.models.distribution import DeliveryStep


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


class ReceivingDomain(models.Model):
    """How many letters have asked to go to a domain's mail server in the minute that was last asked in."""

    domain = models.CharField(max_length=255, unique=True)
    minute = models.DateTimeField()
    asked = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return self.domain


class SentLetter(models.Model):
    """A letter as it was handed to the mail server, without the act's PDF, which is kept with the act."""

    step = models.ForeignKey(DeliveryStep, models.CASCADE, related_name="letters")
    sender = models.CharField(max_length=320)
    recipients = models.TextField()
    """Addresses, parted by commas."""
    subject = models.CharField(max_length=300)
    text = models.TextField()
    packed_html = models.BinaryField()
    attachment = models.CharField(max_length=300, blank=True)
    """The name of the attached file."""
    template = models.ForeignKey(LetterTemplate, models.PROTECT, null=True, blank=True)
    """Whose wording it has; none for the portal's own."""
    sent_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        verbose_name = _("letter")
        verbose_name_plural = _("letters")
        ordering = ("-pk",)

    def __str__(self) -> str:
        return self.subject

    @property
    def html(self) -> str:
        """The letter as HTML."""
        return zlib.decompress(self.packed_html).decode()
