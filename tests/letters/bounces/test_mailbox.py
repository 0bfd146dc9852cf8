"""The box of what comes back, with names and passwords of any script."""

from collections.abc import Iterator
from urllib.parse import quote

import pytest

from letters.bounces.mailbox import Box, Mailbox, quoted
from letters.errors import BounceBoxError
from portal.env import Env
from sandbox.imap import ImapSandbox


@pytest.fixture
def box() -> Iterator[ImapSandbox]:
    with ImapSandbox() as running:
        running.put(b"Subject: x\n\nx")
        yield running


@pytest.mark.parametrize("is_quoted", [True, False])
@pytest.mark.parametrize(
    ("user", "password"), [("bounces", "пароль ы"), ("бухгалтерия", "sandbox"), ("bounces", "sand&box")]
)
def test_a_password_of_any_script_opens_the_box(
    box: ImapSandbox, user: str, password: str, *, is_quoted: bool
) -> None:
    """cpython#93548, imap_tools#161: LOGIN takes ASCII alone."""
    box.account, box.folder = (user, password), "&BB4EQgRHBFEEQgRL-"
    parts = [quote(part) if is_quoted else part for part in (user, password, "Отчёты")]
    url = "imap://{}:{}@127.0.0.1:{port}/{}".format(*parts, port=box.port)
    assert url == Env(BOUNCE_IMAP_URL=url).BOUNCE_IMAP_URL
    with Mailbox(Box(url)) as mailbox:
        assert len(list(mailbox.letters())) == 1


def test_a_wrong_password_of_any_script_is_said(box: ImapSandbox) -> None:
    with pytest.raises(BounceBoxError) as caught, Mailbox(Box(box.url.replace(":sandbox@", ":неверный@"))):
        pass
    assert caught.value.reason == "login"


@pytest.mark.parametrize(
    ("folder", "named"),
    [
        ("INBOX", '"INBOX"'),
        ("~peter/mail/台北/日本語", '"~peter/mail/&U,BTFw-/&ZeVnLIqe-"'),  # the example of RFC 3501
        ('a&b "c"', '"a&-b \\"c\\""'),
    ],
)
def test_a_folder_is_named_as_imap_has_it(folder: str, named: str) -> None:
    assert quoted(folder) == named
