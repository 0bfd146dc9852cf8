"""Letters that came back, and what a person decided about the address."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Counterparty, User
from reconciliation.models.distribution import DeliveryStep


class Bounce(models.Model):
    """What a mail server reported of one address of one letter."""

    class Kind(models.TextChoices):
        NO_ADDRESS = "no_address", _("there is no such address")
        FULL = "full", _("the mailbox is full")
        REFUSED = "refused", _("refused as unwanted")
        LATER = "later", _("not delivered in time")
        OTHER = "other", _("another reason")

    step = models.ForeignKey(DeliveryStep, models.CASCADE, related_name="bounces")
    counterparty = models.ForeignKey(
        Counterparty, models.CASCADE, related_name="bounces", verbose_name=_("counterparty")
    )
    address = models.CharField(_("address"), max_length=320)
    kind = models.CharField(_("why"), max_length=10, choices=Kind.choices)
    status = models.CharField(_("code"), max_length=12, blank=True)
    words = models.TextField(_("the mail server's words"), blank=True)
    report = models.CharField(max_length=64)
    """SHA-256 of the report: one that is read twice counts once."""
    received_at = models.DateTimeField(_("came back at"), default=timezone.now)
    task = models.PositiveBigIntegerField(null=True, blank=True)
    """The manager's task in Bitrix24."""
    told_at = models.DateTimeField(null=True, blank=True)
    """When the manager got it, or nobody could."""
    next_try_at = models.DateTimeField(default=timezone.now)
    settled_at = models.DateTimeField(_("settled at"), null=True, blank=True)
    settled_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("settled by")
    )

    class Meta:
        verbose_name = _("letter that came back")
        verbose_name_plural = _("letters that came back")
        ordering = ("-pk",)
        constraints = (
            models.UniqueConstraint(fields=["report", "step", "address"], name="each_report_once"),
        )
        indexes = (models.Index(fields=["counterparty"], name="open_bounces", condition=Q(settled_at=None)),)

    def __str__(self) -> str:
        return self.address
