"""Counterparties as a table, in the form that the importer reads."""

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext

from accounts.models import Counterparty
from reconciliation.counterparties.files.headings import IMPORTED, SHOWN_ONLY, headings

ROWS_AT_ONCE = 1000
Rows = QuerySet[Counterparty]


def rows_of(companies: Rows) -> Iterator[list[Any]]:
    """Yield the headings, then a row for each counterparty."""
    yield headings()
    for company in companies.iterator(chunk_size=ROWS_AT_ONCE):
        yield [_shown(getattr(company, name)) for name in IMPORTED + SHOWN_ONLY]


def _shown(value: Any) -> Any:
    return (gettext("yes") if value else gettext("no")) if isinstance(value, bool) else value
