"""When what happens by itself: one page in plain words instead of the tables of django-celery-beat."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _
from django_celery_beat import admin as beat  # registers its tables
from django_celery_beat import models as beat_models
from unfold.widgets import UnfoldAdminSelectWidget

from reconciliation.admin_kit.pages import WithPages
from reconciliation.admin_kit.widgets import TimeOfDay
from reconciliation.models import Schedule
from reconciliation.models.schedule import LAST_DAY
from reconciliation.schedules import starting

for _model in (
    beat_models.PeriodicTask,
    beat_models.CrontabSchedule,
    beat_models.IntervalSchedule,
    beat_models.SolarSchedule,
    beat_models.ClockedSchedule,
):
    beat.admin.site.unregister(_model)


class ScheduleForm(forms.ModelForm):  # type: ignore[type-arg]  # Django's own takes none as it runs
    day = forms.TypedChoiceField(
        label=_("Day"),
        choices=[("", _("every day")), *((str(day), str(day)) for day in range(1, LAST_DAY + 1))],
        coerce=int,
        empty_value=None,
        required=False,
        widget=UnfoldAdminSelectWidget,
    )

    class Meta:
        model = Schedule
        fields = ("is_on", "day", "at")


@admin.register(Schedule)
class ScheduleAdmin(WithPages):
    formfield_overrides = {models.TimeField: {"widget": TimeOfDay}}  # Django's own shape
    form = ScheduleForm
    list_display = ("what", "when", "next_dates", "trouble")
    fields = ("is_on", "day", "at", "when", "next_dates", "trouble")
    readonly_fields = ("when", "next_dates", "trouble")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def of_list(self, request: HttpRequest) -> dict[str, Any]:
        starting.all_schedules()
        return {}

    def save_model(self, request: HttpRequest, obj: Schedule, form: Any, change: bool) -> None:
        """A time that lies before the change is not caught up."""
        obj.done_until, obj.failed_at, obj.detail = timezone.now(), None, ""
        obj.save()

    @admin.display(description=_("what"), ordering="job")
    def what(self, schedule: Schedule) -> str:
        return str(schedule)

    @admin.display(description=_("when"))
    def when(self, schedule: Schedule) -> str:
        return starting.in_words(schedule)

    @admin.display(description=_("next dates"))
    def next_dates(self, schedule: Schedule) -> SafeString:
        times = starting.next_times(schedule, timezone.now()) if schedule.is_on else []
        lines = ((f"{timezone.localtime(each):%d.%m.%Y %H:%M}",) for each in times)
        return format_html_join(mark_safe("<br>"), "{}", lines)

    @admin.display(description=_("what stopped it"))
    def trouble(self, schedule: Schedule) -> str:
        if schedule.failed_at is None or not schedule.is_on:
            return ""
        words = _("Could not be started at %(at)s, and is tried each minute: %(detail)s")
        at = f"{timezone.localtime(schedule.failed_at):%d.%m.%Y %H:%M}"
        return str(words % {"at": at, "detail": schedule.detail})
