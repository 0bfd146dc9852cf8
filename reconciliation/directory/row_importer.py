"""Rows of a file against the counterparties: which one each is about, and what becomes of it."""

import logging
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext
from import_export.results import RowResult
from tablib import Dataset

from accounts.guids import canonical_guid
from accounts.models import Counterparty
from reconciliation.directory.resource import CounterpartyResource
from reconciliation.directory.upsert import Fate, Fates
from reconciliation.directory.wording import title_of

log = logging.getLogger(__name__)
Cells = dict[str, str]


@dataclass(frozen=True)
class Outcome:
    """What became of a row, and the counterparty that it is about, if there is one."""

    fates: Fates
    company: Counterparty | None = None


class RowImporter:
    """Takes the rows of one chunk through django-import-export, which loads all that they name at once."""

    def __init__(self, rows: list[Cells], *, is_dry_run: bool) -> None:
        self.is_dry_run = is_dry_run
        self.resource = CounterpartyResource()
        self.problems = _name_by_number(rows)
        data = Dataset(*(list(cells.values()) for cells in rows), headers=list(rows[0]))
        loader = self.resource._meta.instance_loader_class  # noqa: SLF001  # as the library itself does
        self.loader = loader(self.resource, data)

    def take(self, line: int, cells: Cells) -> Outcome:
        """Bring one row in; what is wrong with it is an outcome, too."""
        if not cells["onec_guid"]:
            why = self.problems.get(_number(cells), gettext("the guid is missing"))
            return Outcome({Fate.REFUSED: {"why": why}})
        if cells["onec_guid"] not in self.loader.all_instances and not cells.get("name"):
            return Outcome({Fate.REFUSED: {"why": gettext("is new and has no name")}})
        with transaction.atomic():
            result = self.resource.import_row(
                cells, self.loader, dry_run=self.is_dry_run, using_transactions=False, row_number=line
            )
            if result.errors:
                # What the database refused must not spoil the rows around it.
                transaction.set_rollback(True)
        return _outcome(result)


def _outcome(result: RowResult) -> Outcome:
    if result.validation_error:
        return Outcome({Fate.REFUSED: {"why": _words(result.validation_error)}})
    if result.errors:
        log.error("a row could not be imported: %r", result.errors[0].error)
        return Outcome({Fate.REFUSED: {"why": gettext("could not be saved")}})
    company: Counterparty = result.instance
    fates: Fates = {Fate.CONFLICT: {}} if company.conflicts else {}
    for field in company.conflicts:
        fates[Fate.CONFLICT][field] = [getattr(company, field), company.onec[field]]
    if result.is_new():
        return Outcome({Fate.ADDED: {}} | fates, company)
    if result.is_skip():
        return Outcome({Fate.UNCHANGED: {}}, company)
    return Outcome({Fate.CHANGED: _difference(result.original, company)} | fates, company)


def _difference(before: Counterparty, after: Counterparty) -> dict[str, Any]:
    fields = CounterpartyResource.Meta.fields
    pairs = {field: [getattr(before, field), getattr(after, field)] for field in fields}
    return {field: [_kept(value) for value in both] for field, both in pairs.items() if both[0] != both[1]}


def _kept(value: Any) -> Any:
    """Return a value as JSON holds it."""
    return f"{value:%d.%m.%Y}" if isinstance(value, date) else value


def _words(error: ValidationError) -> str:
    """Return what is wrong, field by field."""
    said = error.message_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.messages}
    parts = (
        f"{title_of(field)}: {' '.join(words)}" if field != NON_FIELD_ERRORS else " ".join(words)
        for field, words in said.items()
    )
    return "; ".join(parts)


def _number(cells: Cells) -> tuple[str, str]:
    return cells.get("inn", ""), cells.get("kpp", "")


def _name_by_number(rows: list[Cells]) -> dict[tuple[str, str], str]:
    """Give rows without a guid the one that their tax number has; return why others got none."""
    numbers = {cells["inn"] for cells in rows if not cells.get("onec_guid") and cells.get("inn")}
    known: dict[str, list[Counterparty]] = {}
    for company in Counterparty.objects.filter(Q(inn__in=numbers)).only("onec_guid", "inn", "kpp"):
        known.setdefault(company.inn, []).append(company)
    problems = {}
    for cells in rows:
        inn, kpp = _number(cells)
        same = [company for company in known.get(inn, ()) if not kpp or company.kpp == kpp]
        cells["onec_guid"] = canonical_guid(cells.get("onec_guid", "")) or (
            same[0].onec_guid if len(same) == 1 else ""
        )
        if inn and not same:
            problems[inn, kpp] = gettext("no counterparty has this tax number; name the guid")
        elif inn:
            problems[inn, kpp] = gettext("several counterparties have this tax number; name the guid")
    return problems
