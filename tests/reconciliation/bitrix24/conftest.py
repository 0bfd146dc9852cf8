"""A Bitrix24 as after its start, and the portal's gateway for it."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from jobs.deadline import Deadline
from reconciliation.bitrix24.credentials import Webhook
from reconciliation.bitrix24.gateway import Bitrix24, GatewayConfig
from sandbox.bitrix24.company import GUID_FIELD, Firm
from sandbox.bitrix24.server import Bitrix24Sandbox

GUID = "6f9619ff-8b86-d011-b42d-00c04fc964ff"
ROMASHKA = Firm(5, "ООО «Ромашка»", manager=2, fields={GUID_FIELD: GUID})

NewGateway = Callable[..., Bitrix24]


def soon(seconds: float = 20.0) -> Deadline:
    return Deadline(seconds)


@pytest.fixture
def server() -> Iterator[Bitrix24Sandbox]:
    """Bitrix24 with one customer."""
    with Bitrix24Sandbox(firms=[replace(ROMASHKA)]) as running:
        yield running


@pytest.fixture
def new_gateway(server: Bitrix24Sandbox) -> Iterator[NewGateway]:
    """Make gateways to the server, or with other settings; they are closed with the test."""
    made: list[Bitrix24] = []

    def new_gateway(**more: Any) -> Bitrix24:
        gateway = Bitrix24(replace(GatewayConfig(Webhook(server.webhook)), **more))
        made.append(gateway)
        return gateway

    yield new_gateway
    for gateway in made:
        gateway.close()


@pytest.fixture
def gateway(new_gateway: NewGateway) -> Bitrix24:
    """A gateway with the right webhook."""
    return new_gateway()
