"""The portal's settings as they come from the environment: every name, type, range and default, once.

Whatever cannot work is refused with the setting's name and what is wanted; a value is never repeated,
since it may be a secret.
"""

import contextlib
import difflib
import fcntl
import os
import re
import secrets
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from django.core.exceptions import ImproperlyConfigured
from pydantic import AfterValidator, BeforeValidator, Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from portal.env_checks import (
    Key,
    Lower,
    Upper,
    check_ca_bundle,
    check_currency,
    check_email,
    check_list,
    check_onec,
    check_site,
    check_user,
    check_user_field,
    check_webhook,
    check_zone,
    url,
)

OWN_PREFIXES: Final = (
    "ONEC_",
    "BITRIX24_",
    "ORGANIZATION_",
    "ACT_",
    "ACCOUNTING_",
    "BOUNCE_",
    "INVITATION_",
    "LEAKED_",
    "STAFF_",
    "JOURNAL_",
)
"""In `.env` an unknown name that begins so is a typo; any other is somebody else's."""
NEAR = 0.85
"""How alike a name of the environment is to one of ours that is a typo of it (difflib's ratio)."""
SHORTEST_SECRET_KEY: Final = 50

_OF_A_SERVICE: Final = re.compile(r"_SERVICE_(HOST|PORT)|_PORT(_\d+_(TCP|UDP|SCTP).*)?$|_ENV_")
"""What Kubernetes and Docker tell a container of its neighbours, named after them."""
_LINE: Final = re.compile(r"\s*#|(?:export )?[A-Za-z_]\w*=", re.ASCII)


class Env(BaseSettings):
    """Every variable that the portal reads; `.env.example` explains each. Empty means the default."""

    model_config = SettingsConfigDict(
        case_sensitive=True, extra="ignore", validate_default=False, env_file_encoding="utf-8-sig"
    )

    SECRET_KEY: str = ""
    SECRET_KEY_FALLBACKS: str = ""
    DEBUG: Annotated[bool, BeforeValidator(str.strip)] = False
    ALLOWED_HOSTS: str = ""
    SITE_URL: Annotated[str, AfterValidator(check_site)] = "http://localhost:8000"
    DATABASE_URL: Annotated[str, url("sqlite", "postgres", "postgresql")] = ""
    REDIS_URL: Annotated[str, url("redis", "rediss", "unix")] = ""
    BROKER_URL: Annotated[str, url("redis", "rediss", "unix", "amqp", "amqps")] = ""
    EMAIL_URL: Annotated[
        str, url("smtp", "smtps", "smtp+tls", "smtp+ssl", "consolemail", "filemail", "memorymail")
    ] = "consolemail://"
    DEFAULT_FROM_EMAIL: str = ""
    BOUNCE_ADDRESS: Annotated[str, AfterValidator(check_email)] = ""
    BOUNCE_IMAP_URL: Annotated[str, url("imap", "imaps")] = ""
    ACCOUNTING_EMAIL: Annotated[str, AfterValidator(check_email)] = ""
    TIME_ZONE: Annotated[str, AfterValidator(check_zone)] = "Europe/Moscow"
    LANGUAGE_CODE: Annotated[Literal["ru", "en"], Lower] = "ru"
    TRUSTED_PROXIES: Annotated[int, Field(ge=0, le=10)] = 0
    LOG_LEVEL: Annotated[Literal["debug", "info", "warning", "error"], Lower] = "info"
    MEDIA_ROOT: str = ""

    ERROR_REPORT_DAYS: Annotated[int, Field(ge=1, le=3650)] = 90
    JOURNAL_DAYS: Annotated[int, Field(ge=30, le=36500)] = 1095
    LEAKED_PASSWORDS_URL: Annotated[str, AfterValidator(check_list)] = "https://api.pwnedpasswords.com/range/"
    STAFF_SECOND_FACTOR: Annotated[bool, BeforeValidator(str.strip)] = True
    INVITATION_DAYS: Annotated[int, Field(ge=1, le=365)] = 14

    ORGANIZATION_NAME: str = ""
    ORGANIZATION_INN: str = ""
    DEFAULT_CURRENCY: Annotated[str, Upper, AfterValidator(check_currency)] = "RUB"

    ONEC_BASE_URL: Annotated[str, AfterValidator(check_onec)] = ""
    ONEC_AUTH_SCHEME: Annotated[Literal["bearer", "raw", "x-api-key", "query"], Lower] = "bearer"
    ONEC_API_KEY: Key = ""
    ONEC_BASIC_AUTH: Annotated[Key, AfterValidator(check_user)] = ""
    ONEC_TIMEOUT: Annotated[float, Field(gt=0, le=600, allow_inf_nan=False)] = 18
    ONEC_CONCURRENCY: Annotated[int, Field(ge=1, le=100)] = 4
    ONEC_CA_BUNDLE: Annotated[str, AfterValidator(check_ca_bundle)] = ""
    ACT_PDF_SOURCE: Annotated[Literal["auto", "onec", "portal"], Lower] = "auto"

    BITRIX24_WEBHOOK_URL: Annotated[str, AfterValidator(check_webhook)] = ""
    BITRIX24_ACTS_FOLDER_ID: Annotated[int, Field(ge=0)] = 0
    BITRIX24_COMPANY_GUID_FIELD: Annotated[str, Upper, AfterValidator(check_user_field)] = ""
    BITRIX24_FALLBACK_MANAGER_ID: Annotated[int, Field(ge=0)] = 0
    BITRIX24_TASK_DAYS: Annotated[int, Field(ge=0, le=60)] = 3
    BITRIX24_RATE: Annotated[float, Field(gt=0, le=100, allow_inf_nan=False)] = 2
    BITRIX24_BURST: Annotated[int, Field(ge=1, le=5000)] = 50
    BITRIX24_CA_BUNDLE: Annotated[str, AfterValidator(check_ca_bundle)] = ""
    BITRIX24_CLIENT_ID: Key = ""
    BITRIX24_CLIENT_SECRET: Key = ""

    @model_validator(mode="before")
    @classmethod
    def _drop_empty(cls, given: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in given.items() if value != ""}


NAMES: Final = frozenset(Env.model_fields)


def read(base_dir: Path) -> Env:
    """Return the environment, completed from `.env` in `base_dir`; what is exported wins.

    While `make run` runs, what it runs with comes last: a command typed beside it finds its 1C and Redis.
    Raises ImproperlyConfigured.
    """
    files = [base_dir / ".env"]
    if _is_locked(base_dir / "var" / "laptop.lock"):
        files.insert(0, base_dir / "var" / "laptop.env")
    # systemd says JOURNAL_STREAM, Kubernetes ONEC_SERVICE_HOST: there only what is near to ours is a typo.
    around = {name for name in os.environ if _closest(name, NEAR) and not _OF_A_SERVICE.search(name)}
    _refuse_typos(around.union(*map(_names_in, files)))
    try:
        env = Env(_env_file=[file for file in files if file.is_file()])
    except ValidationError as error:
        raise ImproperlyConfigured("\n".join(map(_sentence, error.errors(include_input=False)))) from None
    if env.SECRET_KEY and len(env.SECRET_KEY) < SHORTEST_SECRET_KEY and not env.DEBUG:
        raise ImproperlyConfigured(
            f"SECRET_KEY is too short: {SHORTEST_SECRET_KEY} random characters at least, or none at all."
        )
    return env


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


def _is_locked(lock: Path) -> bool:
    """Whether somebody holds the lock: what `make run` leaves behind when it is killed does not count."""
    if not lock.is_file():
        return False
    with lock.open() as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _names_in(env_file: Path) -> set[str]:
    """Return the names that a file sets; refuse a line that would be passed over in silence."""
    if not env_file.is_file():
        return set()
    try:
        lines = env_file.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise ImproperlyConfigured(f"{env_file.name} is not UTF-8: save it as UTF-8.") from None
    for number, line in enumerate(lines, 1):
        if line.strip() and not _LINE.match(line):
            raise ImproperlyConfigured(
                f"{env_file.name}, line {number}, is not NAME=value, nor a comment after #."
            )
    return {line.partition("=")[0].removeprefix("export ") for line in lines if "=" in line}


def _closest(name: str, least: float = 0.6) -> str:
    """Return the setting whose name is most like this one, if any is at least so much like it."""
    return next(iter(difflib.get_close_matches(name.upper(), NAMES, n=1, cutoff=least)), "")


def _refuse_typos(names: set[str]) -> None:
    for name in sorted(names - NAMES):
        if name.upper().startswith(OWN_PREFIXES):
            hint = f" Did you mean {close}?" if (close := _closest(name)) else ""
            raise ImproperlyConfigured(f"{name} is no setting of the portal.{hint}")


def _sentence(fault: Any) -> str:
    """Return one fault in plain words: our own, or pydantic's."""
    name, words = fault["loc"][0], fault["msg"].removeprefix("Value error, ")
    return f"{name} {words}" if fault["type"] == "value_error" else f"{name}: {words}."
