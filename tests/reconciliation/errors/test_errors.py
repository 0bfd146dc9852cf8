"""Every error has words for the counterparty and for the administrator, in both languages."""

from collections.abc import Iterator

import pytest
from django.utils import translation

from jobs import errors as base
from letters import errors as mail_errors
from reconciliation import errors
from reconciliation.errors import PortalError, ReasonedError

BASES = {
    errors.PortalError,
    errors.ReasonedError,
    errors.TransportError,
    errors.OneCError,
    errors.Bitrix24Error,
    mail_errors.MailError,
}
"""Never raised themselves."""


def every_error() -> Iterator[PortalError]:
    for kind in {**vars(errors), **vars(mail_errors), **vars(base)}.values():
        if not (isinstance(kind, type) and issubclass(kind, PortalError)) or kind in BASES:
            continue
        if issubclass(kind, ReasonedError):
            yield from (kind(reason, "detail") for reason in kind.reasons)
        else:
            yield kind("detail")


def words(error: PortalError, language: str) -> list[str]:
    parts = (error.title, error.what_happened, error.what_to_do, error.what_was_kept, error.for_staff)
    with translation.override(language):
        return [str(part) for part in parts if part]


@pytest.mark.parametrize("error", list(every_error()), ids=lambda error: error.kind)
def test_every_error_is_explained_in_both_languages(error: PortalError) -> None:
    english, russian = words(error, "en"), words(error, "ru")
    assert len(english) == len(russian) >= 4
    assert english[0] != words(PortalError(), "en")[0]
    for ours, theirs in zip(english, russian, strict=True):
        assert ours != theirs
        assert any("а" <= letter <= "я" for letter in theirs.lower())


def test_a_command_line_reads_what_to_change_and_the_detail_in_one_line() -> None:
    error = errors.OneCSetupError("not_configured", "HTTP\n404")
    with translation.override("en"):
        assert error.one_line() == (
            "The portal cannot ask 1C at the moment. ONEC_BASE_URL is not set. (HTTP 404)"
        )
