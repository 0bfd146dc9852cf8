"""Runs that bring counterparties in, from 1C or from a file, and what they found."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Counterparty, User
from jobs.rows import Job


class DirectoryRun(Job):
    """One run; unfinished ones go on where they stopped, whoever worked on them before."""

    class Kind(models.TextChoices):
        ONEC = "onec", _("from 1C")
        FILE = "file", _("from a file")

    class State(models.TextChoices):
        UNDER_WAY = "under_way", _("under way")
        FINISHED = "finished", _("finished")
        FAILED = "failed", _("stopped")

    class Fate(models.TextChoices):
        ADDED = "added", _("added")
        CHANGED = "changed", _("changed")
        BALANCE = "balance", _("balance changed")
        CONFLICT = "conflict", _("in conflict")
        GONE = "gone", _("gone from 1C")
        RETURNED = "returned", _("back in 1C")
        REFUSED = "refused", _("not understood")
        UNCHANGED = "unchanged", _("unchanged")
        DELETED = "deleted", _("values deleted")
        DOUBTFUL = "doubtful", _("to be looked at")

    kind = models.CharField(_("kind"), max_length=4, choices=Kind.choices, default=Kind.ONEC)
    state = models.CharField(_("state"), max_length=9, choices=State.choices, default=State.UNDER_WAY)
    is_dry_run = models.BooleanField(_("dry run"), default=False)
    marks_gone = models.BooleanField(default=False)
    """Whether those who are missing are marked even if they are most of all."""
    started_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("started by")
    )
    started_at = models.DateTimeField(_("started at"), default=timezone.now, editable=False)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    file = models.FileField(upload_to="imports/%Y/%m", max_length=200, blank=True)
    file_name = models.CharField(_("file"), max_length=200, blank=True)
    deletes_empty = models.BooleanField(_("empty cells delete"), default=False)
    notes = models.JSONField(default=dict, editable=False)
    """What is told of the file: `sheet`, `encoding`, `headings` (their line), `unknown` columns, `totals`."""
    total = models.PositiveIntegerField(_("rows"), null=True)
    language = models.CharField(max_length=2, blank=True)
    """In which what is wrong with a row is told."""
    checked_by = models.OneToOneField(
        "self", models.SET_NULL, null=True, blank=True, related_name="import_of", verbose_name=_("dry run")
    )
    """The dry run whose file is brought in for good."""
    on_date = models.DateField(_("balances as of"), default=timezone.localdate)
    cursor = models.CharField(max_length=64, blank=True)
    """How far it is: 1C's guid after which to go on, or the number of a file's rows that are done."""
    entries = models.PositiveIntegerField(_("read so far"), default=0)
    counts: "models.JSONField[dict[str, int], dict[str, int]]" = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("update of counterparties")
        verbose_name_plural = _("updates of counterparties")
        ordering = ("-started_at", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=["kind"],
                condition=Q(state="under_way", is_dry_run=False, kind="onec"),
                name="one_sync_at_a_time",
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {timezone.localtime(self.started_at):%d.%m.%Y %H:%M}"

    @property
    def is_under_way(self) -> bool:
        return self.state == self.State.UNDER_WAY


class DirectoryChange(models.Model):
    """What a run did with one counterparty, or would do if it is a dry run."""

    run = models.ForeignKey(DirectoryRun, models.CASCADE, related_name="changes")
    counterparty = models.ForeignKey(Counterparty, models.SET_NULL, null=True, related_name="+")
    line = models.PositiveIntegerField(_("line"), null=True)
    """In the file."""
    fate = models.CharField(_("fate"), max_length=9, choices=DirectoryRun.Fate.choices)
    guid = models.CharField(_("1C guid"), max_length=64, blank=True)
    name = models.CharField(_("name"), max_length=500, blank=True)
    inn = models.CharField(_("tax number"), max_length=20, blank=True)
    details = models.JSONField(default=dict)
    """By field: what the portal had, and what came; for a refusal the reason under "why"."""

    class Meta:
        verbose_name = _("change of a counterparty")
        verbose_name_plural = _("changes of counterparties")
        ordering = ("pk",)
        indexes = (models.Index(fields=["run", "fate"], name="changes_of_a_run"),)

    def __str__(self) -> str:
        return f"{self.get_fate_display()}: {self.name or self.guid}"
