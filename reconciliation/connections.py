"""The clients of other services, made once a process from the settings."""

import os
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.conf import settings

from reconciliation import connection_states
from reconciliation.ledger.act import Party
from reconciliation.onec.answer import Defaults
from reconciliation.onec.auth import Credentials
from reconciliation.onec.client import OneCClient, OneCConfig

LONGEST_WAIT = 18.0


def onec() -> OneCClient:
    """Return the process's client for 1C."""
    return _onec(onec_config(), os.getpid())


def onec_config() -> OneCConfig:
    """Return what the settings say about 1C."""
    return OneCConfig(
        base_url=settings.ONEC_BASE_URL,
        credentials=Credentials(settings.ONEC_AUTH_SCHEME, settings.ONEC_API_KEY, settings.ONEC_BASIC_AUTH),
        defaults=Defaults(
            organization=Party(settings.ORGANIZATION_NAME, settings.ORGANIZATION_INN),
            currency=settings.DEFAULT_CURRENCY,
            zone=ZoneInfo(settings.TIME_ZONE),
        ),
        timeout=settings.ONEC_TIMEOUT,
        concurrency=settings.ONEC_CONCURRENCY,
        pdf_source=settings.ACT_PDF_SOURCE,
        ca_bundle=settings.ONEC_CA_BUNDLE,
        redis_url=settings.REDIS_URL,
    )


def longest_wait() -> float:
    """Return the seconds that 1C may take while a person waits; the page itself is here within 20."""
    return min(float(settings.ONEC_TIMEOUT), LONGEST_WAIT)


@lru_cache(maxsize=8)
def _onec(config: OneCConfig, _process: int) -> OneCClient:
    """Make a client; a forked process must not speak over its parent's lines."""
    return OneCClient(config, told=connection_states.note_onec)
