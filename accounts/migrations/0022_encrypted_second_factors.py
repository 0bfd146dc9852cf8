"""Encrypt the secrets of second factors, which were kept as they are."""

from typing import Any

from django.db import migrations

from accounts import encryption
from accounts.factor_secrets import changed, decrypt, encrypt


def encrypt_all(apps: Any, _editor: Any) -> None:
    _change(apps, lambda text: text if _is_encrypted(text) else encrypt(text))


def decrypt_all(apps: Any, _editor: Any) -> None:
    _change(apps, lambda text: decrypt(text) if _is_encrypted(text) else text)


def _change(apps: Any, change: Any) -> None:
    for each in apps.get_model("mfa", "Authenticator").objects.exclude(type="webauthn"):
        each.data = changed(each.data, change)
        each.save(update_fields=["data"])


def _is_encrypted(text: str) -> bool:
    """A second run changes nothing."""
    try:
        decrypt(text)
    except encryption.WrongKey:
        return False
    return True


class Migration(migrations.Migration):
    dependencies = [("accounts", "0021_no_empty_guid"), ("mfa", "0003_authenticator_type_uniq")]
    operations = [migrations.RunPython(encrypt_all, decrypt_all, elidable=True)]
