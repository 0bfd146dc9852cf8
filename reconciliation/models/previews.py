"""What a month would do: who would get what, as it was when it was looked at, for a person to approve."""

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.fields import MoneyField
from accounts.models import User
from jobs.rows import Job


class MonthPreview(Job):
    """One look at a month; a later look is another row."""

    class State(models.TextChoices):
        READING = "reading", _("being read")
        CHECKING = "checking", _("being checked")
        READY = "ready", _("ready")
        FAILED = "failed", _("failed")

    class Purpose(models.TextChoices):
        PERSON = "person", _("a person asked for it")
        AHEAD = "ahead", _("sent by email ahead of the month")
        APPROVAL = "approval", _("for approval")

    organization = models.CharField(_("organization (tax number)"), max_length=64)
    month = models.DateField(_("month"))
    """Its first day."""
    purpose = models.CharField(_("what for"), max_length=8, choices=Purpose.choices, default=Purpose.PERSON)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.READING)
    only = models.JSONField(default=list, blank=True)
    """The guids that it is limited to; everybody without any."""
    made_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("made by")
    )
    started_at = models.DateTimeField(_("made at"), default=timezone.now, editable=False)
    cursor = models.CharField(max_length=64, blank=True)
    """1C's guid after which the list goes on."""
    read = models.PositiveIntegerField(default=0)
    """Counterparties so far."""
    totals = models.JSONField(default=dict, blank=True, encoder=DjangoJSONEncoder)
    """Numbers and sums, once the list is read (`months.previews.totals`)."""
    checked = models.PositiveIntegerField(default=0)
    """Counterparties whose act 1C was asked for."""
    compared_with = models.DateField(null=True, blank=True)
    """The month whose run it was compared with; None where there was none."""
    knows_managers = models.BooleanField(default=True)
    """Whether Bitrix24 could say who has no manager."""
    ended_at = models.DateTimeField(null=True, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)
    """When it was sent by email."""
    approved_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("approved by")
    )
    approved_at = models.DateTimeField(_("approved at"), null=True, blank=True)

    class Meta:
        verbose_name = _("preview of a month")
        verbose_name_plural = _("previews of months")
        ordering = ("-started_at",)
        permissions = (("approve_monthpreview", "Can start a month from its preview"),)
        constraints = (
            models.UniqueConstraint(
                fields=["organization", "month", "purpose"], condition=~Q(purpose="person"),
                name="one_preview_by_itself",
            ),
        )  # fmt: skip

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"


class PreviewLine(models.Model):
    """One counterparty in a preview."""

    class Odd(models.TextChoices):
        """What is odd against last month, or missing. None stands in another's code."""

        NEW = "new", _("new: no balance last month")
        GONE = "gone", _("gone: a balance last month, none now")
        TRIPLE = "triple", _("at least three times last month's balance")
        UNBALANCED = "unbalanced", _("its figures do not add up in 1C")
        DIFFERS = "differs", _("its act ends with another balance than 1C's list")
        NO_ACT = "no_act", _("1C gave no act for it")
        UNREADABLE = "unreadable", _("its entry in 1C's list cannot be read")
        NO_EMAIL = "no_email", _("no email address")
        NO_MANAGER = "no_manager", _("no manager in Bitrix24")

    preview = models.ForeignKey(MonthPreview, models.CASCADE, related_name="lines")
    guid = models.CharField(_("1C guid"), max_length=64)
    name = models.CharField(_("counterparty"), max_length=500, blank=True)
    search = models.TextField(default="")
    balance = MoneyField(_("balance"))
    before = MoneyField(_("last month's balance"), null=True)  # type: ignore[misc]  # None without one
    currency = models.CharField(_("currency"), max_length=3)
    closing = MoneyField(null=True)  # type: ignore[misc]  # None until 1C gave its act
    """Its act's closing balance."""
    is_checked = models.BooleanField(default=False)
    excluded = models.CharField(max_length=10, blank=True)
    """Why it gets nothing (`Delivery.Reason`)."""
    detail = models.CharField(max_length=300, blank=True)
    ways = models.JSONField(default=list)
    """The ways by which it gets its act."""
    left_out = models.JSONField(default=dict)
    """Other ways, each with its reason (`DeliveryStep.Reason`)."""
    odd = models.CharField(max_length=100, blank=True)
    """What is odd: codes of `Odd`, parted by spaces."""

    class Meta:
        verbose_name = _("counterparty in a preview")
        verbose_name_plural = _("counterparties in a preview")
        constraints = (models.UniqueConstraint(fields=["preview", "guid"], name="once_in_a_preview"),)
        indexes = (
            models.Index(fields=["preview"], condition=~Q(odd=""), name="odd_in_previews"),
            models.Index(fields=["preview", "id"], condition=Q(is_checked=False), name="to_be_checked"),
        )

    def __str__(self) -> str:
        return self.name or self.guid

    @property
    def oddities(self) -> list["PreviewLine.Odd"]:
        """What is odd about it."""
        return [self.Odd(code) for code in self.odd.split()]
