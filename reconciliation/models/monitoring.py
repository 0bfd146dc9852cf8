"""What went wrong for whom, and how the other systems are doing."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Counterparty, User


class ErrorReport(models.Model):
    """An error that a person was shown, found again by the reference that stood on the page."""

    reference = models.CharField(_("request number"), max_length=16, db_index=True)
    at = models.DateTimeField(_("when"), default=timezone.now, db_index=True)
    user = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", verbose_name=_("person"))
    user_name = models.CharField(_("person"), max_length=300, blank=True)
    address = models.CharField(_("page"), max_length=300)
    counterparty = models.ForeignKey(
        Counterparty, models.SET_NULL, null=True, related_name="+", verbose_name=_("counterparty")
    )
    asked = models.CharField(_("what was asked"), max_length=300, blank=True)
    kind = models.CharField(max_length=100)
    """Of a PortalError; empty for a fault of the portal itself."""
    detail = models.TextField(_("in detail"), blank=True)
    status = models.PositiveSmallIntegerField(_("status"))

    class Meta:
        verbose_name = _("error that a person saw")
        verbose_name_plural = _("errors that people saw")
        ordering = ("-at", "-pk")

    def __str__(self) -> str:
        return self.reference


class ConnectionState(models.Model):
    """When another system last did its part, and when it last failed."""

    class Name(models.TextChoices):
        ONEC = "onec", _("1C")
        BITRIX24 = "bitrix24", _("Bitrix24")
        MAIL = "mail", _("Mail")
        BOUNCES = "bounces", _("Letters that come back")
        QUEUE = "queue", _("Background work")

    name = models.CharField(max_length=10, choices=Name.choices, primary_key=True)
    succeeded_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    kind = models.CharField(max_length=100, blank=True)
    detail = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.get_name_display()

    @property
    def is_failing(self) -> bool:
        """Whether its last word was a failure."""
        if self.failed_at is None:
            return False
        return self.succeeded_at is None or self.failed_at > self.succeeded_at
