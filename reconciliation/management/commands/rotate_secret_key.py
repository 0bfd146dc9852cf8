"""`manage.py rotate_secret_key`: encrypt anew, with SECRET_KEY, what one of SECRET_KEY_FALLBACKS encrypted.

After it the old key is needed by nothing that is kept, only by sessions and links that are still out.
"""

from collections.abc import Iterator
from typing import Any

from allauth.mfa.models import Authenticator
from django.apps import apps
from django.core.management.base import CommandError
from django.db import transaction

from accounts import encryption, factor_secrets
from reconciliation.management.portal_command import PortalCommand
from reconciliation.models.encrypted import EncryptedField


class Command(PortalCommand):
    help = "Encrypt tokens and second factors anew with SECRET_KEY, so that the old key can be dropped."

    def run(self, options: dict[str, Any]) -> None:
        unreadable = []
        with transaction.atomic():
            done = sum(_rotate_columns(model, names) for model, names in _models())
            for each in Authenticator.objects.select_for_update().exclude(type=Authenticator.Type.WEBAUTHN):
                try:
                    each.data = factor_secrets.changed(each.data, _anew)
                except encryption.WrongKey:
                    unreadable.append(f"{each.user} ({each.type})")
                    continue
                each.save(update_fields=["data"])
                done += 1
        self.stdout.write(f"Encrypted with SECRET_KEY: {done}.")
        if unreadable:
            raise CommandError(
                f"Left as they are, since no key reads them: {', '.join(unreadable)}. Add the key "
                "that they were made with to SECRET_KEY_FALLBACKS, or remove these second factors."
            )


def _models() -> Iterator[tuple[Any, list[str]]]:
    for model in apps.get_models():
        names = [field.name for field in model._meta.fields if isinstance(field, EncryptedField)]  # noqa: SLF001  # Django's
        if names:
            yield model, names


def _rotate_columns(model: Any, names: list[str]) -> int:
    """Write each row's texts once more; one that cannot be read, which reads as empty, is left as it is."""
    done = 0
    for row in model._default_manager.select_for_update():  # noqa: SLF001  # Django's own API
        if held := [name for name in names if getattr(row, name)]:
            row.save(update_fields=held)
            done += 1
    return done


def _anew(text: str) -> str:
    return factor_secrets.encrypt(factor_secrets.decrypt(text))
