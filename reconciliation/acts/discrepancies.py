"""Acts that could not be issued: kept for accounting until the figures add up."""

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import Counterparty, User
from reconciliation.acts import snapshot
from reconciliation.acts.act import Act, Period
from reconciliation.models import Discrepancy


def record(counterparty: Counterparty, act: Act, requested_by: User | None) -> Discrepancy:
    """Keep what does not add up; the same counterparty and period is one open entry, however often asked."""
    now = timezone.now()
    facts = {
        "currency": act.currency,
        "opening": act.opening,
        "debit": act.debit,
        "credit": act.credit,
        "closing": act.closing,
        "difference": act.difference,
        "details": "\n".join(act.discrepancies),
        "snapshot": snapshot.dump(act),
        "last_seen_at": now,
    }
    with transaction.atomic():
        entry, created = Discrepancy.objects.select_for_update().get_or_create(
            **_open(counterparty, act.period), defaults={**facts, "requested_by": requested_by}
        )
        if not created:
            Discrepancy.objects.filter(pk=entry.pk).update(**facts, times=F("times") + 1)
    return entry


def resolve(counterparty: Counterparty, period: Period) -> None:
    """Close the entry of a period whose figures add up now."""
    Discrepancy.objects.filter(**_open(counterparty, period)).update(resolved_at=timezone.now())


def _open(counterparty: Counterparty, period: Period) -> dict[str, object]:
    return {
        "counterparty": counterparty,
        "date_from": period.start,
        "date_to": period.end,
        "resolved_at": None,
    }
