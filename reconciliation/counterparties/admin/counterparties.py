"""Where accountants look after counterparties."""

from functools import partial
from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.admin.exceptions import DisallowedModelAdminLookup
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import BadRequest, PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.defaultfilters import date as format_day
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from accounts.admin import MembershipInline
from accounts.models import Counterparty, User
from accounts.people import viewing
from accounts.search_text import with_words
from reconciliation.admin_kit.columns import link_to, with_note
from reconciliation.admin_kit.pages import WithPages, page
from reconciliation.counterparties.admin import counterparty_actions as actions
from reconciliation.counterparties.admin import counterparty_views as views
from reconciliation.counterparties.admin import file_pages
from reconciliation.counterparties.admin.counterparty_form import CounterpartyForm
from reconciliation.counterparties.admin.counterparty_list import CounterpartyList, StateFilter
from reconciliation.counterparties.admin.counterparty_state import balance_of, labels_of, story_of
from reconciliation.counterparties.admin.invitation_pages import MAY_INVITE
from reconciliation.counterparties.field_names import NOTHING
from reconciliation.counterparties.numbers import FIELDS, doubts_of
from reconciliation.timelines.admin import timeline_pages

MAY_CHANGE = "accounts.change_counterparty"
_changing = partial(page, may=MAY_CHANGE, posts=True)


@admin.register(Counterparty)
class CounterpartyAdmin(WithPages):
    form = CounterpartyForm
    list_display = ("named", "balance_with_date", "last_act_issued", "logins", "state")
    list_filter = (StateFilter,)
    list_filter_submit = True
    show_facets = admin.ShowFacets.NEVER
    search_fields = ("search",)
    search_help_text = _("Any part of a name, tax number, guid or email")
    show_full_result_count = False
    list_per_page = 50
    list_before_template = "admin/counterparties/update.html"
    change_form_outer_before_template = "admin/counterparties/state.html"
    inlines = (MembershipInline,)
    actions = (
        actions.issue_acts, actions.invite, actions.pause, actions.resume, actions.take_onec,
        actions.keep_own, actions.export_xlsx, actions.export_csv,
    )  # fmt: skip
    fieldsets = (
        (None, {"fields": ("onec_guid", "name", ("inn", "kpp"), "bitrix24_company_id")}),
        (_("Acts and letters"), {"fields": ("email", "language", "to_email", "to_drive", "to_task")}),
        (_("Responsible manager"), {"fields": (("manager_name", "bitrix24_manager_id"),)}),
        (_("Pause"), {"fields": (("paused_until", "pause_reason"),)}),
        (_("For colleagues"), {"fields": ("note",)}),
    )

    add_fieldsets = (
        (None, {"fields": ("onec_guid", "without_check", "name", ("inn", "kpp"), "bitrix24_company_id")}),
        *fieldsets[1:],
    )

    update = _changing("update/", "counterparties_update")(views.start_update)
    pick = _changing("pick/", "counterparty_pick")(views.take_over)
    apply_file = _changing("file/<int:pk>/apply/", "counterparties_apply")(file_pages.apply)
    settle = _changing("<int:pk>/settle/", "counterparty_settle")(views.settle)
    this_month = _changing("<int:pk>/this-month/", "counterparty_this_month")(views.issue_this_month)
    status = page("update/status/", "counterparties_update_status", may=MAY_CHANGE)(views.update_status)
    file = page("file/", "counterparties_file", may=MAY_CHANGE)(file_pages.bring)
    timeline = page("<int:pk>/timeline/", "counterparty_timeline")(timeline_pages.of_company)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[CounterpartyList]:
        return CounterpartyList

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Counterparty], search_term: str
    ) -> tuple[QuerySet[Counterparty], bool]:
        return with_words(queryset, search_term), False

    def has_invite_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(MAY_INVITE))

    @page("<int:pk>/view-as/", "counterparty_view_as", may=viewing.MAY_VIEW, posts=True)
    def view_as(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the portal as the counterparty sees it."""
        return viewing.start(request, pk)

    @page("export/<slug:file_format>/", "counterparties_export", may=MAY_CHANGE)
    def export(self, request: HttpRequest, file_format: str) -> HttpResponseBase:
        """Send the counterparties that the list shows, filtered and searched as it is."""
        try:
            shown = self.get_changelist_instance(request)
        except (IncorrectLookupParameters, DisallowedModelAdminLookup):
            raise BadRequest from None
        return file_pages.take_out(shown.get_queryset(request), file_format)

    def of_list(self, request: HttpRequest) -> dict[str, Any]:
        return views.update_context() | {"may_change": self.has_change_permission(request)}

    def of_page(self, request: HttpRequest, entry: Counterparty) -> dict[str, Any]:
        return {"story": story_of(entry)}

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Offer what 1C has; entering by hand is the exception."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        if "by_hand" not in request.GET:
            return views.show_pick(self, request)
        answer: HttpResponse = super().add_view(request, form_url, extra_context)
        return answer

    def get_form(self, request: HttpRequest, *arguments: Any, **options: Any) -> type[CounterpartyForm]:
        form: type[CounterpartyForm] = super().get_form(request, *arguments, **options)
        form.asked_by = cast(User, request.user)  # the class is made anew for each request
        return form

    def save_model(
        self, request: HttpRequest, obj: Counterparty, form: CounterpartyForm, change: bool
    ) -> None:
        """Write what the person changed and nothing else: 1C may have said more since the page was opened."""
        if change and "onec_guid" not in form.changed_data:
            obj.save(update_fields=form.changed_data)
        else:
            obj.save()
        if {*FIELDS} & {*form.changed_data}:
            for words in doubts_of(obj):
                messages.warning(request, words)

    @display(description=_("counterparty"), ordering="name", header=True)  # type: ignore[untyped-decorator]  # of unfold
    def named(self, row: Counterparty) -> list[str]:
        return [str(row), " · ".join(filter(None, [row.inn, row.kpp]))]

    @admin.display(description=_("balance"), ordering="balance")
    def balance_with_date(self, row: Counterparty) -> str:
        return with_note(balance_of(row), format_day(row.balance_on, "d.m.Y"))

    @admin.display(description=_("last act"))
    def last_act_issued(self, row: Any) -> str:
        if not row.last_act:
            return NOTHING
        number = link_to(row.last_act, f"№ {row.last_act.number}")
        return with_note(number, format_day(timezone.localtime(row.last_act.issued_at), "d.m.Y"))

    @admin.display(description=_("people"))
    def logins(self, row: Any) -> str:
        first, *others = row.logins or [NOTHING]
        return with_note(first, others and f"+ {len(others)}")

    @admin.display(description=_("state"))
    def state(self, row: Counterparty) -> str:
        return labels_of(row)
