"""Who has taken which act's file."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Counterparty, User
from reconciliation.models.acts import IssuedAct


class ActDownload(models.Model):
    """A file of an act that was sent to a person's browser."""

    act = models.ForeignKey(IssuedAct, models.CASCADE, related_name="downloads")
    counterparty = models.ForeignKey(Counterparty, models.CASCADE, related_name="+")
    """The act's own: a counterparty's downloads are read by time."""
    format = models.CharField(max_length=4)
    language = models.CharField(max_length=2, choices=Counterparty.Language.choices)
    user = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    user_name = models.CharField(max_length=300, blank=True)
    """Kept when the login is gone."""
    address = models.GenericIPAddressField(null=True, blank=True)
    """Where the request came from."""
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("download of an act")
        verbose_name_plural = _("downloads of acts")
        indexes = (
            models.Index(fields=["counterparty", "-at"], name="downloads_newest_first"),
            models.Index(fields=["-at"], name="downloads_of_everybody"),
        )

    def __str__(self) -> str:
        return f"{self.act} · {self.format}"
