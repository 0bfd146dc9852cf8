"""Acts that were issued, refused or failed, and the files that were taken."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext

from reconciliation.errors.kept import error_of
from reconciliation.models import ActDownload, Discrepancy, ErrorReport, IssuedAct
from reconciliation.printing.formats import format_money
from reconciliation.timelines.event import Event, Kind, Scope, Source, period


def _acts(scope: Scope) -> QuerySet[IssuedAct]:
    acts = IssuedAct.objects.select_related("replaces", "counterparty")
    acts = acts.defer("snapshot", "replaces__snapshot")
    if not scope.company:
        acts = acts.filter(requested_by__isnull=False)
    return scope.of(acts, company="counterparty", people=("requested_by",))


def _act(act: IssuedAct) -> Event:
    closing = format_money(act.closing, act.currency)
    detail = gettext("closing balance %(amount)s") % {"amount": closing}
    if act.replaces:
        detail += " · " + gettext("replaces № %(number)s") % {"number": act.replaces.number}
    words = gettext("Act № %(number)s for %(period)s was issued") % {
        "number": act.number, "period": period(act.date_from, act.date_to),
    }  # fmt: skip
    who = act.requested_by_name
    if act.by_accounting:
        who = gettext("accounting: %(name)s") % {"name": who}
    return Event(act.issued_at, Kind.ACT, words, detail, who, act, company=str(act.counterparty))


def _discrepancies(scope: Scope) -> QuerySet[Discrepancy]:
    rows = Discrepancy.objects.defer("snapshot").select_related("counterparty", "requested_by")
    return scope.of(rows, company="counterparty", people=("requested_by",))


def _discrepancy(one: Discrepancy) -> Event:
    words = gettext("1C's figures for %(period)s do not add up: no act was issued") % {
        "period": period(one.date_from, one.date_to)
    }
    difference = format_money(one.difference, one.currency)
    detail = gettext("difference %(amount)s") % {"amount": difference}
    return Event(
        one.first_seen_at, Kind.ACT, words, detail, str(one.requested_by or ""), one, is_trouble=True,
        company=str(one.counterparty),
    )  # fmt: skip


def _errors(scope: Scope) -> QuerySet[ErrorReport]:
    rows = ErrorReport.objects.select_related("counterparty").defer("detail")
    return scope.of(rows, company="counterparty", people=("user",), reference="reference")


def _error(one: ErrorReport) -> Event:
    title = error_of(one.kind, "").title if one.kind else gettext("a fault of the portal")
    words = gettext("A page said: %(title)s") % {"title": title}
    return Event(
        one.at, Kind.ACT, words, one.asked or one.address, one.user_name, one, is_trouble=True,
        reference=one.reference, company=str(one.counterparty or ""),
    )  # fmt: skip


def _downloads(scope: Scope) -> QuerySet[ActDownload]:
    rows = ActDownload.objects.select_related("act", "counterparty").defer("act__snapshot")
    return scope.of(rows, company="counterparty", people=("user",), ip="address")


def _download(one: Any) -> Event:
    words = gettext("%(format)s of act № %(number)s was taken") % {
        "format": one.format.upper(), "number": one.act.number,
    }  # fmt: skip
    return Event(
        one.at, Kind.DOWNLOAD, words, "", one.user_name, one.act, address=one.address or "",
        company=str(one.counterparty),
    )  # fmt: skip


SOURCES = (
    Source(Kind.ACT, "issued_at", _acts, _act),
    Source(Kind.ACT, "first_seen_at", _discrepancies, _discrepancy),
    Source(Kind.ACT, "at", _errors, _error),
    Source(Kind.DOWNLOAD, "at", _downloads, _download),
)
