"""Letters that came back: from which address, why, and a person's word that it works again."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from reconciliation.admin.months import MAY_RUN
from reconciliation.admin.reading import OfCounterparties, posted, with_note
from reconciliation.distribution.bounces import noting
from reconciliation.models import Bounce


class OpenFilter(admin.SimpleListFilter):
    """Those that nobody has settled."""

    title = _("what is left to do")
    parameter_name = "settled"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("no", _("needs a person")), ("yes", _("put right"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Bounce]) -> QuerySet[Bounce]:
        if self.value() not in ("no", "yes"):
            return queryset
        return queryset.filter(settled_at__isnull=self.value() == "no")


@admin.register(Bounce)
class BounceAdmin(OfCounterparties):
    list_display = ("counterparty", "shown_address", "kind", "received_at", "settled_at")
    list_display_links = ("shown_address",)
    list_filter = (OpenFilter, "kind")
    list_select_related = ("counterparty",)
    change_form_outer_before_template = "admin/months/bounce.html"
    fields = (
        "company", "address", "kind", ("status", "words"), ("received_at", "delivery"),
        ("settled_at", "settled_by"),
    )  # fmt: skip

    def get_urls(self) -> list[Any]:
        settle = path("<int:pk>/settle/", self.admin_site.admin_view(self.settle), name="bounce_settle")
        return [settle, *super().get_urls()]

    def of_page(self, request: HttpRequest, entry: Bounce) -> dict[str, Any]:
        return {"may_run": request.user.has_perm(MAY_RUN)}

    @posted(MAY_RUN)
    def settle(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take a person's word that nothing is left to do about an address."""
        bounce = get_object_or_404(Bounce, pk=pk)
        if noting.settle(bounce, request.user):  # type: ignore[arg-type]  # staff are logged in
            messages.success(
                request, gettext("Letters go to %(address)s again.") % {"address": bounce.address}
            )
        return redirect("admin:reconciliation_bounce_change", pk)

    @admin.display(description=_("address"), ordering="address")
    def shown_address(self, bounce: Bounce) -> str | SafeString:
        return with_note(bounce.address, bounce.words) if bounce.words else bounce.address

    @admin.display(description=_("counterparty"))
    def company(self, bounce: Bounce) -> SafeString:
        there = reverse("admin:accounts_counterparty_change", args=(bounce.counterparty_id,))
        return format_html('<a class="underline" href="{}">{}</a>', there, bounce.counterparty)

    @admin.display(description=_("delivery"))
    def delivery(self, bounce: Bounce) -> SafeString:
        there = reverse("admin:reconciliation_delivery_change", args=(bounce.step.delivery_id,))
        return format_html('<a class="underline" href="{}">{}</a>', there, bounce.step.run)
