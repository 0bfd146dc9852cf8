"""What any answer but 200 means: the service's own refusal, the platform's trouble, or another server."""

import codecs
import re

from reconciliation.errors import (
    InvalidAnswer,
    OneCBusy,
    OneCError,
    OneCFailed,
    OneCSetupError,
    OneCUnknownCounterparty,
)
from reconciliation.http import Reply
from reconciliation.onec.answer import read_json
from reconciliation.onec.auth import Credentials
from reconciliation.onec.values import LONGEST_TEXT, text

LONGEST_PAGE = 20_000
"""What is read of a refusal."""


def service_error(reply: Reply) -> str | None:
    """Return the service's own {"error": …} text, or None when somebody else answered."""
    try:
        error = read_json(reply.body).get("error")
    except InvalidAnswer:
        return None
    return error if isinstance(error, str) else None


def is_stale(reply: Reply) -> bool:
    """Whether the platform, not our service, failed on a call that named an old session.

    It may say so by 500, too; that one is tried again anyhow, and without the session.
    """
    return reply.status in (400, 404, 406) and service_error(reply) is None


def refusal_of(reply: Reply, endpoint: str, credentials: Credentials) -> OneCError:
    """Return the error that a reply other than 200 stands for; its detail holds none of our secrets."""
    if 300 <= reply.status < 400:
        return OneCSetupError("redirect", f"HTTP {reply.status}")
    own = service_error(reply)
    page = own or _decoded(reply.body)
    detail = f"HTTP {reply.status}: {plain_text(credentials.mask(page))}"
    if "лиценз" in page.lower() and reply.status >= 500:
        return OneCBusy("licence", detail)
    if reply.status == 500 and credentials.scheme == "bearer" and _is_stream_error(page):
        return OneCSetupError("bearer", detail)
    # Only an act is asked about somebody: elsewhere any other service may say {"error": "Not found"}.
    if reply.status == 404 and (own is None or endpoint != "act"):
        return OneCSetupError("not_published", detail)
    return _by_status(reply.status, detail)


def plain_text(page: str) -> str:
    """Return the start of a platform's page or error without its tags, on one line."""
    return text(re.sub(r"<[^<>]*>", " ", page[:LONGEST_PAGE])[:LONGEST_TEXT])[:200]


def _by_status(status: int, detail: str) -> OneCError:
    match status:
        case 400:
            return InvalidAnswer("bad_request", detail)
        case 401 | 403:
            return OneCSetupError("key", detail)
        case 404:
            return OneCUnknownCounterparty(detail)
        case 406:
            return OneCBusy("session", detail)
        case 429 | 503:
            return OneCBusy("busy", detail)
    return OneCFailed(detail)


def _is_stream_error(page: str) -> bool:
    lowered = page.lower()
    return ("формат" in lowered and "поток" in lowered) or "stream format" in lowered


def _decoded(body: bytes) -> str:
    """Return the start of a page in UTF-8 or, as older platforms write, in Windows-1251."""
    start = body[:LONGEST_PAGE]
    try:
        return codecs.utf_8_decode(start, "strict", len(start) == len(body))[0]
    except UnicodeDecodeError:
        return start.decode("cp1251", errors="replace")
