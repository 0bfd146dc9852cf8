"""The clients of other services, made once a process from the settings.

The one for Bitrix24 is imported when it is wanted: a process that prints acts does without its library.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache, partial
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.conf import settings

from accounts.models import OrganizationSettings, User
from jobs.deadline import Deadline
from letters.errors import BounceBoxError
from letters.sending import Rules
from letters.sending_hours import SendingHours
from reconciliation.connections import person_slots
from reconciliation.ledger.act import Party
from reconciliation.monitoring import connection_states
from reconciliation.onec.answer import Defaults
from reconciliation.onec.auth import Credentials
from reconciliation.onec.client import OneCClient, OneCConfig
from reconciliation.schedules import working_days

if TYPE_CHECKING:
    from letters.bounces.noting import Read
    from reconciliation.bitrix24.credentials import Credentials as Bitrix24Credentials
    from reconciliation.bitrix24.gateway import Bitrix24, GatewayConfig
    from reconciliation.models import Bitrix24Installation

LONGEST_WAIT_SECONDS = 18.0
Name = connection_states.Name


def onec() -> OneCClient:
    """Return the process's client for 1C, for work in the background and commands."""
    return _onec(onec_config(), os.getpid())


@contextmanager
def onec_for(user: User) -> Iterator[OneCClient]:
    """Give the client to a page: a login has 1C do two things at once at most. Raises TooManyAtOnce."""
    with person_slots.slot(user):
        yield onec()


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


def letter_rules() -> Rules:
    """Return when letters may go, as people have set it."""
    ours = OrganizationSettings.load()
    hours = None
    if ours.letters_wait:
        working_day = partial(working_days.after, days=0, calendar=ours.calendar)
        hours = SendingHours(ours.letters_from, ours.letters_until, working_day)
    return Rules(ours.letters_per_minute, hours, connection_states.note_mail)


def read_bounces(until: Deadline, listener: "Callable[[Read], None]" = lambda _read: None) -> "Read":
    """Read the mailbox for letters that come back, and note how it is doing. Raises BounceBoxError."""
    from letters.bounces.reading import read_box

    try:
        read = read_box(until, listener)
    except BounceBoxError as error:
        connection_states.note_failure(Name.BOUNCES, kind=error.kind, detail=error.detail)
        raise
    connection_states.note_success(Name.BOUNCES)
    return read


def longest_wait() -> float:
    """Return the seconds that 1C may take while a person waits; the page itself is here within 20."""
    return min(float(settings.ONEC_TIMEOUT), LONGEST_WAIT_SECONDS)


def bitrix24() -> "Bitrix24":
    """Return the process's gateway to Bitrix24: the webhook's, or else the installed application's."""
    from reconciliation.bitrix24.credentials import Webhook
    from reconciliation.models import Bitrix24Installation

    if settings.BITRIX24_WEBHOOK_URL:
        return _bitrix24(bitrix24_config(Webhook(settings.BITRIX24_WEBHOOK_URL)), os.getpid())
    installation = Bitrix24Installation.objects.order_by("pk").first()
    return application(installation) if installation else _bitrix24(bitrix24_config(None), os.getpid())


def application(installation: "Bitrix24Installation") -> "Bitrix24":
    """Return the process's gateway for an installed application."""
    return _application(installation.pk, installation.origin, os.getpid())


def bitrix24_config(credentials: "Bitrix24Credentials | None") -> "GatewayConfig":
    """Return what the settings say about Bitrix24."""
    from reconciliation.bitrix24.gateway import GatewayConfig
    from reconciliation.bitrix24.pace import Limits

    limits = Limits(rate=settings.BITRIX24_RATE, burst=settings.BITRIX24_BURST)
    return GatewayConfig(credentials, limits, settings.REDIS_URL, settings.BITRIX24_CA_BUNDLE)


@lru_cache(maxsize=8)
def _bitrix24(config: "GatewayConfig", _process: int) -> "Bitrix24":
    from reconciliation.bitrix24.gateway import Bitrix24

    return Bitrix24(config, listener=connection_states.note_bitrix24)


@lru_cache(maxsize=8)
def _application(number: int, origin: str, process: int) -> "Bitrix24":
    from reconciliation.bitrix24 import oauth
    from reconciliation.bitrix24.credentials import Application
    from reconciliation.bitrix24.rest import Transport
    from reconciliation.connections.tokens import RENEW_SECONDS, StoredTokens

    client = oauth.Client(settings.BITRIX24_CLIENT_ID, settings.BITRIX24_CLIENT_SECRET)
    transport = Transport(settings.BITRIX24_CA_BUNDLE)

    def renew(refresh_token: str) -> oauth.NewTokens:
        return oauth.refresh(transport, client, refresh_token, deadline=Deadline(RENEW_SECONDS))

    credentials = Application(origin, StoredTokens(number, renew))
    return _bitrix24(bitrix24_config(credentials), process)


@lru_cache(maxsize=8)
def _onec(config: OneCConfig, _process: int) -> OneCClient:
    """Make a client; a forked process must not speak over its parent's lines."""
    return OneCClient(config, listener=connection_states.note_onec)
