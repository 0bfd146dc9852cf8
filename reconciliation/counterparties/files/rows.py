"""Rows of a file against the counterparties: which one each is about, and what becomes of it."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import DatabaseError, transaction
from django.utils.translation import gettext

from accounts.guids import canonical_guid, is_guid
from accounts.models import Counterparty
from reconciliation.counterparties.field_names import title_of
from reconciliation.counterparties.files.cells import doubts_in, is_filled, value_of
from reconciliation.counterparties.files.headings import IMPORTED
from reconciliation.counterparties.numbers import FIELDS
from reconciliation.counterparties.upsert import Fate, Fates

log = logging.getLogger(__name__)
Cells = dict[str, str]


@dataclass(frozen=True)
class Outcome:
    """What became of a row, and the counterparty that it is about, if there is one."""

    fates: Fates
    company: Counterparty | None = None


def refused(why: str) -> Outcome:
    return Outcome({Fate.REFUSED: {"why": why}})


class RowImporter:
    """Takes the rows of one chunk; all counterparties that they name are loaded at once.

    `deletes_empty`: an empty cell deletes what the portal has.
    """

    def __init__(self, rows: Sequence[Cells], *, is_dry_run: bool, deletes_empty: bool = False) -> None:
        self.is_dry_run, self.deletes_empty = is_dry_run, deletes_empty
        self.by_number: dict[str, list[Counterparty]] = {}
        numbers = {_number(cells)[0] for cells in rows} - {""}
        for company in Counterparty.objects.filter(inn__in=numbers).only("name", "onec_guid", "inn", "kpp"):
            self.by_number.setdefault(company.inn, []).append(company)
        self.problems = _name_by_number(rows, self.by_number)
        guids = {cells["onec_guid"] for cells in rows}
        self.known = {each.onec_guid: each for each in Counterparty.objects.filter(onec_guid__in=guids)}

    def take(self, cells: Cells) -> Outcome:
        """Bring one row in; what is wrong with it is an outcome, too."""
        if not cells["onec_guid"]:
            return refused(self.problems.get(_number(cells), gettext("the guid is missing")))
        company = self.known.get(cells["onec_guid"])
        if company is None and not is_guid(cells["onec_guid"]):
            words = gettext("no counterparty has the guid “%(guid)s”, and it is none of 1C's")
            return refused(words % {"guid": cells["onec_guid"][:64]})
        if company is None and not cells.get("name"):
            return refused(gettext("is new and has no name"))
        # Nobody has asked 1C about a new one: the next update does.
        company = company or Counterparty(onec_guid=cells["onec_guid"], is_unchecked=True)
        before = {name: getattr(company, name) for name in IMPORTED}
        try:
            self._fill(company, cells)
        except ValidationError as error:
            return Outcome(refused(_words(error)).fates, company)
        return self._keep(company, before, cells)

    def _others_name(self, company: Counterparty) -> str:
        """Return who else has the counterparty's numbers."""
        same = (other for other in self.by_number.get(company.inn, ()) if other.kpp == company.kpp)
        return next((str(other) for other in same if other.pk != company.pk), "")

    def _fill(self, company: Counterparty, cells: Cells) -> None:
        """Set what the cells say; an empty one leaves the value as it is unless it deletes.

        Raises ValidationError.
        """
        problems: dict[str, str] = {}
        for name, cell in cells.items():
            if name == "onec_guid":
                continue
            try:
                value = value_of(name, cell) if is_filled(name, cell) else ""
            except ValueError as error:
                problems[name] = str(error)
                continue
            if value != "":
                held = getattr(company, name)
                setattr(company, name, _kept_zeros(held, value) if name in FIELDS else value)
            elif self.deletes_empty and name != "name":
                setattr(company, name, _empty_value(name))
        try:
            company.full_clean(exclude=problems, validate_unique=False)
        except ValidationError as error:
            raise ValidationError(error.message_dict | problems) from None
        if problems:
            raise ValidationError(problems)

    def _keep(self, company: Counterparty, before: dict[str, Any], cells: Cells) -> Outcome:
        pairs = {name: [before[name], getattr(company, name)] for name in IMPORTED}
        changed = {name: [_kept(each) for each in pair] for name, pair in pairs.items() if pair[0] != pair[1]}
        if company.pk and not changed:
            return Outcome({Fate.UNCHANGED: {}}, company)
        numbers = [name for name in FIELDS if name in changed]
        doubts = [words for name in numbers if (words := doubts_in(name, cells.get(name, "")))]
        if "inn" in changed and (other := self._others_name(company)):
            doubts.append(gettext("another counterparty has this tax number: %(name)s") % {"name": other})
        deleted = {name: pair for name, pair in changed.items() if pair[1] in ("", None)}
        others = {name: pair for name, pair in changed.items() if name not in deleted}
        fate: Fates = {Fate.CHANGED: others} if company.pk and others else {}
        fate |= {Fate.DELETED: deleted} if company.pk and deleted else {}
        fate = fate if company.pk else {Fate.ADDED: {}}
        if doubts:
            fate |= {Fate.DOUBTFUL: {"why": "; ".join(doubts)}}
        conflicts = {name: [getattr(company, name), company.onec[name]] for name in company.conflicts}
        if not self.is_dry_run:
            try:
                with transaction.atomic():  # what the database refuses must not spoil the rows around it
                    company.save(update_fields=list(changed) if company.pk else None)
            except DatabaseError:
                log.exception("a row could not be imported")
                return refused(gettext("could not be saved"))
        return Outcome(fate | ({Fate.CONFLICT: conflicts} if conflicts else {}), company)


def _kept_zeros(held: str, value: str) -> str:
    """Return what is held where a number from a spreadsheet is that one without its first zeros."""
    bare = value.lstrip("0")
    return held if held.lstrip("0") == bare and len(held) > len(bare) else value


def _empty_value(name: str) -> Any:
    """Return what the field holds when it holds nothing."""
    return None if Counterparty._meta.get_field(name).null else ""  # noqa: SLF001  # Django's own API


def _kept(value: Any) -> Any:
    """Return a value as JSON holds it."""
    return f"{value:%d.%m.%Y}" if isinstance(value, date) else value


def _words(error: ValidationError) -> str:
    """Return what is wrong, field by field."""
    parts = (
        f"{title_of(field)}: {' '.join(words)}" if field != NON_FIELD_ERRORS else " ".join(words)
        for field, words in error.message_dict.items()
    )
    return "; ".join(parts)


def _number(cells: Cells) -> tuple[str, str]:
    return _number_in("inn", cells), _number_in("kpp", cells)


def _number_in(field: str, cells: Cells) -> str:
    """Return the number in a cell; what holds none is said when the row is taken."""
    cell = cells.get(field, "")
    try:
        return str(value_of(field, cell)) if is_filled(field, cell) else ""
    except ValueError:
        return cell


def _name_by_number(
    rows: Sequence[Cells], known: Mapping[str, list[Counterparty]]
) -> dict[tuple[str, str], str]:
    """Give rows without a guid the one that their tax number has; return why others got none."""
    problems = {}
    for cells in rows:
        inn, kpp = _number(cells)
        of_number = known.get(inn, [])
        same = [company for company in of_number if company.kpp == kpp] if kpp else of_number
        same = same or [company for company in of_number if not company.kpp]
        cells["onec_guid"] = canonical_guid(cells.get("onec_guid", "")) or (
            same[0].onec_guid if len(same) == 1 else ""
        )
        if inn and of_number and not same:
            has = ", ".join(sorted(company.kpp for company in of_number))
            words = gettext("the counterparty with this tax number has another KPP: %(kpp)s")
            problems[inn, kpp] = words % {"kpp": has}
        elif inn and not same:
            problems[inn, kpp] = gettext("no counterparty has this tax number; name the guid")
        elif inn:
            problems[inn, kpp] = gettext("several counterparties have this tax number; name the guid")
    return problems
