"""Every letter is kept, shown, and kept from doing anything."""

import smtplib
import socket
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
import requests

from sandbox import mail as mail_sandbox
from sandbox.imap import ImapSandbox
from sandbox.mail import MailSandbox


@pytest.fixture
def mail() -> Iterator[MailSandbox]:
    with MailSandbox() as sandbox:
        yield sandbox


def letter(subject: str = "Акт сверки за октябрь") -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = subject
    message["From"] = "portal@example.com"
    message["To"] = "Бухгалтер <buh@example.com>"
    message["Date"] = "Mon, 23 Nov 2026 12:00:00 +0300"
    message.set_content("Скачайте акт: http://127.0.0.1:8000/acts/?a=1&b=2 <script>alert(1)</script>")
    message.add_alternative("<p>Скачайте <b>акт</b></p><script>alert(1)</script>", subtype="html")
    message.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="Акт «1».pdf")
    return message


def send(mail: MailSandbox, message: EmailMessage, to: list[str] | None = None) -> None:
    with smtplib.SMTP("127.0.0.1", mail.port, timeout=5) as server:
        server.send_message(message, to_addrs=to)


def page(mail: MailSandbox, path: str = "") -> requests.Response:
    return requests.get(f"{mail.url}/{path}", timeout=5)


def test_a_letter_is_kept_with_all_its_parts(mail: MailSandbox) -> None:
    send(mail, letter(), ["buh@example.com", "hidden@example.com"])
    [kept] = mail.letters
    assert kept.subject == "Акт сверки за октябрь"
    assert kept.recipients == ["buh@example.com", "hidden@example.com"]
    assert "Скачайте акт" in kept.body("plain")
    assert "<b>акт</b>" in kept.body("html")
    assert kept.attachments == [("Акт «1».pdf", b"%PDF-1.4")]


def test_letters_survive_a_restart_in_their_folder_and_stand_in_the_order_they_came(tmp_path: Path) -> None:
    for subjects in (("first", "second"), ("third",)):
        with MailSandbox(folder=tmp_path) as mail:
            for subject in subjects:
                send(mail, letter(subject))
    assert [kept.subject for kept in mail.letters] == ["first", "second", "third"]


def test_the_list_shows_letters_newest_first_with_everything_escaped(mail: MailSandbox) -> None:
    assert "None yet" in page(mail).text
    send(mail, letter("older"))
    send(mail, letter("<img src=x onerror=alert(1)>"))
    listed = page(mail).text
    assert listed.index("&lt;img src=x onerror=alert(1)&gt;") < listed.index("older")
    assert "<img" not in listed


def test_a_letter_is_shown_in_a_frame_that_runs_nothing(mail: MailSandbox) -> None:
    send(mail, letter())
    shown = page(mail, f"letters/{mail.letters[0].name}")
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox" srcdoc="' in shown.text
    assert "<script>" not in shown.text
    assert 'href="http://127.0.0.1:8000/acts/?a=1&amp;b=2"' in shown.text
    assert "default-src 'none'" in shown.headers["Content-Security-Policy"]


def test_an_attachment_is_downloaded_and_never_opened_in_place(mail: MailSandbox) -> None:
    send(mail, letter())
    response = page(mail, f"letters/{mail.letters[0].name}/0")
    assert response.content == b"%PDF-1.4"
    assert response.headers["Content-Disposition"].startswith("attachment; filename*=UTF-8''%D0%90")
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    for number in ("1", "-1", "x"):
        assert page(mail, f"letters/{mail.letters[0].name}/{number}").status_code == 404


@pytest.mark.parametrize("path", ["letters/none", "letters/..%2F..%2Fetc%2Fpasswd", "letters/x/0", "x"])
def test_nothing_else_is_found(mail: MailSandbox, path: str) -> None:
    assert page(mail, path).status_code == 404


def test_any_user_and_password_may_send(mail: MailSandbox) -> None:
    with smtplib.SMTP("127.0.0.1", mail.port, timeout=5) as server:
        server.login("anybody", "anything")
        server.send_message(letter())
    assert len(mail.letters) == 1


def test_a_conversation_still_open_does_not_keep_it_from_stopping() -> None:
    with MailSandbox() as mail:
        server = smtplib.SMTP("127.0.0.1", mail.port, timeout=5)
    server.close()


def test_a_letter_to_somebody_who_is_gone_comes_back_into_the_box():
    box, both = ImapSandbox(), ["gone@client.example", "there@client.example"]
    with MailSandbox(box=box) as mail, smtplib.SMTP("127.0.0.1", mail.port) as smtp:
        smtp.sendmail("box+1@portal.example", both, "Subject: Act\n")

        assert len(mail.letters) == 1
        [report] = [kept.content.decode() for kept in box.letters]
        assert "To: box+1@portal.example" in report
        assert "Final-Recipient: rfc822; gone@client.example" in report


def test_a_port_that_is_taken_meanwhile_is_another_one(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number = taken.getsockname()[1]
        monkeypatch.setattr(mail_sandbox, "START_SECONDS", 1.0)
        ports = iter([number])
        usable = mail_sandbox._usable
        monkeypatch.setattr(mail_sandbox, "_usable", lambda port: next(ports, 0) or usable(port))
        with MailSandbox() as running:
            assert running.port != number
            with smtplib.SMTP("127.0.0.1", running.port) as client:
                assert client.noop()[0] == 250
