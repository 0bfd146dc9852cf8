"""Counterparties as a file: bring one in, see each row's fate, apply it; take one out."""

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminFileFieldWidget

from reconciliation import tasks
from reconciliation.admin_kit.pages import to_page_of
from reconciliation.admin_kit.table_downloads import as_csv, as_xlsx
from reconciliation.counterparties.files import importing
from reconciliation.counterparties.files.exporting import Rows, rows_of
from reconciliation.counterparties.files.headings import IMPORTED, headings
from reconciliation.models import DirectoryRun
from reconciliation.tables.reader import LARGEST_BYTES
from reconciliation.tables.writer import Sheet


class FileForm(forms.Form):
    """A file, and whether its empty cells mean anything; it is read in the background."""

    table = forms.FileField(label=_("CSV, XLSX, XLS or ODS file"), widget=UnfoldAdminFileFieldWidget)
    deletes_empty = forms.BooleanField(
        label=_("Empty cells delete what the portal has"),
        required=False,
        help_text=_("You see what would be deleted before anything is."),
    )

    def clean_table(self) -> Any:
        file = self.cleaned_data["table"]
        if file.size > LARGEST_BYTES:
            raise forms.ValidationError(_("The file is over 20 MB. Divide it into several."))
        return file


def bring(model_admin: Any, request: HttpRequest) -> HttpResponse:
    """Ask for a file, and have it checked in the background; nothing is changed yet."""
    form = FileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["table"]
        user: Any = request.user
        run = importing.start_check(
            file.name, file.read(), by=user, deletes_empty=form.cleaned_data["deletes_empty"]
        )
        tasks.enqueue(tasks.continue_runs)
        return to_page_of(run)
    answer: HttpResponse = model_admin.show(
        request, "admin/counterparties/file.html", gettext("Counterparties from a file"),
        status=422 if form.errors else 200, form=form, columns=headings()[: len(IMPORTED)],
    )  # fmt: skip
    return answer


def apply(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """Bring in what a dry run has checked."""
    finished = DirectoryRun.State.FINISHED
    checked = get_object_or_404(
        DirectoryRun, pk=pk, kind=DirectoryRun.Kind.FILE, is_dry_run=True, state=finished
    )
    run = importing.start_import(checked, by=request.user)  # type: ignore[arg-type]  # staff are logged in
    tasks.enqueue(tasks.continue_runs)
    return to_page_of(run)


def take_out(rows: Rows, file_format: str) -> HttpResponseBase:
    """Return the counterparties as a download. Raises Http404 for a format that there is not."""
    title = gettext("Counterparties")
    name = f"{title} {timezone.localdate()}.{file_format}"
    if file_format == "xlsx":
        return as_xlsx(name, [Sheet(title, rows_of(rows))])
    if file_format != "csv":
        raise Http404
    return as_csv(name, rows_of(rows))
