"""A person's own data as a file; for an administrator, anybody's, and its erasure."""

import json
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from accounts import journal
from accounts.models import User
from reconciliation.personal_data.collecting import collect
from reconciliation.personal_data.erasing import erase

MAY_ERASE = "accounts.delete_user"


@require_safe
@login_required
def my_data(request: HttpRequest) -> HttpResponse:
    """Return all that the portal holds about whoever asks."""
    return _file(cast(User, request.user), by=None)


def data_of(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """Return what the portal holds about a person, for an administrator who was asked for it."""
    return _file(_person(request, pk), by=cast(User, request.user))


def erase_person(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """Ask whether a person is to be erased; do it when the email was typed again."""
    person = _person(request, pk)
    is_typed = request.POST.get("email", "").strip().lower() == person.email
    if request.method == "POST" and is_typed:
        erase(person, by=cast(User, request.user))
        messages.success(request, gettext("The person is erased; the acts are as they were."))
        return redirect("admin:accounts_user_change", pk)
    is_wrong, typed = request.method == "POST", request.POST.get("email", "")
    answer: HttpResponse = model_admin.show(
        request, "admin/people/erase.html", gettext("Erase a person's data"),
        status=422 if is_wrong else 200, person=person, is_wrong=is_wrong, typed=typed,
    )  # fmt: skip
    return answer


def _person(request: HttpRequest, pk: int) -> User:
    """Return a person whose data this user may take out and erase: nobody's who administers, too."""
    person = get_object_or_404(User, pk=pk)
    if person.is_superuser or person == request.user:
        raise PermissionDenied
    return person


def _file(person: User, *, by: User | None) -> HttpResponse:
    content = json.dumps(collect(person), cls=DjangoJSONEncoder, ensure_ascii=False, indent=2)
    journal.note(journal.Kind.EXPORTED, person=person, by=by)
    answer = HttpResponse(content, content_type="application/json; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="person-{person.pk}.json"'
    return answer
