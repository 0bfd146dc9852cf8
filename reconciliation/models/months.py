"""The month's run: whom it goes to, by which ways, and how far each is."""

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.fields import MoneyField
from accounts.models import Counterparty, User
from jobs.rows import Job
from letters.models import Batch
from reconciliation.models.acts import IssuedAct


class DistributionRun(Job):
    """One month of one organization; whoever starts it a second time finds this row.

    As a job it is the reading of 1C's list, by one worker at a time.
    """

    class State(models.TextChoices):
        UNDER_WAY = "under_way", _("under way")
        PAUSED = "paused", _("paused")
        CANCELLED = "cancelled", _("cancelled")
        CLOSED = "closed", _("closed")

    organization = models.CharField(_("organization (tax number)"), max_length=64)
    month = models.DateField(_("month"))
    """Its first day."""
    state = models.CharField(_("state"), max_length=9, choices=State.choices, default=State.UNDER_WAY)
    only = models.JSONField(default=list, blank=True)
    """The guids that it is limited to; everybody without any."""
    started_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("started by")
    )
    started_at = models.DateTimeField(_("started at"), default=timezone.now, editable=False)
    retry_until = models.DateTimeField(default=timezone.now)
    """Until then what may pass is tried again."""
    listed_at = models.DateTimeField(null=True, blank=True)
    """When 1C's list had come to its end; before that more deliveries may come."""
    cursor = models.CharField(max_length=64, blank=True)
    """1C's guid after which the list goes on."""
    unreadable = models.JSONField(default=list, blank=True)
    """Entries of the list that do not follow the contract: guid, name and why."""
    batch = models.ForeignKey(Batch, models.PROTECT, null=True, related_name="+")
    """Its letters, which wait while it is paused."""
    digest = models.BooleanField(default=False)
    """Whether each manager gets one task with a checklist, as the setting was when it began."""
    canary = models.PositiveSmallIntegerField(default=0)
    """How many of its first deliveries are still to be marked as such."""
    held = models.JSONField(default=list, blank=True)
    """Ways whose other steps wait until those of the first deliveries went well."""
    paused_why = models.CharField(max_length=40, blank=True)
    """When the run has paused itself: which way, and how many of its first steps failed ("email 2/20")."""
    folder = models.PositiveBigIntegerField(default=0)
    """The month's folder on the Drive."""
    worked_at = models.DateTimeField(default=timezone.now)
    """When a worker last said that it is at work on the run."""
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    progress = models.JSONField(default=dict, blank=True, encoder=DjangoJSONEncoder)
    """How far it is, as those who work on it counted last."""
    counted_at = models.DateTimeField(null=True, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)
    """When accounting was sent the summary of the last closing."""

    class Meta:
        verbose_name = _("month's run")
        verbose_name_plural = _("months' runs")
        ordering = ("-month", "organization")
        constraints = (
            models.UniqueConstraint(fields=["organization", "month"], name="one_run_a_month"),
            models.CheckConstraint(condition=Q(month__day=1), name="month_is_its_first_day"),
        )

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"


class ManagerDigest(Job):
    """A manager's one task of a month, made by one worker at a time."""

    run = models.ForeignKey(DistributionRun, models.CASCADE, related_name="digests")
    manager = models.PositiveBigIntegerField()
    """The employee's number in Bitrix24."""
    task = models.PositiveBigIntegerField(null=True, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["run", "manager"], name="one_digest_a_manager"),)

    def __str__(self) -> str:
        return f"{self.run} · {self.manager}"


class Delivery(models.Model):
    """One counterparty in a month; `excluded` says why it gets nothing."""

    class Reason(models.TextChoices):
        PAUSED = "paused", _("paused")
        ALL_OFF = "all_off", _("all ways are switched off")

    run = models.ForeignKey(
        DistributionRun, models.CASCADE, related_name="deliveries", verbose_name=_("month's run")
    )
    counterparty = models.ForeignKey(
        Counterparty, models.PROTECT, related_name="deliveries", verbose_name=_("counterparty")
    )
    balance = MoneyField(_("balance"))
    currency = models.CharField(_("currency"), max_length=3)
    excluded = models.CharField(max_length=10, choices=Reason.choices, blank=True)
    detail = models.CharField(max_length=300, blank=True)
    act = models.ForeignKey(
        IssuedAct, models.PROTECT, null=True, blank=True, related_name="deliveries", verbose_name=_("act")
    )

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints = (
            models.UniqueConstraint(fields=["run", "counterparty"], name="one_delivery_a_counterparty"),
        )

    def __str__(self) -> str:
        return f"{self.run} · {self.counterparty}"


class DeliveryStep(Job):
    """One way of a delivery, the making of its act among them: what is about to happen, and what did."""

    class Way(models.TextChoices):
        ACT = "act", _("act")
        DRIVE = "drive", _("Bitrix24 Drive")
        TASK = "task", _("task for the manager")
        EMAIL = "email", _("email")
        NOTIFICATION = "notify", _("notification to the manager")

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        UNDER_WAY = "under_way", _("under way")
        QUEUED = "queued", _("among the letters to be sent")
        DONE = "done", _("done")
        SKIPPED = "skipped", _("left out")
        FAILED = "failed", _("failed")
        UNCERTAIN = "uncertain", _("uncertain")
        CANCELLED = "cancelled", _("cancelled")

    class Reason(models.TextChoices):
        OFF = "off", _("switched off")
        NO_EMAIL = "no_email", _("no email address")
        DEAD = "dead", _("letters come back from its address")
        NO_BITRIX24 = "no_b24", _("Bitrix24 is not set up")

    run = models.ForeignKey(DistributionRun, models.CASCADE, related_name="steps")
    delivery = models.ForeignKey(Delivery, models.CASCADE, related_name="steps")
    way = models.CharField(_("way"), max_length=6, choices=Way.choices)
    state = models.CharField(_("state"), max_length=9, choices=State.choices, default=State.WAITING)
    is_ready = models.BooleanField(default=False)
    """Whether what it needs is there: the act, for the task its file."""
    is_first = models.BooleanField(default=False)
    """Whether it goes out before the others, to see whether all is well."""
    reason = models.CharField(max_length=8, choices=Reason.choices, blank=True)
    began_at = models.DateTimeField(_("last attempt"), null=True, blank=True)
    ended_at = models.DateTimeField(_("done at"), null=True, blank=True)
    reference = models.CharField(max_length=255, blank=True)
    """The other side's number of it: the file's, the task's, the letter's Message-ID."""
    url = models.CharField(max_length=500, blank=True)
    """The page on which Bitrix24 shows it."""

    class Meta:
        verbose_name = _("step of a delivery")
        verbose_name_plural = _("steps of deliveries")
        constraints = (
            models.UniqueConstraint(fields=["delivery", "way"], name="each_way_once"),
            models.CheckConstraint(
                condition=~Q(state="under_way") | ~Q(worker=""), name="who_works_on_it_is_known"
            ),
        )
        indexes = (
            models.Index(
                F("run"), F("way"), F("next_try_at"), F("id"), name="steps_to_do",
                condition=Q(state="waiting", is_ready=True),
            ),
            models.Index(
                fields=["run", "leased_until"], name="steps_under_way", condition=Q(state="under_way")
            ),
            models.Index(fields=["run", "way", "state"], name="steps_counted"),
            models.Index(fields=["run"], name="first_steps", condition=Q(is_first=True)),
            models.Index(
                fields=["run"], name="steps_in_trouble", condition=Q(state__in=("failed", "uncertain"))
            ),
        )  # fmt: skip

    def __str__(self) -> str:
        return f"{self.delivery} · {self.get_way_display()}"
