"""A file of an act as a download, for the portal and the admin alike."""

import io

from django.http import FileResponse, Http404, QueryDict

from accounts.models import Counterparty
from reconciliation.acts import archive
from reconciliation.models import IssuedAct
from reconciliation.printing.formats import language_of


def send_file(act: IssuedAct, file_format: str, asked: QueryDict) -> FileResponse:
    """Return the act's file as a download; `asked` may hold a `language`, and `inline` to have it shown.

    Raises Http404 for an unknown format or language, FileLost, FileNotDrawn or FileNotKept.
    """
    language = asked.get("language") or archive.own_language(act)
    if file_format not in archive.FORMATS or language not in Counterparty.Language:
        raise Http404
    language = language_of(language)
    response = FileResponse(
        io.BytesIO(archive.read(act, file_format, language)),
        as_attachment="inline" not in asked,
        filename=archive.file_name(act, file_format, language),
        content_type=archive.FORMATS[file_format][0],
    )
    response["X-Content-Type-Options"] = "nosniff"
    return response
