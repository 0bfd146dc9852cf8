"""Settle what 1C and a person say otherwise: one click takes either value."""

from django.db import transaction

from accounts.models import Counterparty


def take_onec(counterparty: Counterparty, field: str, *, seen: object) -> bool:
    """Put 1C's value in place of the person's; False when 1C says something else than was `seen` by now."""
    return _settle(counterparty, field, seen, own=False)


def keep_own(counterparty: Counterparty, field: str, *, seen: object) -> bool:
    """Keep the person's value against 1C's that was `seen`; False when 1C says something else by now."""
    return _settle(counterparty, field, seen, own=True)


def _settle(counterparty: Counterparty, field: str, seen: object, *, own: bool) -> bool:
    with transaction.atomic():
        row = Counterparty.objects.select_for_update().get(pk=counterparty.pk)
        if field not in row.conflicts or str(row.onec[field]) != str(seen):
            return False
        if own:
            row.declined = row.declined | {field: row.onec[field]}
        else:
            setattr(row, field, row.onec[field])
        row.save(update_fields=["declined"] if own else [field])
    return True


def settle_all(counterparty: Counterparty, *, own: bool) -> int:
    """Settle each conflict of a counterparty in the same way; return how many there were."""
    fields = counterparty.conflicts
    return sum(_settle(counterparty, field, counterparty.onec[field], own=own) for field in fields)
