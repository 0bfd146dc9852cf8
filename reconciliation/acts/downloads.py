"""A file of an act as a download, for the portal and the admin alike."""

import io

from django.http import FileResponse, Http404

from reconciliation.acts import archive
from reconciliation.models import IssuedAct


def send_file(act: IssuedAct, file_format: str) -> FileResponse:
    """Return the act's file as a download. Raises Http404 for an unknown format, FileLost or FileNotKept."""
    if file_format not in archive.FORMATS:
        raise Http404
    response = FileResponse(
        io.BytesIO(archive.read(act, file_format)),
        as_attachment=True,
        filename=archive.file_name(act, file_format),
        content_type=archive.FORMATS[file_format][0],
    )
    response["X-Content-Type-Options"] = "nosniff"
    return response
