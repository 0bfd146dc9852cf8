"""Every letter that may wait: what it says, to whom, and what became of each address."""

import zlib

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from jobs.rows import Job
from letters import marks


class Batch(models.Model):
    """Letters that are held back, and let go, as one."""

    is_held = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"№ {self.pk}"


class Letter(Job):
    """One letter. It is put into words when it is queued, and sent as it stands here."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        UNDER_WAY = "under_way", _("under way")
        SENT = "sent", _("sent")
        FAILED = "failed", _("not sent")
        UNCERTAIN = "uncertain", _("uncertain")
        CANCELLED = "cancelled", _("cancelled")

    kind = models.CharField(max_length=20)
    """Whose it is (`letters.kinds`)."""
    mark = models.CharField(max_length=32, unique=True, default=marks.new_mark, editable=False)
    """By which it is known when it comes back."""
    batch = models.ForeignKey(Batch, models.CASCADE, null=True, blank=True, related_name="letters")
    language = models.CharField(max_length=2)
    subject = models.CharField(max_length=300)
    text = models.TextField()
    packed_html = models.BinaryField(default=b"")
    reply_to = models.CharField(max_length=320, blank=True)
    is_bulk = models.BooleanField(default=False)
    """One of very many: it waits for working hours, and says how to get no more."""
    state = models.CharField(_("state"), max_length=9, choices=State.choices, default=State.WAITING)
    handed_over_at = models.DateTimeField(null=True, blank=True)
    """When its text began to go to the mail server; from then on it may have arrived."""
    made_at = models.DateTimeField(_("made at"), default=timezone.now)
    ended_at = models.DateTimeField(_("done at"), null=True, blank=True)
    """When it was sent, or given up."""
    is_told = models.BooleanField(default=False)
    """Whether whoever queued it knows how it ended."""

    class Meta:
        verbose_name = _("letter")
        verbose_name_plural = _("letters")
        ordering = ("-pk",)
        constraints = (
            models.CheckConstraint(
                condition=~Q(state="under_way") | ~Q(worker=""), name="who_sends_a_letter_is_known"
            ),
        )
        indexes = (
            models.Index(
                F("next_try_at"), F("id"), name="letters_to_send", condition=Q(state="waiting"),
            ),
            models.Index(
                fields=["leased_until"], name="letters_under_way", condition=Q(state="under_way")
            ),
            models.Index(
                fields=["id"], name="letters_to_tell",
                condition=Q(is_told=False, state__in=("sent", "failed", "uncertain", "cancelled")),
            ),
        )  # fmt: skip

    def __str__(self) -> str:
        return self.subject

    @property
    def html(self) -> str:
        """The letter as HTML; empty without any."""
        return zlib.decompress(self.packed_html).decode() if self.packed_html else ""


class Recipient(models.Model):
    """One address of a letter, and what became of it."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        TAKEN = "taken", _("taken by the mail server")
        PUT_OFF = "put_off", _("put off by the mail server")
        REFUSED = "refused", _("refused")
        UNCERTAIN = "uncertain", _("uncertain")
        CAME_BACK = "came_back", _("came back")

    letter = models.ForeignKey(Letter, models.CASCADE, related_name="recipients")
    address = models.CharField(_("address"), max_length=320, db_index=True)
    state = models.CharField(_("state"), max_length=9, choices=State.choices, default=State.WAITING)
    detail = models.TextField(blank=True)
    """The mail server's words."""

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=["letter", "address"], name="each_address_once_in_a_letter"),
        )

    def __str__(self) -> str:
        return self.address


class Attachment(models.Model):
    """A file that goes along: it stays where it is kept, and is checked when it goes."""

    letter = models.ForeignKey(Letter, models.CASCADE, related_name="attachments")
    path = models.CharField(max_length=300)
    """In MEDIA_ROOT."""
    name = models.CharField(max_length=300)
    content_type = models.CharField(max_length=100)
    sha256 = models.CharField(max_length=64)

    def __str__(self) -> str:
        return self.name


class Bounce(models.Model):
    """What a mail server reported of one address of one letter, and what a person decided about it."""

    class Kind(models.TextChoices):
        NO_ADDRESS = "no_address", _("there is no such address")
        FULL = "full", _("the mailbox is full")
        REFUSED = "refused", _("refused as unwanted")
        LATER = "later", _("not delivered in time")
        OTHER = "other", _("another reason")
        ANOTHER = "another", _("a report of an address that the letter did not go to")

    letter = models.ForeignKey(Letter, models.SET_NULL, null=True, blank=True, related_name="bounces")
    address = models.CharField(_("address"), max_length=320, db_index=True)
    kind = models.CharField(_("why"), max_length=10, choices=Kind.choices)
    status = models.CharField(_("code"), max_length=12, blank=True)
    words = models.TextField(_("the mail server's words"), blank=True)
    report = models.CharField(max_length=64)
    """SHA-256 of the report: one that is read twice counts once."""
    received_at = models.DateTimeField(_("came back at"), default=timezone.now)
    declared_dead_at = models.DateTimeField(_("declared dead at"), null=True, blank=True)
    declared_dead_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+",
        verbose_name=_("declared dead by"),
    )  # fmt: skip
    settled_at = models.DateTimeField(_("settled at"), null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+",
        verbose_name=_("settled by"),
    )  # fmt: skip

    class Meta:
        verbose_name = _("letter that came back")
        verbose_name_plural = _("letters that came back")
        ordering = ("-pk",)
        constraints = (
            models.UniqueConstraint(
                fields=["report", "letter", "address"], name="each_report_of_a_letter_once"
            ),
        )

    def __str__(self) -> str:
        return self.address


class ReceivingDomain(models.Model):
    """How many letters have asked to go to a domain's mail server in the minute that was last asked in."""

    domain = models.CharField(max_length=255, unique=True)
    minute = models.DateTimeField()
    asked = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return self.domain
