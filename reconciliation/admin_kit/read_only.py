"""What the admin's lists of kept things have in common."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import flatten
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from accounts.models import Counterparty
from accounts.search_text import with_words
from reconciliation.models import DeliveryStep
from reconciliation.printing.formats import format_amount, language_of

View = Callable[..., HttpResponse]
LONGEST_NUMBER = 9
Way = DeliveryStep.Way
WAYS = {
    Way.ACT: _("act"), Way.DRIVE: _("Drive"), Way.TASK: _("task"), Way.EMAIL: _("letter"),
    Way.NOTIFICATION: _("notification"),
}  # fmt: skip
"""The ways in a word, for narrow columns."""


def posted(permission: str) -> Callable[[View], View]:
    """Have a view of the admin answer only a POST of somebody with this right."""

    def checked(view: View) -> View:
        @wraps(view)
        def answer(self: Any, request: HttpRequest, *arguments: Any, **named: Any) -> HttpResponse:
            if not request.user.has_perm(permission):
                raise PermissionDenied
            if request.method != "POST":
                return HttpResponseNotAllowed(["POST"])
            return view(self, request, *arguments, **named)

        return answer

    return checked


def number_in(request: HttpRequest, name: str) -> int | None:
    """Return the number in a part of the address; None where there is none."""
    text = request.GET.get(name, "")
    return int(text) if text.isdecimal() and len(text) <= LONGEST_NUMBER else None


class ReadOnlyAdmin(ModelAdmin):  # type: ignore[misc]  # unfold ships no types
    """What is kept is looked at, never edited."""

    def of_list(self, request: HttpRequest) -> dict[str, Any]:
        """Return what the list shows besides its rows."""
        return {}

    def of_page(self, request: HttpRequest, entry: Any) -> dict[str, Any]:
        """Return what an entry's page shows besides its fields."""
        return {}

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        shown = self.of_list(request) | (extra_context or {})
        answer: HttpResponse = super().changelist_view(request, shown)
        return answer

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        entry = self.get_object(request, object_id)
        shown = (self.of_page(request, entry) if entry else {}) | (extra_context or {})
        answer: HttpResponse = super().change_view(request, object_id, form_url, shown)
        return answer

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return list(flatten(self.fields))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class OfCounterparties(ReadOnlyAdmin):
    """Entries that each belong to a counterparty are found by it."""

    search_fields: tuple[str, ...] = ("counterparty",)
    """The way to the counterparty."""
    search_help_text = _("A counterparty: name, tax number or email")
    show_full_result_count = False

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        companies = with_words(Counterparty.objects.all(), search_term)
        found = queryset.filter(**{f"{self.search_fields[0]}__in": companies})
        return (found if search_term.strip() else queryset), False


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
