"""One request to Bitrix24 and its answer: b24pysdk's form and reading of it, over the portal's own transport.

b24pysdk alone opens a connection for each request, has no deadline and no size limit, and repeats on 503.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import requests
from b24pysdk.api.requesters import BitrixAPIRequester
from b24pysdk.errors import BitrixBaseAPIError, BitrixResponseError, BitrixSDKException

from jobs.deadline import Deadline
from reconciliation.bitrix24.pace import Usage
from reconciliation.bitrix24.refusals import refusal_of
from reconciliation.errors import (
    Bitrix24Busy,
    Bitrix24Error,
    Bitrix24InvalidAnswer,
    Bitrix24Unclear,
    Bitrix24Unreachable,
    BodyTooLarge,
    ConnectionFailed,
    TransportError,
)
from reconciliation.http.calls import Reply, SessionPool, send

CONNECT_SECONDS, READ_SECONDS = 3.05, 65.0
MOST_BYTES = 32 * 1024 * 1024


class Transport:
    """Sends requests over kept connections. Safe for threads; keep one a process."""

    def __init__(self, ca_bundle: str = "", seconds: float = READ_SECONDS) -> None:
        self._pool = SessionPool()
        self._ca_bundle, self._seconds = ca_bundle, seconds

    def exchange(self, request: requests.Request, deadline: Deadline) -> Reply:
        """Return the whole answer, whatever its status.

        Raises Bitrix24Unreachable when nothing was sent, Bitrix24Unclear when no whole answer came.
        """
        try:
            with self._pool.session() as session:
                return send(
                    session,
                    request,
                    deadline=Deadline(min(self._seconds, deadline.remaining)),
                    max_bytes=MOST_BYTES,
                    connect_seconds=CONNECT_SECONDS,
                    ca_bundle=self._ca_bundle,
                )
        except ConnectionFailed as error:
            raise Bitrix24Unreachable(error.detail) from None
        except BodyTooLarge as error:
            raise Bitrix24InvalidAnswer(error.detail) from None
        except TransportError as error:
            raise Bitrix24Unclear(error.detail) from None

    def close(self) -> None:
        """Close the connections that are idle."""
        self._pool.close()


@dataclass(frozen=True)
class Body:
    """The JSON of an answer, and whether Bitrix24 refused."""

    json: Mapping[str, Any]
    refusal: Bitrix24Error | None = None
    code: str = ""

    @property
    def is_over_window(self) -> bool:
        """Whether the method has used its time; the newer interfaces name it otherwise than the code."""
        return isinstance(self.refusal, Bitrix24Busy) and self.refusal.reason == "operating"


class _Request(BitrixAPIRequester):  # type: ignore[misc]  # the library has no types
    def __init__(self, transport: Transport, url: str, params: dict[str, Any], deadline: Deadline) -> None:
        super().__init__(url, params=params, max_retries=1)
        self._transport, self._deadline = transport, deadline

    def _request(self) -> requests.Response:
        request = requests.Request("POST", self._url, json=self._params, headers=self._headers)
        return as_response(self._transport.exchange(request, self._deadline))


def ask(
    transport: Transport, url: str, params: dict[str, Any], deadline: Deadline, *, application: bool
) -> Body:
    """Return the answer to one request, a refusal included.

    Raises Bitrix24Unreachable, Bitrix24Unclear, Bitrix24InvalidAnswer, or the setup error that a page
    without JSON stands for.
    """
    try:
        found: Any = _Request(transport, url, params, deadline).call()
    except BitrixBaseAPIError as error:
        answer: Mapping[str, Any] = error.json_response
        code, words = str(answer.get("error") or ""), answer.get("error_description") or ""
        refusal = refusal_of(code, str(words), error.status_code, application=application)
        return Body(answer, refusal, code.upper())
    except BitrixResponseError as error:  # no JSON
        if error.status_code == 200:
            raise Bitrix24InvalidAnswer("the answer is not JSON") from None
        raise refusal_of("", "without JSON", error.status_code, application=application) from None
    except (BitrixSDKException, ValueError, TypeError, AttributeError, RecursionError) as error:
        raise Bitrix24InvalidAnswer(type(error).__name__) from None
    if not isinstance(found, dict) or "result" not in found:
        raise Bitrix24InvalidAnswer("the answer has no result")
    return Body(found)


def as_response(reply: Reply) -> requests.Response:
    """Return a reply in the form that b24pysdk reads."""
    response = requests.Response()
    response.status_code = reply.status
    response.headers.update(reply.headers)
    response._content = reply.body  # noqa: SLF001  # requests has no other way to make one of what is read
    response.encoding = "utf-8"
    return response


def usage_of(method: str, time: Any) -> Usage | None:
    """Return what a `time` block says of a method; None where there is no window: a Bitrix24 of one's own."""
    if not isinstance(time, dict) or time.get("operating") is None:
        return None
    try:
        finished = float(time.get("finish") or 0)
        resets_in = float(time.get("operating_reset_at") or finished) - finished
        return Usage(method, seconds_of(time), float(time["operating"]), finished, max(0.0, resets_in))
    except (TypeError, ValueError):
        return None


def seconds_of(time: Any) -> float:
    """Return the server time that a `time` block tells of one call, 0 without it."""
    try:
        return float(time.get("processing") or time.get("duration") or 0)
    except (AttributeError, TypeError, ValueError):
        return 0.0
