"""Issued acts, their files and numbers, and acts that could not be issued."""

import secrets

from auditlog.registry import auditlog
from django.contrib import admin
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts.fields import MoneyField
from accounts.models import Counterparty, User
from reconciliation.ledger import snapshot
from reconciliation.ledger.act import Act


def new_public_id() -> str:
    """Return an id for URLs that nobody can guess or count up (128 random bits)."""
    return secrets.token_urlsafe(16)


class ActSequence(models.Model):
    """The last act number that was given out, by organization and year."""

    organization = models.CharField(max_length=64)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["organization", "year"], name="one_sequence_a_year"),)

    def __str__(self) -> str:
        return f"{self.organization} {self.year}: {self.last}"


class IssuedAct(models.Model):
    """An act frozen at the moment it was issued; it never changes but for being replaced."""

    public_id = models.CharField(max_length=32, unique=True, default=new_public_id, editable=False)
    organization = models.CharField(_("organization (tax number)"), max_length=64)
    year = models.PositiveSmallIntegerField(_("year"))
    sequence = models.PositiveIntegerField(_("number in the year"))
    counterparty = models.ForeignKey(
        Counterparty, models.PROTECT, related_name="acts", verbose_name=_("counterparty")
    )
    counterparty_name = models.CharField(_("counterparty's name on the act"), max_length=500, blank=True)
    date_from = models.DateField(_("from"))
    date_to = models.DateField(_("to"))
    currency = models.CharField(_("currency"), max_length=3)
    opening = MoneyField(_("opening balance"))
    debit = MoneyField(_("debit turnover"))
    credit = MoneyField(_("credit turnover"))
    closing = MoneyField(_("closing balance"))
    rows = models.PositiveIntegerField(_("rows"))
    snapshot = models.TextField(_("what 1C said"))
    sha256 = models.CharField(_("SHA-256 of the snapshot"), max_length=64)
    onec_number = models.CharField(_("number in 1C"), max_length=100, blank=True)
    answered_at = models.DateTimeField(_("1C answered at"))
    issued_at = models.DateTimeField(_("issued at"), default=timezone.now, editable=False)
    requested_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("requested by")
    )
    requested_by_name = models.CharField(_("requested by (name)"), max_length=300, blank=True)
    by_accounting = models.BooleanField(_("issued by accounting on its behalf"), default=False)
    replaces = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="replaced_by", verbose_name=_("replaces")
    )
    is_current = models.BooleanField(_("current"), default=True)

    class Meta:
        verbose_name = _("issued act")
        verbose_name_plural = _("issued acts")
        ordering = ("-issued_at", "-pk")
        constraints = (
            models.UniqueConstraint(fields=["organization", "year", "sequence"], name="act_number_is_unique"),
            models.UniqueConstraint(
                fields=["organization", "counterparty", "date_from", "date_to"],
                condition=Q(is_current=True),
                name="one_current_act_a_period",
            ),
            models.CheckConstraint(
                condition=Q(closing=F("opening") + F("debit") - F("credit")), name="act_balances"
            ),
            models.CheckConstraint(condition=Q(date_from__lte=F("date_to")), name="act_period_in_order"),
        )
        indexes = (
            models.Index(fields=["counterparty", "-issued_at"], name="acts_of_a_counterparty"),
            models.Index(fields=["-issued_at", "-id"], name="acts_newest_first"),
            models.Index(
                fields=["-issued_at"], condition=Q(requested_by__isnull=False), name="acts_asked_by_people"
            ),
            models.Index(fields=["sequence"], name="acts_by_number"),
            # What the admin's list filters by and counts: without them half a million wide rows are read.
            models.Index(fields=["year", "-issued_at", "-id", "is_current"], name="acts_of_a_year"),
            models.Index(fields=["is_current", "-issued_at", "-id", "year"], name="acts_in_force"),
            models.Index(fields=["date_to"], name="acts_by_period"),
        )

    def __str__(self) -> str:
        return f"№ {self.number} · {self.counterparty}"

    @cached_property
    def facts(self) -> Act:
        """The act itself, as 1C stated it when it was issued."""
        return snapshot.load(self.snapshot)

    @property
    @admin.display(description=_("number"), ordering="sequence")
    def number(self) -> str:
        """The act's number as it is printed, six digits at least."""
        return f"{self.sequence:06d}"


class ActFile(models.Model):
    """A file made from an act's snapshot in one language, kept so that it is the same for ever."""

    act = models.ForeignKey(IssuedAct, models.PROTECT, related_name="files")
    format = models.CharField(max_length=4)
    language = models.CharField(max_length=2, choices=Counterparty.Language.choices)
    source = models.CharField(max_length=6, choices=[("portal", "portal"), ("onec", "1C")], default="portal")
    file = models.FileField(upload_to="acts/%Y/%m", max_length=200)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("file of an act")
        verbose_name_plural = _("files of acts")
        constraints = (models.UniqueConstraint(fields=["act", "format", "language"], name="one_file_each"),)

    def __str__(self) -> str:
        return f"{self.act}.{self.format}"


class ActRequest(models.Model):
    """One press of the button that ended: in an act that was issued, or cancelled, whichever came first."""

    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    key = models.CharField(max_length=64)
    act = models.ForeignKey(IssuedAct, models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["user", "key"], name="one_end_of_a_request"),)

    def __str__(self) -> str:
        return self.key


class Discrepancy(models.Model):
    """An act that could not be issued because 1C's figures do not add up."""

    counterparty = models.ForeignKey(
        Counterparty, models.CASCADE, related_name="discrepancies", verbose_name=_("counterparty")
    )
    date_from = models.DateField(_("from"))
    date_to = models.DateField(_("to"))
    currency = models.CharField(_("currency"), max_length=3)
    opening = MoneyField(_("opening balance"))
    debit = MoneyField(_("debit turnover"))
    credit = MoneyField(_("credit turnover"))
    closing = MoneyField(_("closing balance in 1C"))
    difference = MoneyField(_("difference"))
    details = models.TextField(_("what does not add up"))
    snapshot = models.TextField(_("what 1C said"))
    requested_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("requested by")
    )
    first_seen_at = models.DateTimeField(_("first seen at"), auto_now_add=True)
    last_seen_at = models.DateTimeField(_("last seen at"))
    times = models.PositiveIntegerField(_("times"), default=1)
    told_at = models.DateTimeField(_("accounting told by email at"), null=True, blank=True)
    told_to = models.CharField(_("told to"), max_length=254, blank=True)
    note = models.TextField(_("note"), blank=True)
    resolved_at = models.DateTimeField(_("resolved at"), null=True, blank=True)

    class Meta:
        verbose_name = _("act that does not balance")
        verbose_name_plural = _("acts that do not balance")
        ordering = ("-last_seen_at",)
        constraints = (
            models.UniqueConstraint(
                fields=["counterparty", "date_from", "date_to"],
                condition=Q(resolved_at=None),
                name="one_open_discrepancy_a_period",
            ),
        )

    def __str__(self) -> str:
        return f"{self.counterparty} · {self.difference}"


auditlog.register(Discrepancy, include_fields=["resolved_at", "note"])
