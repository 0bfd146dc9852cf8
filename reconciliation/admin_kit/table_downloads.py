"""Tables as downloads."""

from collections.abc import Iterable, Iterator

from django.http import FileResponse, StreamingHttpResponse
from django.utils import translation
from django.utils.http import content_disposition_header
from django.utils.translation import get_language

from reconciliation.tables.writer import XLSX, Row, Sheet, csv_lines, xlsx_file


def as_csv(name: str, rows: Iterable[Row]) -> StreamingHttpResponse:
    """Return a table as CSV, in the reader's language, as its rows are read."""
    language = get_language()

    def lines() -> Iterator[bytes]:
        with translation.override(language):  # the view has returned by then
            yield from csv_lines(rows, language)

    answer = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    disposition = content_disposition_header(as_attachment=True, filename=name)
    answer["Content-Disposition"] = disposition or "attachment"
    return answer


def as_xlsx(name: str, sheets: Iterable[Sheet]) -> FileResponse:
    """Return tables as a workbook."""
    return FileResponse(xlsx_file(sheets), as_attachment=True, filename=name, content_type=XLSX)
