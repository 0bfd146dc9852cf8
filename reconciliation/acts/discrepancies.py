"""Acts that could not be issued: kept for accounting until the figures add up."""

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone, translation
from django.utils.translation import gettext

from accounts.models import Counterparty, User
from jobs.deadline import Deadline
from reconciliation.ledger import snapshot
from reconciliation.ledger.act import Act, Imbalance
from reconciliation.ledger.period import Period
from reconciliation.models import Discrepancy
from reconciliation.onec.client import OneCClient
from reconciliation.printing.act_rows import contract_heading
from reconciliation.printing.currencies import Language
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
        "details": "\n".join(describe(act, language_of(settings.LANGUAGE_CODE))),
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


def ask_again(entry: Discrepancy, *, client: OneCClient, deadline: Deadline) -> bool:
    """Ask 1C for the same act once more and return whether it balances now; the entry is then closed.

    No act is issued: whoever wanted it asks again. Raises like `OneCClient.act`.
    """
    period = Period(entry.date_from, entry.date_to)
    guid = entry.counterparty.onec_guid
    act = client.act(guid, period, deadline=deadline, figures_only=True).act
    if act.imbalances:
        record(entry.counterparty, act, entry.requested_by)
        return False
    resolve(entry.counterparty, period)
    return True


def describe(act: Act, language: Language) -> list[str]:
    """Say in one language what does not add up, a sentence for each finding."""
    with translation.override(language):
        return [_sentence(found, act.currency, language) for found in act.imbalances]


def _sentence(found: Imbalance, currency: str, language: Language) -> str:
    words = {
        "name": contract_heading(found.contract, language),
        "expected": format_money(found.expected, currency, language),
        "said": format_money(found.stated, currency, language),
        "difference": format_money(found.difference, currency, language),
    }
    sentences = {
        "closing": gettext("The closing balance should be %(expected)s, and 1C says %(said)s."),
        "contract": gettext("%(name)s: the difference is %(difference)s."),
        "contracts_opening": gettext("The contracts' opening balances make %(said)s."),
        "contracts_closing": gettext("The contracts' closing balances make %(said)s."),
    }
    # "12,00 руб." ends with a full stop of its own.
    return (sentences[found.what] % words).replace("..", ".")


def _open(counterparty: Counterparty, period: Period) -> dict[str, object]:
    return {
        "counterparty": counterparty,
        "date_from": period.start,
        "date_to": period.end,
        "resolved_at": None,
    }
