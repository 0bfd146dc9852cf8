"""A Bitrix24 with a few customers, as its clients see it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests

from sandbox.bitrix24.company import GUID_FIELD, Firm
from sandbox.bitrix24.server import Bitrix24Sandbox

Call = Callable[..., requests.Response]


def firms(count: int) -> list[Firm]:
    return [
        Firm(10 + n, f"ООО «Клиент {n}»", manager=2 + n % 2, fields={GUID_FIELD: f"guid-{n}"})
        for n in range(count)
    ]


@pytest.fixture
def server() -> Iterator[Bitrix24Sandbox]:
    with Bitrix24Sandbox(firms=firms(120)) as running:
        yield running


@pytest.fixture
def call(server: Bitrix24Sandbox) -> Call:
    """Call a method of the webhook with JSON."""

    def call(method: str, **params: Any) -> requests.Response:
        return requests.post(f"{server.webhook}{method}", json=params, timeout=10)

    return call
