"""How the portal logs: one line an event, keys masked, a request id on each line."""

import logging
import re
from contextvars import ContextVar
from urllib.parse import quote

SHORTEST_SECRET = 4
"""What is shorter would blot out harmless words."""

_hidden: tuple[str, ...] = ()

request_id: ContextVar[str] = ContextVar("request_id", default="-")


def reference() -> str | None:
    """Return the id of the request that is being answered, for the audit log."""
    current = request_id.get()
    return current if current != "-" else None


_AFTER_NAME = r"['\"]?\s*[:=,]\s*(?:b?['\"])?"
_SECRETS = re.compile(
    # A header may hold two ways of showing who one is: everything up to its end is masked.
    rf"(?i)(authorization{_AFTER_NAME})[^'\"\r\n]+"
    rf"|((?:x-api-key|api_key|ibsession){_AFTER_NAME}(?!start\b))[^&\s'\",;]+"
    r"|(://[^/\s:@]*:)[^/\s]+(?=@)"
)


def hide(secret: str) -> None:
    """Have every occurrence of `secret`, as it is and as it stands in a URL or a repr, masked from now on."""
    global _hidden  # noqa: PLW0603  # set at start-up, read on every line
    if len(secret) >= SHORTEST_SECRET:
        spelled = {*_hidden, secret, quote(secret, safe=""), quote(secret), repr(secret)[1:-1]}
        # The longest first: one secret may begin like another.
        _hidden = tuple(sorted(spelled, key=len, reverse=True))


def mask(text: str) -> str:
    """Return `text` with the values of keys, passwords and sessions replaced by ***."""
    for secret in _hidden:
        text = text.replace(secret, "***")
    return _SECRETS.sub(lambda found: f"{found[1] or found[2] or found[3]}***", text)


class MaskingFormatter(logging.Formatter):
    """Masks after everything else, so that tracebacks and arguments are masked too."""

    def format(self, record: logging.LogRecord) -> str:
        record.request_id = request_id.get()
        if record.name == "django.request" and record.levelno < logging.ERROR:
            # A refusal is one line: where in the code it was raised helps nobody.
            record.exc_info = record.exc_text = None
        return mask(super().format(record))


class MaskingFilter(logging.Filter):
    """Masks the message itself, for whoever else may listen: another handler, an error tracker."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = mask(record.getMessage()), ()
        return True
