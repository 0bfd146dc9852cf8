"""Updates of counterparties: how each went, and what it did with whom."""

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from reconciliation.admin_kit.columns import link_to
from reconciliation.admin_kit.read_only import ReadOnlyAdmin
from reconciliation.counterparties.field_names import describe
from reconciliation.errors.kept import error_of
from reconciliation.models import DirectoryChange, DirectoryRun

Fate = DirectoryRun.Fate


@admin.register(DirectoryRun)
class DirectoryRunAdmin(ReadOnlyAdmin):
    list_display = ("started_at", "shown_kind", "state", "entries", "what_it_did", "started_by")
    list_filter = ("kind", "state")
    list_select_related = ("started_by",)
    shows_progress = True
    change_form_outer_before_template = "admin/counterparties/run.html"
    fields = (
        ("shown_kind", "state"), ("started_at", "ended_at"), ("started_by", "entries"), "what_it_did",
        "what_stopped_it",
    )  # fmt: skip

    @admin.display(description=_("kind"), ordering="kind")
    def shown_kind(self, run: DirectoryRun) -> str:
        kind = f"{run.get_kind_display()} {run.file_name}".strip()
        return gettext("%(kind)s, dry run") % {"kind": kind} if run.is_dry_run else kind

    @admin.display(description=_("what it did"))
    def what_it_did(self, run: DirectoryRun) -> SafeString:
        there = reverse("admin:reconciliation_directorychange_changelist")
        # Of 1C's list those that did not change are only counted; of a file every row is listed.
        listed = [fate for fate in Fate if fate != Fate.UNCHANGED or run.kind == run.Kind.FILE]
        link = '<a class="underline" href="{}?run__id__exact={}&fate__exact={}">{}: {}</a>'
        found = [
            format_html(link, there, run.pk, fate.value, fate.label, run.counts[fate])
            if fate in listed
            else format_html('<span class="quiet">{}: {}</span>', fate.label, run.counts[fate])
            for fate in Fate
            if run.counts.get(fate)
        ]
        return format_html_join(mark_safe("<br>"), "{}", ((line,) for line in found))

    @admin.display(description=_("what stopped it"))
    def what_stopped_it(self, run: DirectoryRun) -> str:
        return error_of(run.problem, run.detail).one_line() if run.problem else ""


@admin.register(DirectoryChange)
class DirectoryChangeAdmin(ReadOnlyAdmin):
    """Reached from a run; `counterparty` links to the one that it is about."""

    list_display = ("shown_name", "inn", "fate", "what", "line", "guid")
    list_display_links = None
    list_filter = ("fate",)
    list_select_related = ("counterparty",)
    search_fields = ("name", "inn", "guid")
    reached_by = "run__id__exact"
    fields = ("run", "counterparty", "inn", "fate", "what", "guid")

    @admin.display(description=_("counterparty"), ordering="name")
    def shown_name(self, change: DirectoryChange) -> str:
        name = change.name or change.guid
        return link_to(change.counterparty, name) if change.counterparty else name

    @admin.display(description=_("what"))
    def what(self, change: DirectoryChange) -> str:
        return describe(change)
