"""Letters with a code or a link: in the reader's language, from the organization, and ours throughout."""

import re
from email import message_from_bytes, policy

import pytest
from django.core import mail
from django.core.mail import EmailMultiAlternatives

from accounts.models import User
from portal.backends.mail import SmtpBackend
from tests.cast import Visit

pytestmark = pytest.mark.django_db
CODE, RESET = "/accounts/login/code/", "/accounts/password/reset/"


@pytest.fixture(autouse=True)
def _settings(books: object, settings) -> None:
    settings.ORGANIZATION_NAME = "ООО «Поставщик»"
    settings.ACCOUNTING_EMAIL = "accounting@example.com"
    settings.SITE_URL = "https://acts.example.com"


def letter(visit: Visit, address: str, email: str, language: str) -> EmailMultiAlternatives:
    visit(language=language).post(address, {"email": email}, headers={"host": "localhost"})
    [sent] = mail.outbox
    assert isinstance(sent, EmailMultiAlternatives)
    return sent


LETTERS = {
    ("ru", CODE): ("Код для входа: акты сверки ООО «Поставщик»", "Код действует 10 минут."),
    ("en", CODE): ("Sign-in code: reconciliation acts of ООО «Поставщик»", "good for 10 minutes"),
    ("ru", RESET): (
        "Новый пароль: акты сверки ООО «Поставщик»",
        "Ссылка действует 1 день и сработает один раз.",
    ),
    ("en", RESET): (
        "New password: reconciliation acts of ООО «Поставщик»",
        "good for 1 day and works once",
    ),
}


@pytest.mark.parametrize("which", LETTERS)
def test_a_letter_is_ours_in_text_and_html(owner: User, visit: Visit, which: tuple[str, str]) -> None:
    language, address = which
    subject, said = LETTERS[which]
    sent = letter(visit, address, owner.email, language)
    html = str(sent.alternatives[0][0])
    assert sent.subject == subject
    for body in (str(sent.body), html):
        assert said in body
        assert "ООО «Поставщик»" in body
        assert "accounting@example.com" in body
        assert not re.search(r"127\.0\.0\.1|localhost|testserver|signup|example\.com!|регистрац", body)


def test_a_link_leads_to_the_portals_own_address_whatever_host_was_asked(owner: User, visit: Visit) -> None:
    sent = letter(visit, RESET, owner.email, "ru")
    links = re.findall(r"https?://\S+?/accounts/password/reset/key/", str(sent.body))
    assert links == ["https://acts.example.com/accounts/password/reset/key/"]


@pytest.mark.parametrize("address", [CODE, RESET])
def test_nobody_writes_to_an_address_without_a_login(owner: User, visit: Visit, address: str) -> None:
    answers = [visit().post(address, {"email": email}) for email in (owner.email, "nobody@example.com")]
    assert len({answer["Location"] for answer in answers}) == 1
    assert [letter.to for letter in mail.outbox] == [[owner.email]]


@pytest.mark.parametrize("email", ["owner@example.com", "nobody@example.com"])
@pytest.mark.parametrize("address", [CODE, RESET])
def test_a_mail_server_that_is_down_is_told_and_looks_the_same_for_everybody(
    owner: User, visit: Visit, settings, address: str, email: str
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    answer = visit(language="en").post(address, {"email": email}, follow=True)
    assert answer.redirect_chain[0][0] == "/accounts/login/"
    assert "The letter could not be sent." in answer.content.decode()


def test_a_subject_begins_without_a_blank_on_the_wire(monkeypatch: pytest.MonkeyPatch) -> None:
    wire: list[bytes] = []

    def keep(_self: SmtpBackend, each: mail.EmailMessage) -> bool:
        wire.append(each.message().as_bytes(linesep="\r\n"))  # type: ignore[call-arg]
        return True

    monkeypatch.setattr(SmtpBackend, "_send", keep)
    monkeypatch.setattr(SmtpBackend, "open", lambda _self: True)
    monkeypatch.setattr(SmtpBackend, "close", lambda _self: None)
    subject = "Код для входа: акты сверки ООО «Поставщик»"
    letter = EmailMultiAlternatives(subject, "x", to=["a@b.example"])
    letter.attach_alternative("<p>x</p>", "text/html")
    backend = SmtpBackend()
    backend.connection = object()  # type: ignore[assignment]
    backend.send_messages([letter])
    assert b"\r\nSubject: =?utf-8?" in wire[0]
    assert message_from_bytes(wire[0], policy=policy.default)["Subject"] == subject
