"""What Bitrix24's error codes mean; the code counts, since its versions differ in the HTTP status."""

import re
from typing import Final

from reconciliation.errors import (
    Bitrix24Busy,
    Bitrix24Error,
    Bitrix24NameTaken,
    Bitrix24NotFound,
    Bitrix24Refused,
    Bitrix24SetupError,
    Bitrix24Unclear,
)
from reconciliation.monitoring.logs import mask

LONGEST_DETAIL: Final = 300
OVER_BUCKET: Final = "QUERY_LIMIT_EXCEEDED"
OVER_WINDOW: Final = "OPERATION_TIME_LIMIT"
EXPIRED: Final = "EXPIRED_TOKEN"
SETUP: Final = {
    **dict.fromkeys(
        (
            EXPIRED, "NO_AUTH_FOUND", "INVALID_CREDENTIALS", "INVALID_TOKEN", "AUTHORIZATION_ERROR",
            "ERROR_OAUTH", "APPLICATION_NOT_FOUND", "NOT_INSTALLED",
        ),
        "webhook",
    ),
    **dict.fromkeys(("INSUFFICIENT_SCOPE", "INVALID_SCOPE"), "scope"),
    **dict.fromkeys(
        ("ACCESS_DENIED", "ACCESS_ERROR", "USER_ACCESS_ERROR", "ALLOWED_ONLY_INTRANET_USER"), "access"
    ),
    **dict.fromkeys(("ERROR_METHOD_NOT_FOUND", "METHOD_NOT_FOUND"), "method"),
    **dict.fromkeys(("OVERLOAD_LIMIT", "PAYMENT_REQUIRED"), "blocked"),
    "PORTAL_DELETED": "gone",
    "WRONG_AUTH_TYPE": "application",
}  # fmt: skip
BUSY: Final = {OVER_BUCKET: "query_limit", OVER_WINDOW: "operating"}
KINDS: Final[dict[str, type[Bitrix24Error]]] = {
    "DISK_OBJ_22000": Bitrix24NameTaken,
    "ERROR_NOT_FOUND": Bitrix24NotFound,
    "NOT_FOUND": Bitrix24NotFound,
    "INTERNAL_SERVER_ERROR": Bitrix24Unclear,
    "ERROR_UNEXPECTED_ANSWER": Bitrix24Unclear,
}
BY_STATUS: Final = {301: "moved", 302: "moved", 307: "moved", 308: "moved", 401: "webhook", 403: "access"}
BY_PAGE: Final = {403: "gone", 404: "method"}
"""What a page in place of Bitrix24's JSON means, by status."""
PLAN: Final = re.compile(r"commercial|subscription|\bplans\b|тариф|подписк", re.IGNORECASE)
"""Words of a refusal that is about the plan: its code is ACCESS_DENIED, as of one about a person's rights.

Source: “REST API is available only on commercial plans”, mesilov/bitrix24-php-sdk#40.
"""


def refusal_of(code: str, words: str, status: int, *, application: bool = False) -> Bitrix24Error:
    """Return what an error of Bitrix24 means; `code` is empty when the answer is not Bitrix24's JSON."""
    code, detail = code.upper(), plain(f"{status} {code}: {words}" if code else f"{status} {words}")
    if reason := BUSY.get(code) or ("operating" if status == 429 else ""):
        return Bitrix24Busy(reason, detail)
    if reason := _setup_reason(code, words, status):
        return Bitrix24SetupError("token" if application and reason == "webhook" else reason, detail)
    if kind := KINDS.get(code):
        return kind(detail)
    return Bitrix24Unclear(detail) if status >= 500 else Bitrix24Refused(detail)


def _setup_reason(code: str, words: str, status: int) -> str:
    if code == "INVALID_REQUEST" and "https" in words.lower():
        return "insecure"
    if not code and status in BY_PAGE:
        return BY_PAGE[status]
    reason = SETUP.get(code) or BY_STATUS.get(status, "")
    return "plan" if reason == "access" and PLAN.search(words) else reason


def plain(text: object) -> str:
    """Return a text of Bitrix24 in one short line, without markup and secrets."""
    bare = re.sub(r"<[^>]{0,200}>", " ", str(text))
    return mask(" ".join(bare.split()))[:LONGEST_DETAIL]
