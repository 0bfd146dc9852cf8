"""What the admin's lists of kept things have in common."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import flatten
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from reconciliation.models import DeliveryStep
from reconciliation.printing.formats import format_amount, language_of

Way = DeliveryStep.Way
WAYS = {
    Way.ACT: _("act"), Way.DRIVE: _("Drive"), Way.TASK: _("task"), Way.EMAIL: _("letter"),
    Way.NOTIFICATION: _("notification"),
}  # fmt: skip
"""The ways in a word, for narrow columns."""


class ReadOnlyAdmin(ModelAdmin):  # type: ignore[misc]  # unfold ships no types
    """What is kept is looked at, never edited."""

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return list(flatten(self.fields))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.display(description=_("period"), ordering="date_from")
def period(self: Any, entry: Any) -> str:
    """Show both ends of a period in one column."""
    # No-break spaces: a period stays on one line.
    return f"{entry.date_from:%d.%m.%Y}\u00a0–\u00a0{entry.date_to:%d.%m.%Y}"


def amount_column(name: str, title: Any) -> Any:
    """Return a column or field that shows the amount in `name` as people write it."""

    @admin.display(description=title, ordering=name)
    def column(self: Any, entry: Any) -> str:
        return format_amount(getattr(entry, name), language_of(get_language()))

    return column


def with_note(line: Any, note: Any) -> SafeString:
    """Return a line of a list's cell with a smaller one below it."""
    return format_html('{}<br><span class="quiet">{}</span>', line, note)
