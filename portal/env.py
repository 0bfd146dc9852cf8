"""The portal's settings as they come from the environment: read once, typed, typos refused."""

import contextlib
import difflib
import os
import re
import secrets
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import environ
from django.core.exceptions import ImproperlyConfigured

NAMES: Final = frozenset(
    """
    SECRET_KEY DEBUG ALLOWED_HOSTS SITE_URL DATABASE_URL REDIS_URL EMAIL_URL DEFAULT_FROM_EMAIL
    TIME_ZONE LANGUAGE_CODE ACCOUNTING_EMAIL MEDIA_ROOT LOG_LEVEL
    ONEC_BASE_URL ONEC_AUTH_SCHEME ONEC_API_KEY ONEC_BASIC_AUTH ONEC_TIMEOUT ONEC_CONCURRENCY
    ONEC_CA_BUNDLE ACT_PDF_SOURCE
    BITRIX24_WEBHOOK_URL BITRIX24_ACTS_FOLDER_ID BITRIX24_COMPANY_GUID_FIELD BITRIX24_CLIENT_ID
    BITRIX24_CLIENT_SECRET
    ORGANIZATION_NAME ORGANIZATION_INN DEFAULT_CURRENCY
    """.split()
)
"""Every variable that the portal reads; `.env.example` explains each."""

OWN_PREFIXES: Final = ("ONEC_", "BITRIX24_", "ORGANIZATION_", "ACT_", "ACCOUNTING_")

LINE: Final = re.compile(r"\s*#|(?:export )?[A-Za-z_]\w*=", re.ASCII)


class Env(environ.Env):  # type: ignore[misc]  # django-environ ships no types
    """django-environ with choices, and with typos in our own names refused."""

    def get_value(
        self, var: str, cast: Any = None, default: Any = environ.Env.NOTSET, parse_default: bool = False
    ) -> Any:
        """Return a value as it is written: a key may begin with $, which is no other variable's name here."""
        given = os.environ.get(var, "")
        if given.startswith("$"):
            return self.parse_value(given, cast)
        return super().get_value(var, cast, default, parse_default)

    def choice(self, name: str, allowed: tuple[str, ...], default: str) -> str:
        """Return one of `allowed`, whatever case it was written in."""
        value = str(self.str(name, default=default)).strip().lower()
        if value not in allowed:
            raise ImproperlyConfigured(f"{name} is “{value}”; it must be one of: {', '.join(allowed)}.")
        return value

    def positive(self, name: str, default: float, *, most: float) -> float:
        """Return a number above zero and at most `most`."""
        try:
            value = float(self.str(name, default=str(default)))
        except ValueError:
            raise ImproperlyConfigured(f"{name} must be a number.") from None
        if not 0 < value <= most:
            raise ImproperlyConfigured(f"{name} is {value:g}; it must be above 0 and at most {most:g}.")
        return value

    def count(self, name: str, default: int, *, most: int) -> int:
        """Return a whole number above zero and at most `most`."""
        value = str(self.str(name, default=str(default))).strip()
        if not (value.isascii() and value.isdecimal()) or not 0 < int(value[:9]) <= most:
            raise ImproperlyConfigured(f"{name} must be a whole number from 1 to {most}.")
        return int(value)

    def address(self, name: str, schemes: tuple[str, ...]) -> str:
        """Return a URL of one of the schemes, or an empty text."""
        value = str(self.str(name, default=""))
        if value and value.partition("://")[0] not in schemes:
            raise ImproperlyConfigured(
                f"{name} must begin with one of: {', '.join(s + '://' for s in schemes)}."
            )
        return value

    def zone(self, name: str, default: str) -> str:
        """Return the name of a time zone that exists."""
        value = str(self.str(name, default=default))
        try:
            ZoneInfo(value)
        except (ValueError, OSError, ZoneInfoNotFoundError):
            raise ImproperlyConfigured(
                f"{name} is “{value}”, which is no time zone; try Europe/Moscow."
            ) from None
        return value


def read(base_dir: Path) -> Env:
    """Return the environment, completed from `.env` in `base_dir`; what is exported wins.

    While `make run` runs, what it runs with comes last: a command typed beside it finds its 1C and Redis.
    """
    for env_file in (base_dir / ".env", base_dir / "var" / "laptop.env"):
        if env_file.is_file():
            refuse_unreadable(env_file)
            Env.read_env(str(env_file))
    refuse_typos()
    return Env()


def kept_secret(file: Path) -> str:
    """Return the installation's own random key, made once; nobody else on the machine may read it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    if not file.exists():
        # Written whole before it bears its name: of two that start at once, one key wins.
        draft = file.with_name(f"{file.name}.{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(50))
        with contextlib.suppress(FileExistsError):
            os.link(draft, file)
        draft.unlink()
    return file.read_text().strip()


def refuse_unreadable(env_file: Path) -> None:
    """Raise ImproperlyConfigured for a line that would be passed over in silence."""
    for number, line in enumerate(env_file.read_text(encoding="utf-8").splitlines(), 1):
        if line.strip() and not LINE.match(line):
            raise ImproperlyConfigured(
                f"{env_file.name}, line {number}, is not NAME=value, nor a comment after #."
            )


def refuse_typos() -> None:
    """Raise ImproperlyConfigured for a variable that looks like ours and is not."""
    for name in os.environ:
        if name.upper().startswith(OWN_PREFIXES) and name not in NAMES:
            close = difflib.get_close_matches(name.upper(), NAMES, n=1)
            hint = f" Did you mean {close[0]}?" if close else ""
            raise ImproperlyConfigured(f"{name} is no setting of the portal.{hint}")
