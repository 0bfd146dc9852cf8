"""Where the portal logs to, and through which masks."""

from typing import Any

LOGS_OF_URLS = ("urllib3.connection", "urllib3.connectionpool", "urllib3.util.retry")
"""Who writes whole URLs; with the `query` scheme these carry the key."""


def logging_config(level: str) -> dict[str, Any]:
    """Return Django's LOGGING: everything to standard error through the masking formatter."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {
                "()": "reconciliation.monitoring.logs.MaskingFormatter",
                "format": "%(asctime)s %(levelname)s %(name)s [%(request_id)s] %(message)s",
            }
        },
        "filters": {"mask": {"()": "reconciliation.monitoring.logs.MaskingFilter"}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django": {"handlers": [], "level": level, "propagate": True},
            "django.server": {"handlers": [], "propagate": True},
            "urllib3": {"level": "WARNING"},
            "httpx": {"level": "WARNING"},
            "xhtml2pdf": {"level": "ERROR"},
            **{name: {"filters": ["mask"]} for name in LOGS_OF_URLS},
        },
    }
