"""What columns and fields of the admin show."""

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from reconciliation.admin_kit.pages import page_of
from reconciliation.models import DeliveryStep
from reconciliation.printing.formats import format_amount, language_of

Way = DeliveryStep.Way
WAYS = {
    Way.ACT: _("act"), Way.DRIVE: _("Drive"), Way.TASK: _("task"), Way.EMAIL: _("letter"),
    Way.NOTIFICATION: _("notification"),
}  # fmt: skip
"""The ways in a word, for narrow columns."""


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


def with_note(line: Any, note: Any) -> SafeString | Any:
    """Return a line of a list's cell with a smaller one below it, if there is any."""
    return format_html('{}<br><span class="quiet">{}</span>', line, note) if note else line


def link_to(entry: Model, words: Any = "") -> SafeString:
    """Return a link to an entry's page."""
    there = reverse(page_of(entry), args=(entry.pk,))
    return format_html('<a class="underline" href="{}">{}</a>', there, words or entry)
