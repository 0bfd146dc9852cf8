"""Errors that were kept come back with their words."""

import pytest

from reconciliation.errors import OneCBusy, PortalError, TimedOut
from reconciliation.errors.kept import error_of


@pytest.mark.parametrize("error", [TimedOut("after 18 s"), OneCBusy("licence", "HTTP 500"), PortalError("x")])
def test_a_kept_error_says_what_the_first_one_said(error: PortalError) -> None:
    again = error_of(error.kind, error.detail)
    assert type(again) is type(error)
    assert again.one_line() == error.one_line()


@pytest.mark.parametrize("kind", ["Forgotten", "OneCBusy: forgotten", ""])
def test_a_kind_of_an_older_version_is_an_error_all_the_same(kind: str) -> None:
    assert error_of(kind).what_happened == PortalError.what_happened
