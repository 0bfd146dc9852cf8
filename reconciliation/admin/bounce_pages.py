"""Letters that came back: from which address, why, and a person's word that it works again."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from letters.bounces import noting
from letters.models import Bounce
from reconciliation.admin_kit.read_only import OfCounterparties, posted, with_note
from reconciliation.models import Delivery
from reconciliation.months.admin.month_pages import MAY_RUN


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
    list_display = ("of_counterparty", "shown_address", "kind", "received_at", "settled_at")
    list_display_links = ("shown_address",)
    list_filter = (OpenFilter, "kind")
    list_select_related = ("letter__delivery__step__delivery__counterparty",)
    search_fields = ("letter__delivery__step__delivery__counterparty",)
    change_form_outer_before_template = "admin/months/bounce.html"
    fields = (
        "company", "address", "kind", ("status", "words"), ("received_at", "letter_itself"),
        ("settled_at", "settled_by"),
    )  # fmt: skip

    def get_urls(self) -> list[Any]:
        settle = path("<int:pk>/settle/", self.admin_site.admin_view(self.settle), name="bounce_settle")
        return [settle, *super().get_urls()]

    def of_page(self, request: HttpRequest, entry: Bounce) -> dict[str, Any]:
        return {"may_run": request.user.has_perm(MAY_RUN), "delivery": _delivery_of(entry)}

    @posted(MAY_RUN)
    def settle(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take a person's word that nothing is left to do about an address."""
        bounce = get_object_or_404(Bounce, pk=pk)
        if noting.settle(bounce, request.user):
            messages.success(
                request, gettext("Letters go to %(address)s again.") % {"address": bounce.address}
            )
        return redirect("admin:letters_bounce_change", pk)

    @admin.display(description=_("address"), ordering="address")
    def shown_address(self, bounce: Bounce) -> str | SafeString:
        return with_note(bounce.address, bounce.words) if bounce.words else bounce.address

    @admin.display(description=_("counterparty"))
    def of_counterparty(self, bounce: Bounce) -> str:
        delivery = _delivery_of(bounce)
        return str(delivery.counterparty) if delivery else "—"

    @admin.display(description=_("counterparty"))
    def company(self, bounce: Bounce) -> str | SafeString:
        delivery = _delivery_of(bounce)
        return _link("accounts_counterparty", delivery.counterparty) if delivery else "—"

    @admin.display(description=_("letter"))
    def letter_itself(self, bounce: Bounce) -> str | SafeString:
        return _link("letters_letter", bounce.letter) if bounce.letter else "—"


def _delivery_of(bounce: Bounce) -> Delivery | None:
    """Return the delivery whose letter it was; None for an invitation and for others."""
    letter = getattr(bounce.letter, "delivery", None)
    return letter.step.delivery if letter else None


def _link(page: str, entry: Model) -> SafeString:
    there = reverse(f"admin:{page}_change", args=(entry.pk,))
    return format_html('<a class="underline" href="{}">{}</a>', there, entry)
