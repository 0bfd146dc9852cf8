"""1C sessions start when asked for, live by their cookie, and grow stale."""

import requests

from sandbox.onec import OneCSandbox

HEADERS = {"X-API-Key": "sandbox-key", "IBSession": "start"}


def ping(session: requests.Session, sandbox: OneCSandbox) -> int:
    return session.get(f"{sandbox.url}/hs/reconciliation/ping", headers=HEADERS, timeout=5).status_code


def test_without_the_header_there_is_no_cookie(onec: OneCSandbox) -> None:
    response = requests.get(
        f"{onec.url}/hs/reconciliation/ping", headers={"X-API-Key": "sandbox-key"}, timeout=5
    )
    assert not response.cookies
    assert onec.sessions.started == 0


def test_an_idle_session_expires() -> None:
    with OneCSandbox(session_max_age=0) as sandbox, requests.Session() as session:
        assert [ping(session, sandbox), ping(session, sandbox)] == [200, 406]


def test_a_session_can_be_finished(onec: OneCSandbox) -> None:
    with requests.Session() as session:
        ping(session, onec)
        finish = HEADERS | {"IBSession": "finish"}
        session.get(f"{onec.url}/hs/reconciliation/ping", headers=finish, timeout=5)
        assert ping(session, onec) == 406
