"""Acts that could not be issued: kept for accounting until the figures add up."""

from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone, translation
from django.utils.translation import gettext

from accounts.models import Counterparty, User
from reconciliation.ledger import snapshot
from reconciliation.ledger.act import Act
from reconciliation.ledger.period import Period
from reconciliation.models import Discrepancy
from reconciliation.printing.formats import format_money, language_of


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
        "details": _in_words(act),
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


def _in_words(act: Act) -> str:
    """Say in accounting's language what does not add up, a line each."""
    language = language_of(settings.LANGUAGE_CODE)

    def money(amount: Decimal) -> str:
        return format_money(amount, act.currency, language)

    with translation.override(settings.LANGUAGE_CODE):
        lines = [
            gettext("Contract %(name)s: the difference is %(difference)s.")
            % {"name": block.contract.name, "difference": money(block.difference)}
            for block in act.blocks
            if block.difference
        ]
        if act.difference:
            words = {"expected": money(act.expected_closing), "said": money(act.closing)}
            lines.insert(
                0, gettext("The closing balance should be %(expected)s, and 1C says %(said)s.") % words
            )
        openings, closings = act.contract_sums
        if act.contracts and openings != act.opening:
            lines.append(gettext("The contracts' opening balances make %(sum)s.") % {"sum": money(openings)})
        if act.contracts and closings != act.closing:
            lines.append(gettext("The contracts' closing balances make %(sum)s.") % {"sum": money(closings)})
    return "\n".join(lines)


def _open(counterparty: Counterparty, period: Period) -> dict[str, object]:
    return {
        "counterparty": counterparty,
        "date_from": period.start,
        "date_to": period.end,
        "resolved_at": None,
    }
