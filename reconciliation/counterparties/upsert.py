"""A page of 1C's list against the portal's counterparties: what is new, what changed, what is in conflict."""

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from accounts import sources
from accounts.models import Counterparty
from reconciliation.counterparties.entries import Entry
from reconciliation.counterparties.numbers import COUNTRIES_KNOWN, FIELDS, doubts_about
from reconciliation.models import DirectoryChange, DirectoryRun

Fate = DirectoryRun.Fate
Fates = dict[Fate, dict[str, Any]]
"""What becomes of one counterparty, with the details of each."""

OF_ONEC = ("onec", "in_conflict", "search", "balance", "currency", "gone_since", "is_unchecked")
STATE = (*sources.FIELDS, *OF_ONEC)
"""What 1C's word can change; anything else, a person may be changing at this moment."""


class Batch:
    """The entries of one page, compared; nothing is written before `write`.

    To be made and written in one transaction, which locks the counterparties. `seen` holds the guids that
    the run has met, and takes those of this page in.
    """

    def __init__(self, run: DirectoryRun, entries: Iterable[Entry], seen: set[str]) -> None:
        self.run = run
        self.fates: list[tuple[Counterparty, Fates]] = []
        self.unchanged = 0
        self._changed: list[Counterparty] = []
        self._unchanged: list[int] = []
        rest = self._pass_over_same(list(entries), seen)
        known = _locked(entry.guid for entry in rest)
        rows = {row.onec_guid: row for row in known}
        for entry in rest:
            row = rows.get(entry.guid)
            if entry.guid in seen or (row and row.seen_in == run.pk):
                double = Counterparty(onec_guid=entry.guid, name=entry.values["name"])
                self.fates.append((double, {Fate.REFUSED: {"why": "listed_twice"}}))
            else:
                self._take(row, entry)
            seen.add(entry.guid)

    def _pass_over_same(self, entries: list[Entry], seen: set[str]) -> list[Entry]:
        """Return the entries of which something may have to be said.

        Of most of them 1C says nothing new. Those are compared without making a model of each, which
        takes twice as long.
        """
        calm = _locked(entry.guid for entry in entries).filter(
            gone_since=None, is_unchecked=False, in_conflict=False
        )
        names = ("onec_guid", "pk", "seen_in", "onec", "balance", "currency")
        known = {guid: more for guid, *more in calm.values_list(*names)}
        rest = []
        for entry in entries:
            pk, seen_in, *said = known.get(entry.guid, (None, None))
            same = said == [entry.values, entry.balance, entry.currency] and not entry.unusable
            if same and seen_in != self.run.pk and entry.guid not in seen:
                self._unchanged.append(pk)
                self.unchanged += 1
                seen.add(entry.guid)
            else:
                rest.append(entry)
        return rest

    def _take(self, row: Counterparty | None, entry: Entry) -> None:
        is_new, row = row is None, row or Counterparty(onec_guid=entry.guid)
        before = _state(row)
        fates = merge(row, entry, on=self.run.on_date)
        if is_new:
            told = (Fate.REFUSED, Fate.DOUBTFUL)
            fates = {Fate.ADDED: {}} | {fate: more for fate, more in fates.items() if fate in told}
        row.seen_in = self.run.pk
        if is_new or _state(row) != before:
            self._changed.append(row)
        else:
            self._unchanged.append(row.pk)
        self.unchanged += not fates
        self.fates.append((row, fates))

    def write(self) -> None:
        """Write new and changed counterparties in one go, and of the others that they were met."""
        for row in self._changed:
            # By its guid, not by its key: one statement then serves new ones and changed ones.
            row.pk = None
        Counterparty.objects.bulk_create(
            self._changed,
            update_conflicts=True,
            unique_fields=["onec_guid"],
            update_fields=[*STATE, "balance_on", "seen_in"],
        )
        Counterparty.objects.filter(pk__in=self._unchanged).update(
            seen_in=self.run.pk, balance_on=self.run.on_date
        )

    def changes(self) -> Iterator[DirectoryChange]:
        """Yield what is to be listed of the run; those that did not change are only counted."""
        for row, fates in self.fates:
            for fate, details in fates.items():
                yield change_of(self.run, row, fate, details)


def merge(row: Counterparty, entry: Entry, *, on: date) -> Fates:
    """Bring what 1C says into the counterparty, and return what that changed."""
    before, balance = row.values, _balance(row)
    returned = row.gone_since is not None
    row.balance, row.currency, row.balance_on = entry.balance, entry.currency, on
    row.gone_since, row.is_unchecked = None, False
    if row.onec != entry.values:
        for field, value in sources.merged(before, row.onec, entry.values).items():
            setattr(row, field, value)
        row.onec = entry.values
        row.refresh_derived()
    after = row.values
    changed = [field for field in FIELDS if after[field] != before[field]]
    odd = [
        field for field in changed if row.currency in COUNTRIES_KNOWN and doubts_about(field, after[field])
    ]
    found: Fates = {
        Fate.CHANGED: {
            field: [before[field], after[field]] for field in after if before[field] != after[field]
        },
        Fate.BALANCE: {"balance": [balance, _balance(row)]} if balance != _balance(row) else {},
        Fate.CONFLICT: {field: [after[field], row.onec[field]] for field in row.conflicts},
        Fate.REFUSED: _about_addresses(entry),
        Fate.DOUBTFUL: {"why": "numbers", "words": [after[field] for field in odd]} if odd else {},
    }
    fates: Fates = {Fate.RETURNED: {}} if returned else {}
    return fates | {fate: details for fate, details in found.items() if details}


def _about_addresses(entry: Entry) -> dict[str, Any]:
    """Return what of 1C's addresses is not taken, and why."""
    if entry.unusable:
        return {"why": "email", "words": [*entry.unusable, *entry.left_out]}
    return {"why": "left_out", "words": entry.left_out} if entry.left_out else {}


def change_of(
    run: DirectoryRun, row: Counterparty, fate: Fate, details: dict[str, Any] | None = None
) -> DirectoryChange:
    """Return a line of the run's list; a counterparty that is not in the portal is named all the same."""
    return DirectoryChange(
        run=run,
        counterparty=row if row.pk else None,
        fate=fate,
        guid=row.onec_guid,
        name=row.name,
        inn=row.inn,
        details=details or {},
    )


def _locked(guids: Iterable[str]) -> QuerySet[Counterparty]:
    return Counterparty.objects.select_for_update().filter(onec_guid__in=set(guids))


def _state(row: Counterparty) -> list[Any]:
    return [getattr(row, field) for field in STATE]


def _balance(row: Counterparty) -> list[str]:
    """Return amount and currency as JSON holds them; empty before 1C has said any."""
    amount: Decimal | None = row.balance
    return [] if amount is None else [str(amount), row.currency]
