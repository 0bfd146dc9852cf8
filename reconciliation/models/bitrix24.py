"""The portal as an application installed in Bitrix24."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from jobs.rows import Leased
from reconciliation.models.encrypted import EncryptedField


class Bitrix24Installation(Leased):
    """One Bitrix24 that has installed the portal, and its tokens, which are good for an hour each.

    One process at a time renews them: the refresh token is good once.
    """

    member_id = models.CharField(_("number of the Bitrix24"), max_length=64, unique=True)
    """What Bitrix24 calls itself; its address may change."""
    origin = models.CharField(_("address"), max_length=255)
    access_token = EncryptedField()
    refresh_token = EncryptedField()
    application_token = EncryptedField()
    """What Bitrix24 shows with each event, so that nobody else's is taken."""
    expires_at = models.DateTimeField()

    class Meta:
        verbose_name = _("installation in Bitrix24")
        verbose_name_plural = _("installations in Bitrix24")

    def __str__(self) -> str:
        return self.origin
