"""The tokens of an installed application, renewed by one process for all: a refresh token is good once."""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.utils import timezone

from jobs import rows
from reconciliation.bitrix24.oauth import NewTokens
from reconciliation.errors import Bitrix24Busy, Bitrix24SetupError
from reconciliation.models import Bitrix24Installation

LEASE = timedelta(seconds=30)
"""After which a process that renews is taken for dead; longer than its call may take."""
RENEW_SECONDS = 20.0
SOON = timedelta(seconds=60)
"""A token that runs out so soon is renewed before it is used."""
LOOK_EVERY_SECONDS = 0.1


class StoredTokens:
    """The tokens of one installation, as `bitrix24.credentials.Application` wants them."""

    def __init__(self, installation_id: int, renew: Callable[[str], NewTokens]) -> None:
        """`renew` asks the OAuth server for new tokens, within RENEW_SECONDS."""
        self._id, self._renew = installation_id, renew

    def access(self) -> str:
        """Return the access token, a new one when it runs out. Raises any Bitrix24Error."""
        row = self._row()
        return row.access_token if row.expires_at > timezone.now() + SOON else self.renew(row.access_token)

    def renew(self, refused: str) -> str:
        """Return another token than the one that was refused, whoever renews it. Raises any Bitrix24Error."""
        until = timezone.now() + LEASE
        while timezone.now() < until:
            row = self._row()
            if row.access_token != refused:
                return row.access_token
            if rows.claim_row(row, Bitrix24Installation.objects.all(), LEASE):
                return self._replace(refused, row)
            time.sleep(LOOK_EVERY_SECONDS)
        raise Bitrix24Busy("refresh")

    def _replace(self, refused: str, row: Bitrix24Installation) -> str:
        """Renew under the lease, unless somebody did between the look and the lease."""
        changed: dict[str, Any] = {}
        token = row.access_token
        try:
            if token == refused:
                new = self._renew(row.refresh_token)
                until = timezone.now() + timedelta(seconds=new.seconds)
                changed |= {"access_token": new.access, "refresh_token": new.refresh, "expires_at": until}
                token = new.access
        finally:
            rows.release(row, **changed)  # not when it was installed anew meanwhile
        return token

    def _row(self) -> Bitrix24Installation:
        row = Bitrix24Installation.objects.filter(pk=self._id).first()
        if row is None or not row.refresh_token:
            # Taken away, or encrypted with another SECRET_KEY.
            raise Bitrix24SetupError("token", "no tokens are kept")
        return row
