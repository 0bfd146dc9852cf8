"""A counterparty: what 1C says of it, what people have typed, and how it gets its acts."""

from datetime import date
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import sources
from accounts.addresses import canonical_addresses, validate_addresses
from accounts.fields import MoneyField
from accounts.guids import canonical_guid, validate_guid
from accounts.models.organization import Language, OrganizationSettings
from accounts.models.people import Membership, User
from accounts.search_text import search_text


class Counterparty(models.Model):
    """A customer or supplier as 1C knows it.

    `save` is how people write: what they change is theirs (see `accounts.sources`). 1C's values come in
    through the directory, in bulk.
    """

    Language = Language

    onec_guid = models.CharField(_("1C guid"), max_length=64, unique=True, validators=[validate_guid])
    name = models.CharField(_("name"), max_length=500, blank=True)
    inn = models.CharField(_("tax number (INN, BIN, UNP)"), max_length=20, blank=True)
    kpp = models.CharField(_("KPP"), max_length=20, blank=True)
    email = models.CharField(
        _("email for letters"),
        max_length=1000,
        blank=True,
        validators=[validate_addresses],
        help_text=_("Several addresses are parted by commas."),
    )
    bitrix24_company_id = models.PositiveBigIntegerField(_("company in Bitrix24"), null=True, blank=True)
    onec = models.JSONField(default=dict, editable=False)
    """What 1C said last, by field."""
    declined = models.JSONField(default=dict, editable=False)
    """Values of 1C's that a person knows and does not want, by field."""
    in_conflict = models.BooleanField(_("conflict with 1C"), default=False, editable=False)

    balance = MoneyField(_("balance"), null=True, editable=False)  # type: ignore[misc]  # None until 1C lists it
    currency = models.CharField(_("currency"), max_length=3, blank=True, editable=False)
    balance_on = models.DateField(_("balance as of"), null=True, editable=False)
    seen_in = models.BigIntegerField(null=True, editable=False)
    """The last run through 1C's list that met it."""
    gone_since = models.DateTimeField(_("gone from 1C since"), null=True, editable=False)
    is_unchecked = models.BooleanField(_("not checked in 1C"), default=False, editable=False)

    language = models.CharField(
        _("language of acts"), max_length=2, choices=Language.choices, blank=True, default=""
    )
    to_drive = models.BooleanField(_("Bitrix24 Drive"), null=True, blank=True)
    to_task = models.BooleanField(_("task for the manager"), null=True, blank=True)
    to_email = models.BooleanField(_("email"), null=True, blank=True)
    manager_name = models.CharField(_("responsible manager"), max_length=300, blank=True)
    bitrix24_manager_id = models.PositiveBigIntegerField(_("manager in Bitrix24"), null=True, blank=True)
    paused_until = models.DateField(_("paused until"), null=True, blank=True)
    pause_reason = models.CharField(_("reason"), max_length=300, blank=True)
    note = models.TextField(_("note"), blank=True)
    search = models.TextField(editable=False, default="")
    people: "models.ManyToManyField[User, Membership]" = models.ManyToManyField(
        User, through=Membership, related_name="counterparties"
    )

    class Meta:
        verbose_name = _("counterparty")
        verbose_name_plural = _("counterparties")
        ordering = ("name", "pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(paused_until=None) | ~Q(pause_reason=""),
                name="pause_has_a_reason",
                violation_error_message=_("Say why it is paused: others have to know, too."),
            ),
        )
        indexes = (
            models.Index(fields=["name", "id"], name="counterparties_by_name"),
            models.Index(fields=["in_conflict"], condition=Q(in_conflict=True), name="in_conflict"),
        )

    def __str__(self) -> str:
        return self.name or self.onec_guid

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep what depends on other fields in step with them."""
        if (fields := kwargs.get("update_fields")) is not None:
            kwargs["update_fields"] = {*fields, "search", "in_conflict"}
        self.onec_guid = canonical_guid(self.onec_guid)
        self.email = canonical_addresses(self.email)
        self.refresh_derived()
        super().save(*args, **kwargs)

    def refresh_derived(self) -> None:
        """Compute what other fields decide: the text that is searched, and whether there is a conflict."""
        self.search = search_text(self.name, self.inn, self.onec_guid, self.email)
        self.in_conflict = bool(self.conflicts)

    @property
    def values(self) -> dict[str, Any]:
        """The fields that both 1C and people fill in."""
        return {field: getattr(self, field) for field in sources.FIELDS}

    @property
    def conflicts(self) -> list[str]:
        """The fields in which 1C says otherwise than a person, and nobody has chosen yet."""
        return sources.conflicts(self.values, self.onec, self.declined)

    @property
    def acts_language(self) -> str:
        """The language of its acts: its own, else the organization's default."""
        return self.language or OrganizationSettings.load().language

    @property
    def addresses(self) -> list[str]:
        """The addresses that letters go to."""
        return [address for address in self.email.split(", ") if address]

    def is_paused(self, on: date | None = None) -> bool:
        return self.paused_until is not None and self.paused_until >= (on or timezone.localdate())
