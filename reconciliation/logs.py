"""How the portal logs: one line an event, keys masked, a request id on each line."""

import logging
import re
from contextvars import ContextVar
from typing import Any
from urllib.parse import quote

_hidden: set[str] = set()

request_id: ContextVar[str] = ContextVar("request_id", default="-")

_SECRETS = re.compile(
    r"(?i)(api_key=|authorization['\"]?\s*[:=]\s*['\"]?(?:bearer |basic )?|x-api-key['\"]?\s*[:=]\s*['\"]?|ibsession=|://[^/\s:@]+:)"
    r"([^&\s'\",;@]+)"
)


def hide(secret: str) -> None:
    """Have every occurrence of `secret`, as it is and as it stands in a URL, masked from now on."""
    if len(secret) >= 4:
        _hidden.update((secret, quote(secret, safe="")))


def mask(text: str) -> str:
    """Return `text` with the values of keys, passwords and sessions replaced by ***."""
    for secret in _hidden:
        text = text.replace(secret, "***")
    return _SECRETS.sub(r"\1***", text)


class MaskingFormatter(logging.Formatter):
    """Masks after everything else, so that tracebacks and arguments are masked too."""

    def format(self, record: logging.LogRecord) -> str:
        record.request_id = request_id.get()
        return mask(super().format(record))


def logging_config(level: str) -> dict[str, Any]:
    """Return Django's LOGGING: everything to standard error through the masking formatter."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {
                "()": "reconciliation.logs.MaskingFormatter",
                "format": "%(asctime)s %(levelname)s %(name)s [%(request_id)s] %(message)s",
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django": {"handlers": [], "level": level, "propagate": True},
            "django.server": {"handlers": [], "propagate": True},
            # Its debug lines hold whole URLs; with the `query` scheme these carry the key.
            "urllib3": {"level": "WARNING"},
            "xhtml2pdf": {"level": "ERROR"},
        },
    }
