"""Letters of a kind of the tests' own."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from jobs.deadline import Deadline
from letters import kinds, outbox, sending
from letters.kinds import Kind
from letters.models import Letter
from letters.outbox import Draft
from letters.sending import Rules

Queue = Callable[..., Letter]
KIND = "tried"


@pytest.fixture
def ended() -> Iterator[list[tuple[int, str]]]:
    """Whoever queues letters is told how they ended: by key and state."""
    told: list[tuple[int, str]] = []
    kinds.register(KIND, Kind(ended=lambda letter: told.append((letter.pk, letter.state))))
    yield told
    kinds.register(KIND, Kind())


@pytest.fixture
def queue(db: None, ended: list[Any]) -> Queue:
    """Return what queues a letter to these addresses."""

    def queue(*to: str, **more: Any) -> Letter:
        text = more.pop("text", "Hello.")
        [letter] = outbox.queue([Draft(KIND, "en", to or ("buh@client.example",), "Subject", text, **more)])
        return letter

    return queue


def send(rules: Rules | None = None) -> None:
    """Send what can be sent now, once."""
    sending.send_waiting(rules or Rules(), Deadline(60))


def state_of(letter: Letter) -> str:
    letter.refresh_from_db()
    return letter.state


def fates_of(letter: Letter) -> dict[str, str]:
    return dict(letter.recipients.values_list("address", "state"))
