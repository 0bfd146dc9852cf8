"""What the admin's lists of kept things have in common."""

from typing import Any

from django.contrib.admin.utils import flatten
from django.db.models import BinaryField, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import Counterparty
from accounts.search_text import with_words
from reconciliation.admin_kit.pages import WithPages, is_key


def number_in(request: HttpRequest, name: str) -> int | None:
    """Return the number in a part of the address; None where there is none."""
    text = request.GET.get(name, "")
    return int(text) if is_key(text) else None


class ReadOnlyAdmin(WithPages):
    """What is kept is looked at, never edited."""

    show_full_result_count = False
    reached_by = ""
    """The lookup by which other pages lead here."""

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        if lookup == self.reached_by:
            return True
        name = lookup.partition("__")[0]
        packed = (f.name for f in self.opts.fields if isinstance(f, BinaryField))  # nobody types those
        return name not in packed and bool(super().lookup_allowed(lookup, value, request))

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

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        companies = with_words(Counterparty.objects.all(), search_term)
        found = queryset.filter(**{f"{self.search_fields[-1]}__in": companies})
        return (found if search_term.strip() else queryset), False
