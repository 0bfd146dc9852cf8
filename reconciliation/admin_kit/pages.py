"""Pages and buttons of the admin: their addresses, who may use them, and what they say."""

from collections.abc import Callable, Mapping
from functools import partial, wraps
from typing import Any, ClassVar

from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied, ValidationError
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.translation import gettext
from unfold.admin import ModelAdmin

from accounts.models import User

View = Callable[..., Any]
MOST_DIGITS = 18
"""Of a key that the database can look for."""
Button = Callable[[Any, User], str]
"""Does something with an entry for a person and says what was done; nothing when nothing could be done."""


def page(route: str, name: str, *, may: str = "", posts: bool = False) -> Callable[[View], View]:
    """Give a view of the admin its address, below that of the list.

    `may`: the right that it wants; without one, that to look at the entries. `posts`: it changes something.
    """

    def routed(view: View) -> View:
        @wraps(view)
        def answer(self: Any, request: HttpRequest, *arguments: Any, **named: Any) -> Any:
            if not (request.user.has_perm(may) if may else self.has_view_permission(request)):
                raise PermissionDenied
            if not all(is_key(str(each)) for each in named.values() if isinstance(each, int)):
                raise Http404
            if posts and request.method != "POST":
                return HttpResponseNotAllowed(["POST"])
            return view(self, request, *arguments, **named)

        answer.route = (route, name)  # type: ignore[attr-defined]  # read by WithPages
        return answer

    return routed


class WithPages(ModelAdmin):  # type: ignore[misc]  # unfold ships no types
    """Has the pages that `page` marks.

    `buttons`: what those above an entry do, by their name in the address; `may_press` is the right for it.
    `shows_progress`: the panel above an entry is asked for again while the page is open.
    """

    buttons: ClassVar[Mapping[str, Button]] = {}
    may_press = ""
    shows_progress = False

    def get_urls(self) -> list[Any]:
        views: list[Any] = [getattr(type(self), name, None) for name in dir(type(self))]
        routes = [(*view.route, view) for view in views if hasattr(view, "route")]
        if self.buttons:
            do = page("", "", may=self.may_press, posts=True)(type(self).do)
            routes.append(("<int:pk>/do/<slug:action>/", f"{self.opts.model_name}_do", do))
        if self.shows_progress:
            panel = page("", "")(type(self).panel)
            routes.append(("<int:pk>/progress/", f"{self.opts.model_name}_progress", panel))
        wrapped = self.admin_site.admin_view
        own = [path(route, wrapped(partial(view, self)), name=name) for route, name, view in routes]
        return [*own, *super().get_urls()]

    def of_list(self, request: HttpRequest) -> dict[str, Any]:
        """Return what the list shows besides its rows."""
        return {}

    def of_page(self, request: HttpRequest, entry: Any) -> dict[str, Any]:
        """Return what an entry's page shows besides its fields."""
        return {}

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """Refuse a choice of rows that no page of the portal sends; the database would fail over it."""
        if not all(map(is_key, request.POST.getlist("_selected_action"))):
            raise BadRequest
        return super().changelist_view(request, self.of_list(request) | (extra_context or {}))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> Any:
        entry = self.get_object(request, object_id)
        shown = (self.of_page(request, entry) if entry else {}) | (extra_context or {})
        return super().change_view(request, object_id, form_url, shown)

    def changeform_view(
        self, request: HttpRequest, object_id: Any = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        """Refuse an entry of a list that no page of the portal offers: its widget would fail over it."""
        inlines = (name for each in self.inlines for name in each.autocomplete_fields)
        offered = {*self.autocomplete_fields, *inlines}
        for name, value in request.POST.items():
            if value and name.rpartition("-")[2] in offered and not is_key(str(value)):
                raise BadRequest
        return super().changeform_view(request, object_id, form_url, extra_context)

    def panel(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Return the panel above an entry as it is now."""
        entry = get_object_or_404(self.model, pk=pk)
        shown = {"original": entry} | self.of_page(request, entry)
        answer = render(request, self.change_form_outer_before_template, shown)
        if not getattr(entry, "is_under_way", True):  # its fields below have changed, too
            answer["HX-Refresh"] = "true"
        return answer

    def do(self, request: HttpRequest, pk: int, action: str) -> HttpResponse:
        """Do what a button says; what nothing came of is told, too."""
        if action not in self.buttons:
            raise Http404
        entry = get_object_or_404(self.can_be_done_with(), pk=pk)
        try:
            say(request, self.buttons[action](entry, request.user))  # type: ignore[arg-type]  # staff are logged in
        except ValidationError as error:
            messages.warning(request, error.messages[0])
        return to_page_of(entry)

    def can_be_done_with(self) -> QuerySet[Any]:
        """Return the entries that have the buttons."""
        rows: QuerySet[Any] = self.model._default_manager.all()  # noqa: SLF001  # Django's own way
        return rows

    def show(
        self, request: HttpRequest, template: str, title: str, *, status: int = 200, **shown: Any
    ) -> HttpResponse:
        """Return a page in the frame of the admin."""
        frame = self.admin_site.each_context(request) | {"title": title, "opts": self.opts}
        return render(request, template, frame | shown, status=status)


def is_key(text: str) -> bool:
    """Whether a text may be the key of a row."""
    return text.isdecimal() and len(text) <= MOST_DIGITS


def say(request: HttpRequest, words: str) -> None:
    """Tell the person what was done; without words nothing could be done any more."""
    if words:
        messages.success(request, words)
    else:
        messages.warning(request, gettext("Nothing was changed: the state is another by now. Look again."))


def page_of(entry: Model) -> str:
    """Return the name of the page of an entry."""
    return f"admin:{entry._meta.label_lower.replace('.', '_')}_change"  # noqa: SLF001  # Django's own way


def to_page_of(entry: Model) -> HttpResponse:
    """Lead to the page of an entry."""
    return redirect(page_of(entry), entry.pk)
