"""How long the journal is kept: JOURNAL_DAYS."""

from datetime import timedelta

from auditlog.models import LogEntry
from django.conf import settings
from django.db.models import Model
from django.utils import timezone

from accounts.models import JournalEntry
from letters.models import Letter
from reconciliation.models import ActDownload, ErrorReport

ROWS_AT_ONCE = 5000
TABLES: tuple[tuple[type[Model], str], ...] = (
    (JournalEntry, "at"), (ActDownload, "at"), (ErrorReport, "at"), (Letter, "ended_at"),
    (LogEntry, "timestamp"),
)  # fmt: skip
"""What is the journal's alone, and its moment; acts and runs are kept for themselves."""


def forget_old() -> None:
    """Delete what is older, some thousand rows at a time: nobody waits for it."""
    oldest = timezone.now() - timedelta(days=settings.JOURNAL_DAYS)
    for model, field in TABLES:
        rows = model._default_manager.filter(**{f"{field}__lt": oldest})  # noqa: SLF001  # Django's own way
        while keys := list(rows.values_list("pk", flat=True)[:ROWS_AT_ONCE]):
            model._default_manager.filter(pk__in=keys).delete()  # noqa: SLF001  # as above
