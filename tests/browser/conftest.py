"""A real browser before the running portal, and people who are logged in there."""

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.core.signals import request_finished, request_started
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from reconciliation import connections
from sandbox.onec import OneCSandbox

PATIENCE = 8_000
"""Milliseconds after which something is taken as never coming; nothing waits that long when all is well."""

OpenWindow = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.parent.name == "browser":
            item.add_marker("browser")


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """The browser of this computer; each test has a window of its own in it."""
    names = ("chromium", "chromium-browser", "google-chrome")
    path = next(filter(None, map(shutil.which, names)), None)
    if path is None:
        pytest.skip("there is no Chromium on this computer")
    # Playwright keeps an event loop in this thread, and Django's database would refuse to work beside it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        # No sandbox, for in a container it is root who runs the tests; only our own pages are shown.
        yield playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


class Requests:
    """Counts the requests that the portal is working on."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._running = 0

    def begin(self, **_: Any) -> None:
        with self._changed:
            self._running += 1

    def end(self, **_: Any) -> None:
        with self._changed:
            self._running -= 1
            self._changed.notify_all()

    def wait_for_none(self) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: self._running == 0, PATIENCE / 1000)


@pytest.fixture
def requests() -> Iterator[Requests]:
    counted = Requests()
    request_started.connect(counted.begin)
    request_finished.connect(counted.end)
    yield counted
    request_started.disconnect(counted.begin)
    request_finished.disconnect(counted.end)


@pytest.fixture
def site(live_server: LiveServer, books: OneCSandbox, requests: Requests) -> Iterator[str]:
    """The address of the running portal; at the end every request has been answered, cancelled ones too."""
    # A client that knew an earlier session of 1C would ask twice.
    connections._onec.cache_clear()
    yield str(live_server.url)
    requests.wait_for_none()
    books.latency = 0


@pytest.fixture
def open_window(chromium: Browser, site: str) -> Iterator[OpenWindow]:
    """Opens a window of somebody, in English unless told otherwise; no script may fail in it."""
    contexts: list[BrowserContext] = []
    troubles: list[str] = []

    def open_(user: User | None = None, **how: Any) -> Page:
        context = chromium.new_context(**{"locale": "en-GB", "base_url": site} | how)
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        if user:
            log_in(context, user, site)
        context.on("weberror", lambda error: troubles.append(str(error.error)))
        page = context.new_page()
        page.on("console", lambda said: troubles.append(said.text) if "Content Sec" in said.text else None)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert troubles == []


def log_in(context: BrowserContext, user: User, site: str) -> None:
    """Give the window the session of somebody who has just logged in."""
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session.session_key, "url": site}])
