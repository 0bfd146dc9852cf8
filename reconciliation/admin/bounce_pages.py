"""Letters that came back: from which address, why, and a person's word that it works again."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from letters import dead_addresses
from letters.bounces import noting
from letters.models import Bounce
from reconciliation.admin_kit.columns import link_to, with_note
from reconciliation.admin_kit.filters import choice_filter
from reconciliation.admin_kit.pages import page, to_page_of
from reconciliation.admin_kit.read_only import OfCounterparties
from reconciliation.models import Delivery
from reconciliation.models.month_letters import BOUNCE_TO_COUNTERPARTY
from reconciliation.months.admin.month_pages import MAY_RUN

OpenFilter = choice_filter(
    "settled", _("what is left to do"), [("no", _("needs a person")), ("yes", _("put right"))],
    lambda _request, rows, value: rows.filter(settled_at__isnull=value == "no"),
)  # fmt: skip
"""Those that nobody has settled."""


@admin.register(Bounce)
class BounceAdmin(OfCounterparties):
    list_display = ("of_counterparty", "shown_address", "kind", "received_at", "settled_at")
    list_display_links = ("shown_address",)
    list_filter = (OpenFilter, "kind")
    list_select_related = (BOUNCE_TO_COUNTERPARTY,)
    search_fields = (BOUNCE_TO_COUNTERPARTY,)
    change_form_outer_before_template = "admin/months/bounce.html"
    fields = (
        "company", "address", "kind", ("status", "words"), ("received_at", "letter_itself"),
        ("declared_dead_at", "declared_dead_by"), ("settled_at", "settled_by"),
    )  # fmt: skip

    def of_page(self, request: HttpRequest, entry: Bounce) -> dict[str, Any]:
        return {
            "may_run": request.user.has_perm(MAY_RUN), "delivery": _delivery_of(entry),
            "is_dead": entry.address in dead_addresses.all_dead(),
        }  # fmt: skip

    @page("<int:pk>/settle/", "bounce_settle", may=MAY_RUN, posts=True)
    def settle(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take a person's word that nothing is left to do about an address."""
        bounce = get_object_or_404(Bounce, pk=pk)
        if noting.settle(bounce, request.user):
            messages.success(
                request, gettext("Letters go to %(address)s again.") % {"address": bounce.address}
            )
        return to_page_of(bounce)

    @page("<int:pk>/dead/", "bounce_dead", may=MAY_RUN, posts=True)
    def declare_dead(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take a person's word that an address is none."""
        bounce = get_object_or_404(Bounce, pk=pk)
        if noting.declare_dead(bounce, request.user):
            words = gettext("No letter goes to %(address)s any more.")
            messages.success(request, words % {"address": bounce.address})
        return to_page_of(bounce)

    @admin.display(description=_("address"), ordering="address")
    def shown_address(self, bounce: Bounce) -> str | SafeString:
        return with_note(bounce.address, bounce.words)

    @admin.display(description=_("counterparty"))
    def of_counterparty(self, bounce: Bounce) -> str:
        delivery = _delivery_of(bounce)
        return str(delivery.counterparty) if delivery else "—"

    @admin.display(description=_("counterparty"))
    def company(self, bounce: Bounce) -> str | SafeString:
        delivery = _delivery_of(bounce)
        return link_to(delivery.counterparty) if delivery else "—"

    @admin.display(description=_("letter"))
    def letter_itself(self, bounce: Bounce) -> str | SafeString:
        return link_to(bounce.letter) if bounce.letter else "—"


def _delivery_of(bounce: Bounce) -> Delivery | None:
    """Return the delivery whose letter it was; None for an invitation and for others."""
    letter = getattr(bounce.letter, "delivery", None)
    return letter.step.delivery if letter else None
