"""What the organization decides for all its counterparties."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import time

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Language(models.TextChoices):
    RU = "ru", _("Russian")
    EN = "en", _("English")


class Calendar(models.TextChoices):
    RU = "RU", _("Russia")
    KZ = "KZ", _("Kazakhstan")
    BY = "BY", _("Belarus")


def site_language() -> str:
    return str(settings.LANGUAGE_CODE)


def site_calendar() -> str:
    return {"KZT": Calendar.KZ, "BYN": Calendar.BY}.get(settings.DEFAULT_CURRENCY, Calendar.RU).value


class OrganizationSettings(models.Model):
    """Defaults for counterparties that have nothing of their own; there is one row."""

    language = models.CharField(
        _("language of acts"), max_length=2, choices=Language.choices, default=site_language
    )
    to_drive = models.BooleanField(_("put the month's act on Bitrix24 Drive"), default=True)
    to_task = models.BooleanField(_("make a task for the responsible manager"), default=True)
    to_email = models.BooleanField(_("send the month's act by email"), default=True)
    to_notify = models.BooleanField(
        _("tell the responsible manager in Bitrix24 that it is there"), default=False
    )

    one_task_a_manager = models.BooleanField(
        _("one task for each manager instead of one for each client"),
        default=False,
        help_text=_("Its checklist has a line for each client, with a link to the act."),
    )
    needs_approval = models.BooleanField(
        _("start the month only after approval"),
        default=False,
        help_text=_("On its day a preview is made, and a chief accountant starts the month from it."),
    )
    preview_days = models.PositiveSmallIntegerField(
        _("send a preview by email so many days before"),
        default=3,
        validators=[MaxValueValidator(20)],
        help_text=_("To accounting, with what is odd. 0 for none."),
    )
    canary = models.PositiveSmallIntegerField(
        _("send this many first"),
        default=20,
        help_text=_("The others wait until these have gone out. 0: all at once."),
    )
    canary_percent = models.PositiveSmallIntegerField(
        _("pause when more than this per cent of the first fail"),
        default=5,
        validators=[MaxValueValidator(100)],
    )

    letters_wait = models.BooleanField(
        _("send the month's letters only in working hours"),
        default=False,
        help_text=_("At other times acts are made, files put on the Drive and tasks given; letters wait."),
    )
    letters_from = models.TimeField(_("from"), default=time(9))
    letters_until = models.TimeField(_("until"), default=time(18))
    calendar = models.CharField(
        _("production calendar"),
        max_length=2,
        choices=Calendar.choices,
        default=site_calendar,
        help_text=_("Which days are working days, for letters and for the term of managers' tasks."),
    )
    letters_per_minute = models.PositiveSmallIntegerField(
        _("at most so many letters a minute to one mail domain"),
        default=0,
        help_text=_("Large mail providers take too many at once for advertising. 0: no limit."),
    )

    class Meta:
        verbose_name = _("defaults for counterparties")
        verbose_name_plural = _("defaults for counterparties")
        constraints = (
            models.CheckConstraint(condition=Q(pk=1), name="one_row_of_settings"),
            models.CheckConstraint(
                condition=Q(letters_from__lt=F("letters_until")),
                name="hours_have_an_end",
                violation_error_message=_("Working hours must end after they begin."),
            ),
        )

    def __str__(self) -> str:
        return str(self._meta.verbose_name)

    @classmethod
    def load(cls) -> "OrganizationSettings":
        """Return the settings; those of a new portal until somebody changes them."""
        return _loaded.get() or cls.objects.filter(pk=1).first() or cls(pk=1)

    @classmethod
    @contextmanager
    def loaded_once(cls) -> Iterator[None]:
        """Have this thread go by the settings as they are now until the end of the block."""
        token = _loaded.set(cls.load())
        try:
            yield
        finally:
            _loaded.reset(token)


_loaded: ContextVar[OrganizationSettings | None] = ContextVar("loaded", default=None)
