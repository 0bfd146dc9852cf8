"""The wording of the month's letter: its versions, and a new one, tried with a real act before it counts."""

from dataclasses import replace
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from accounts.models import Counterparty, Language
from accounts.search_text import with_words
from letters import outbox
from reconciliation.admin_kit.read_only import ReadOnlyAdmin
from reconciliation.errors import PortalError
from reconciliation.models import IssuedAct, LetterTemplate
from reconciliation.months.letter import wording
from reconciliation.months.letter.composing import Composer, compose
from reconciliation.months.letter.wording import Wording
from reconciliation.printing.formats import language_of


class WordingForm(forms.Form):
    """A subject and a text, and whose act they are tried with."""

    subject = forms.CharField(label=_("Subject"), max_length=200, widget=UnfoldAdminTextInputWidget)
    text = forms.CharField(
        label=_("Text"), max_length=5000, widget=UnfoldAdminTextareaWidget(attrs={"rows": 10})
    )
    company = forms.CharField(
        label=_("Try it with the counterparty"), required=False, widget=UnfoldAdminTextInputWidget,
        help_text=_("Name or tax number. Left empty: whoever got the newest act."),
    )  # fmt: skip

    def clean_subject(self) -> str:
        return self._checked("subject")

    def clean_text(self) -> str:
        return self._checked("text")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors and not wording.names_the_balance(cleaned["subject"], cleaned["text"]):
            self.add_error("text", gettext("The letter has to say who owes whom: {sentence} is missing."))
        return cleaned

    def _checked(self, name: str) -> str:
        text: str = self.cleaned_data[name]
        if found := list(wording.problems(text)):
            raise forms.ValidationError([*found, gettext("The placeholders are listed on this page.")])
        return text


@admin.register(LetterTemplate)
class LetterTemplateAdmin(ReadOnlyAdmin):
    """Versions are looked at; a change is a new version."""

    list_display = ("subject", "language", "made_at", "made_by", "is_in_force")
    list_filter = ("language",)
    list_select_related = ("made_by",)
    list_before_template = "admin/months/wordings.html"
    fields = ("language", "subject", "text", "made_at", "made_by")

    def get_queryset(self, request: HttpRequest) -> QuerySet[LetterTemplate]:
        """Return the versions, each with whether there is a newer one."""
        rows: QuerySet[LetterTemplate] = super().get_queryset(request)
        newer = LetterTemplate.objects.filter(language=OuterRef("language"), pk__gt=OuterRef("pk"))
        return rows.annotate(is_old=Exists(newer))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("reconciliation.add_lettertemplate"))

    def of_list(self, request: HttpRequest) -> dict[str, Any]:
        return {"letters": _in_force(), "may_add": self.has_add_permission(request)}

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Write a new version; it is tried as often as one likes before it comes into force."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        language = Language(_language(request))
        with override(language):
            now = wording.current(language_of(language))
        form = WordingForm(request.POST or None, initial={"subject": now.subject, "text": now.text})
        shown = self._context(request, form, language)
        if request.method != "POST" or not form.is_valid():
            return render(request, "admin/months/wording.html", shown, status=422 if form.errors else 200)
        words = Wording(form.cleaned_data["subject"], form.cleaned_data["text"])
        if "keep" in request.POST:
            LetterTemplate.objects.create(
                language=language,
                subject=words.subject,
                text=words.text,
                made_by=request.user,  # type: ignore[misc]  # staff are logged in
            )
            messages.success(request, gettext("The next letters have this wording."))
            return redirect("admin:reconciliation_lettertemplate_changelist")
        return self._try(request, form, words, language, shown)

    def _try(
        self, request: HttpRequest, form: WordingForm, words: Wording, language: Language, shown: Any
    ) -> HttpResponse:
        """Show the letter, or send it to whoever asks."""
        act = _act_of(form.cleaned_data["company"])
        if act is None:
            form.add_error("company", gettext("There is no act of such a counterparty yet."))
        elif "test" in request.POST:
            _send(request, act, words)
        if act:
            shown |= {"tried": compose(act, language_of(language), words), "act": act}
        return render(request, "admin/months/wording.html", shown, status=422 if form.errors else 200)

    def _context(self, request: HttpRequest, form: WordingForm, language: Language) -> dict[str, Any]:
        own: dict[str, Any] = self.admin_site.each_context(request)
        named = {f"{{{name}}}": what for name, what in wording.PLACEHOLDERS.items()}
        return own | {
            "title": gettext("Wording of the letter: %(language)s") % {"language": language.label},
            "opts": self.opts, "form": form, "language": language, "languages": Language,
            "placeholders": named,
        }  # fmt: skip

    @admin.display(description=_("in force"), boolean=True)
    def is_in_force(self, template: Any) -> bool:
        return not template.is_old


def _language(request: HttpRequest) -> str:
    asked = request.GET.get("language", "")
    return asked if asked in Language.values else Language.RU


def _in_force() -> list[tuple[Language, Wording]]:
    found = []
    for language in Language:
        with override(language):
            found.append((language, wording.current(language_of(language))))
    return found


def _act_of(company: str) -> IssuedAct | None:
    """Return the newest act of the counterparty that is meant; of anybody when none is."""
    acts = IssuedAct.objects.filter(is_current=True).order_by("-pk")
    if company.strip():
        acts = acts.filter(counterparty__in=with_words(Counterparty.objects.all(), company))
    return acts.select_related("counterparty").first()


def _send(request: HttpRequest, act: IssuedAct, words: Wording) -> None:
    to = request.user.email  # type: ignore[union-attr]  # staff are logged in
    try:
        draft, _template = Composer([act], words).draft(act, [to])
        subject = gettext("Test: %(subject)s") % {"subject": draft.subject}
        outbox.queue([replace(draft, kind="test", subject=subject, is_bulk=False)])
    except PortalError as error:
        messages.error(request, f"{error.title}. {error.for_staff or error.what_happened}")
    else:
        messages.success(request, gettext("A test is on its way to %(address)s.") % {"address": to})
