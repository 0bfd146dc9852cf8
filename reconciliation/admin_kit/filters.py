"""Filters of the admin's lists."""

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

Choices = Iterable[tuple[Any, Any]]
Narrow = Callable[[HttpRequest, QuerySet[Any], str], QuerySet[Any]]


def choice_filter(
    name: str, label: Any, choices: Choices | Callable[[], Choices], narrow: Narrow
) -> type[admin.SimpleListFilter]:
    """Return a filter: its name in the address, its values with their words, and which rows each leaves."""

    class Filter(admin.SimpleListFilter):
        title, parameter_name = label, name

        def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, Any]]:
            return [(str(value), words) for value, words in (choices() if callable(choices) else choices)]

        def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
            value = self.value()
            known = {value for value, _words in self.lookup_choices}
            return narrow(request, queryset, value) if value in known else queryset

    return Filter
