"""A file of an act as a download, for the portal and the admin alike."""

import io
from typing import Any

from allauth.account.adapter import get_adapter
from django.http import FileResponse, Http404, HttpRequest

from accounts.models import Counterparty
from reconciliation.acts import archive
from reconciliation.models import ActDownload, IssuedAct
from reconciliation.printing.formats import language_of


def send_file(act: IssuedAct, file_format: str, request: HttpRequest) -> FileResponse:
    """Return the act's file as a download, and note who took it.

    The address may hold a `language`, and `inline` to have the file shown.

    Raises Http404 for an unknown format or language, FileLost, FileNotDrawn or FileNotKept.
    """
    language = request.GET.get("language") or archive.own_language(act)
    if file_format not in archive.FORMATS or language not in Counterparty.Language:
        raise Http404
    language = language_of(language)
    content = archive.content_of(archive.make(act, file_format, language))
    if request.method == "GET":
        _note(act, file_format, language, request)
    response = FileResponse(
        io.BytesIO(content),
        as_attachment="inline" not in request.GET,
        filename=archive.file_name(act, file_format, language),
        content_type=archive.FORMATS[file_format][0],
    )
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _note(act: IssuedAct, file_format: str, language: str, request: HttpRequest) -> None:
    user: Any = request.user  # whoever gets here is logged in
    address = get_adapter(request).get_client_ip(request)
    ActDownload.objects.create(
        act=act, counterparty_id=act.counterparty_id, format=file_format, language=language,
        user=user, user_name=str(user)[:300], address=address,
    )  # fmt: skip
