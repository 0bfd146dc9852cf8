"""The list of counterparties: what an accountant sees at a glance, finds and filters."""

from collections.abc import Callable
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import CheckboxFilter
from unfold.views import ChangeList

from accounts.models import Counterparty, Membership
from letters.models import Bounce
from reconciliation.models import IssuedAct
from reconciliation.models.month_letters import BOUNCE_TO_COUNTERPARTY

Rows = QuerySet[Counterparty]


def _without_login(rows: Rows) -> Rows:
    return rows.exclude(Exists(Membership.objects.filter(counterparty=OuterRef("pk"), user__is_active=True)))


def _open_bounces() -> QuerySet[Bounce]:
    return Bounce.objects.filter(**{BOUNCE_TO_COUNTERPARTY: OuterRef("pk")}, settled_at=None)


STATES: dict[str, tuple[Any, Callable[[Rows], Rows]]] = {
    "nonzero": (_("balance is not zero"), lambda rows: rows.exclude(Q(balance=None) | Q(balance=0))),
    "no_login": (_("nobody can log in yet"), _without_login),
    "no_email": (_("no email for letters"), lambda rows: rows.filter(email="")),
    "bounces": (_("letters come back"), lambda rows: rows.filter(Exists(_open_bounces()))),
    "conflict": (_("conflict with 1C"), lambda rows: rows.filter(in_conflict=True)),
    "paused": (_("paused"), lambda rows: rows.filter(paused_until__gte=timezone.localdate())),
    "gone": (_("gone from 1C"), lambda rows: rows.exclude(gone_since=None)),
    "unchecked": (_("not checked in 1C"), lambda rows: rows.filter(is_unchecked=True)),
}
"""What can be filtered by: the label, and which rows it leaves."""


class StateFilter(CheckboxFilter):  # type: ignore[misc]  # unfold ships no types
    """Each box that is ticked has to hold."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(name, label) for name, (label, _filter) in STATES.items()]

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        for name in self.value() or ():
            if name in STATES:
                queryset = STATES[name][1](queryset)
        return queryset


class CounterpartyList(ChangeList):  # type: ignore[misc]  # unfold ships no types
    """Adds to a page's rows what other tables know of them, in as many queries for one as for a hundred."""

    result_list: Any

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list = list(self.result_list)
        keys = [row.pk for row in self.result_list]
        acts = last_acts(keys)
        people: dict[int, list[str]] = {}
        for membership in Membership.objects.filter(counterparty__in=keys).select_related("user"):
            people.setdefault(membership.counterparty_id, []).append(membership.user.email)
        for row in self.result_list:
            row.last_act = acts.get(row.pk)
            row.logins = people.get(row.pk, [])


def last_acts(keys: list[int]) -> dict[int, IssuedAct]:
    """Return the act issued last, by counterparty."""
    of_each = IssuedAct.objects.filter(counterparty=OuterRef("pk")).order_by("-issued_at", "-pk")
    newest = Counterparty.objects.filter(pk__in=keys).values_list(
        Subquery(of_each.values("pk")[:1]), flat=True
    )
    acts = IssuedAct.objects.filter(pk__in=[pk for pk in newest if pk]).defer("snapshot")
    return {act.counterparty_id: act for act in acts}
