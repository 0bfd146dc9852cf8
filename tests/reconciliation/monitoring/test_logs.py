"""What is logged gives no key away, and every line says which request it belongs to."""

import io
import logging
import logging.config
import sys
from collections.abc import Iterator

import pytest

from portal.log_config import LOGS_OF_URLS, logging_config
from reconciliation.monitoring import logs
from reconciliation.monitoring.logs import MaskingFormatter, hide, mask

KEY = "s3cret/key+ü"


@pytest.fixture(autouse=True)
def _hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "_hidden", ())


@pytest.fixture
def log() -> Iterator[tuple[logging.Logger, io.StringIO]]:
    """A logger as the portal's configuration makes it, and what it has written."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(MaskingFormatter(logging_config("DEBUG")["formatters"]["line"]["format"]))
    logger = logging.getLogger("reconciliation.test")
    logger.setLevel(logging.DEBUG)
    logger.addHandler(handler)
    yield logger, written
    logger.removeHandler(handler)


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("GET /act?api_key=abc&date_from=2024-01-01", "GET /act?api_key=***&date_from=2024-01-01"),
        ("Authorization: Bearer abc", "Authorization: ***"),
        ("Authorization: Basic dTpw, abc", "Authorization: ***"),
        ("{'Authorization': 'Basic dTpw, Bearer abc', 'A': 'x'}", "{'Authorization': '***', 'A': 'x'}"),
        ("[('authorization', b'Bearer abc')]", "[('authorization', b'***')]"),
        ("X-API-Key: abc", "X-API-Key: ***"),
        ('{"X-API-Key": "abc"}', '{"X-API-Key": "***"}'),
        ("ONEC_API_KEY=abc", "ONEC_API_KEY=***"),
        ("Cookie: ibsession=5f; other=1", "Cookie: ibsession=***; other=1"),
        ("IBSession: start", "IBSession: start"),
        ("redis://:abc@127.0.0.1:6379/0", "redis://:***@127.0.0.1:6379/0"),
        ("postgres://me:a:b@c@db/portal", "postgres://me:***@db/portal"),
        ("http://127.0.0.1:8000/acts/", "http://127.0.0.1:8000/acts/"),
        ("at 10:30: all well", "at 10:30: all well"),
    ],
)  # fmt: skip
def test_keys_passwords_and_sessions_are_masked_and_nothing_else(text: str, masked: str) -> None:
    assert mask(text) == masked


def test_a_hidden_secret_is_masked_however_it_is_spelled() -> None:
    hide(KEY)
    for spelled in (KEY, "s3cret%2Fkey%2B%C3%BC", "s3cret/key%2B%C3%BC"):
        assert mask(f"see {spelled} there") == "see *** there"


def test_what_is_too_short_to_be_a_secret_blots_out_nothing() -> None:
    hide("")
    hide("act")
    assert mask("the act") == "the act"


def test_messages_arguments_and_tracebacks_are_masked(log: tuple[logging.Logger, io.StringIO]) -> None:
    logger, written = log
    hide(KEY)
    try:
        raise ValueError(KEY)
    except ValueError:
        logger.exception("it broke with %s", KEY)
    assert "ValueError: ***" in written.getvalue()
    assert KEY not in written.getvalue()


def test_each_line_carries_the_request_that_it_belongs_to(log: tuple[logging.Logger, io.StringIO]) -> None:
    logger, written = log
    token = logs.request_id.set("ab12cd34")
    logger.info("inside")
    logs.request_id.reset(token)
    logger.info("outside")
    inside, outside = written.getvalue().splitlines()
    assert "[ab12cd34] inside" in inside
    assert "[-] outside" in outside


def test_a_foreign_handler_sees_no_key_in_the_urls_that_libraries_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    for name in LOGS_OF_URLS:
        with caplog.at_level(logging.DEBUG, logger=name):
            logging.getLogger(name).debug('"GET %s HTTP/1.1" %s', "/act?api_key=abc", 200)
    assert [record.getMessage() for record in caplog.records] == ['"GET /act?api_key=*** HTTP/1.1" 200'] * 3


def test_the_configuration_is_one_that_python_takes(capsys: pytest.CaptureFixture[str]) -> None:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    try:
        logging.config.dictConfig(logging_config("INFO"))
        root.handlers[0].setStream(sys.stderr)  # type: ignore[attr-defined]
        logging.getLogger("reconciliation").warning("api_key=abc")
        logging.getLogger("reconciliation").debug("too much")
    finally:
        root.handlers, root.level = before, level
    printed = capsys.readouterr().err
    assert "WARNING reconciliation [-] api_key=***" in printed
    assert "too much" not in printed
