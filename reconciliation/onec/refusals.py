"""What any answer but 200 means: the service's own refusal, the platform's trouble, or another server."""

import codecs
import re
from typing import Any

from reconciliation.errors import (
    InvalidAnswer,
    OneCBusy,
    OneCError,
    OneCFailed,
    OneCSetupError,
    OneCUnknownCounterparty,
)
from reconciliation.http.calls import Reply
from reconciliation.onec.auth import Credentials
from reconciliation.onec.body import read_json
from reconciliation.onec.values import LONGEST_TEXT, text

LONGEST_PAGE = 20_000
"""What is read of a refusal."""
_BUSY = {
    "licence": re.compile(r"лиценз|\blicen[cs]e", re.IGNORECASE),
    "maintenance": re.compile(
        r"(?:начало сеанса|соединение) с информационной базой запрещен|установлена монопольная|"
        r"(?:session|connection)s?\b[^.]{0,60}\b(?:prohibited|forbidden|denied|not allowed|blocked|locked)",
        re.IGNORECASE,
    ),
}
_UNKNOWN = re.compile(
    r"контрагент[^.]{0,80}не найден|counterparty[^.]{0,80}not found|unknown counterparty", re.IGNORECASE
)


def service_error(reply: Reply) -> str | None:
    """Return the service's own {"error": …} text, or None when it has none or somebody else answered."""
    error = _json(reply).get("error")
    return error if isinstance(error, str) else None


def _json(reply: Reply) -> dict[str, Any]:
    """Return a short JSON object, or an empty one: a refusal is never long."""
    if len(reply.body) > LONGEST_PAGE:
        return {}
    try:
        return read_json(reply.body)
    except InvalidAnswer:
        return {}


def is_stale(reply: Reply) -> bool:
    """Whether the platform, not our service, failed on a call that named an old session.

    It may say so by 500, too; that one is tried again anyhow, and without the session.
    """
    return reply.status in (400, 404, 406) and service_error(reply) is None


def refusal_of(reply: Reply, endpoint: str, credentials: Credentials) -> OneCError:
    """Return the error that a refusal stands for; its detail holds none of our secrets."""
    if 300 <= reply.status < 400:
        return OneCSetupError("redirect", f"HTTP {reply.status}")
    own = service_error(reply)
    causes = _causes(reply)
    page = own or "\n".join(causes)
    # The innermost cause is the reason; what wraps it would be cut before that.
    detail = f"HTTP {reply.status}: {plain_text(credentials.mask(own or causes[-1]))}"
    # What the platform says counts whatever its status; what our service says of the question does not.
    if (own is None or reply.status >= 500) and (reason := _busy(page)):
        return OneCBusy(reason, detail)
    if reply.status == 500 and credentials.scheme == "bearer" and _is_stream_error(page):
        return OneCSetupError("bearer", detail)
    # Only an act is asked about somebody: elsewhere any other service may say {"error": "Not found"}.
    if reply.status == 404 and (own is None or endpoint != "act"):
        return OneCSetupError("not_published", detail)
    if reply.status == 200 and endpoint == "act" and _UNKNOWN.search(page):
        return OneCUnknownCounterparty(detail)
    return _by_status(reply.status, own, detail)


def plain_text(page: str) -> str:
    """Return the start of a platform's page or error without its tags, on one line."""
    return text(re.sub(r"<[^<>]*>", " ", page[:LONGEST_PAGE])[:LONGEST_TEXT])[:200]


def _by_status(status: int, own: str | None, detail: str) -> OneCError:
    if status in (502, 504) and own is None:
        return OneCBusy("gateway", detail)
    match status:
        case 400:
            return InvalidAnswer("bad_request", detail)
        case 401 | 403:
            return OneCSetupError("key", detail)
        case 404:
            return OneCUnknownCounterparty(detail)
        case 406 | 429 | 503:
            return OneCBusy("session" if status == 406 else "busy", detail)
    return OneCFailed(detail)


def _busy(page: str) -> str | None:
    """Return why the platform lets nobody in at the moment, in Russian or in English."""
    return next((reason for reason, words in _BUSY.items() if words.search(page)), None)


def _causes(reply: Reply) -> list[str]:
    """Return what the platform's error says, JSON or XML, the innermost cause last; else the page."""
    error, causes = _json(reply).get("exception"), []
    while isinstance(error, dict):
        causes.append(str(error.get("descr") or ""))
        error = error.get("inner")
    page = _decoded(reply.body)
    causes = causes or re.findall(r"<descr>(.*?)</descr>", page, re.DOTALL)
    return [cause for cause in causes if cause.strip()] or [page]


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
