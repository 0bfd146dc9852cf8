"""Weak and leaked passwords are refused; a list of leaked ones that cannot be asked keeps nobody out."""

from collections.abc import Callable, Iterator
from hashlib import sha1

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils import translation

from accounts.models import User
from sandbox.http_messages import Call, Reply
from sandbox.web_server import Connection, WebServer

LEAKED, GOOD = "plinth-oatmeal-72-kestrel", "correct-horse-9-battery"
PERSON = User(email="olga.hozyaykina@romashka.example", first_name="Ольга", last_name="Хозяйкина")
Serve = Callable[[Call, Connection], None]


@pytest.fixture
def leaks(settings) -> Iterator[Callable[[Serve], list[str]]]:
    """Return what starts a list of leaked passwords, and gives the paths that it is asked for."""
    running: list[WebServer] = []

    def start(serve: Serve) -> list[str]:
        asked: list[str] = []

        def noted(call: Call, connection: Connection) -> None:
            asked.append(call.path)
            serve(call, connection)

        server = WebServer(0, noted)
        server.start()
        running.append(server)
        settings.LEAKED_PASSWORDS_URL = f"http://127.0.0.1:{server.port}/range/"
        return asked

    yield start
    for server in running:
        server.stop()


def lists(call: Call, connection: Connection) -> None:
    suffix = sha1(LEAKED.encode()).hexdigest().upper()[5:]
    connection.send(Reply(200, f"{'0' * 35}:3\r\n{suffix}:1,204".encode(), "text/plain"))


@pytest.mark.parametrize("password", [
    "12345678", "qwertyuiop", "Password2024", "пароль123", "olga.hozyaykina", "Хозяйкина1990", "romashka2026",
    "short7!",
])  # fmt: skip
def test_what_is_easily_guessed_is_refused(password: str) -> None:
    with pytest.raises(ValidationError):
        validate_password(password, PERSON)


def test_a_good_password_is_taken() -> None:
    validate_password(GOOD, PERSON)
    validate_password(GOOD + "x" * 5000, PERSON)


def test_a_leaked_password_is_refused_and_five_letters_are_all_that_is_told(
    leaks: Callable[[Serve], list[str]],
) -> None:
    asked = leaks(lists)
    with translation.override("en"), pytest.raises(ValidationError, match="leaked"):
        validate_password(LEAKED, PERSON)
    validate_password(GOOD, PERSON)
    assert asked[0] == f"/range/{sha1(LEAKED.encode()).hexdigest().upper()[:5]}"
    assert len(asked) == 2


@pytest.mark.parametrize("serve", [
    lambda call, connection: connection.wait(3),
    lambda call, connection: connection.close(),
    lambda call, connection: connection.send(Reply(503, b"")),
    lambda call, connection: connection.send(Reply(200, b"<html>Sign in to the hotel's network</html>")),
    lambda call, connection: connection.write(b"HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n0000"),
])  # fmt: skip
def test_a_list_that_is_slow_down_or_wrong_keeps_nobody_out(
    leaks: Callable[[Serve], list[str]], serve: Serve
) -> None:
    leaks(serve)
    validate_password(GOOD, PERSON)
    with pytest.raises(ValidationError):
        validate_password("12345678", PERSON)
