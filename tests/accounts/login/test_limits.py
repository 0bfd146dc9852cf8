"""Tries are counted by account: never by the address that a whole office shares."""

import pytest
from django.core import mail
from django.core.cache import caches
from django.test import Client, override_settings
from redis.exceptions import ConnectionError as RedisLost

from accounts.models import User
from portal.backends.cache import RedisOrMemoryCache
from tests.accounts.passwords import LOGIN, PASSWORD, with_password
from tests.cast import Visit

pytestmark = pytest.mark.django_db
CODE, RESET = "/accounts/login/code/", "/accounts/password/reset/"


@pytest.fixture(autouse=True)
def _passwords(fast_passwords: None, books: object) -> None:
    """Also empties the cache, which counts failed attempts."""


def is_in(browser: Client) -> bool:
    return "_auth_user_id" in browser.session


def log_in(browser: Client, user: User, password: str = PASSWORD) -> bool:
    browser.post(LOGIN, {"login": user.email, "password": password})
    return is_in(browser)


def test_wrong_log_ins_of_one_keep_nobody_else_behind_the_same_proxy_out(
    owner: User, colleague: User, visit: Visit
) -> None:
    with_password(owner)
    with_password(colleague)
    for _ in range(12):
        log_in(visit(), owner, "wrong")
    assert not log_in(visit(), owner)
    assert log_in(visit(), colleague)


@pytest.mark.parametrize("address", [CODE, RESET])
def test_letters_for_one_keep_nobody_else_from_theirs(
    owner: User, colleague: User, visit: Visit, address: str
) -> None:
    for _ in range(12):
        visit().post(address, {"email": owner.email})
    assert len([letter for letter in mail.outbox if letter.to == [owner.email]]) == 3
    assert visit().post(address, {"email": colleague.email}).status_code == 302
    assert mail.outbox[-1].to == [colleague.email]


@pytest.mark.parametrize("address", [CODE, RESET])
def test_strangers_have_only_so_many_letters_written_in_all(
    visit: Visit, settings, address: str, owner: User, colleague: User, stranger: User
) -> None:
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"letters_to_strangers": "2/5m/key"}
    for person in (owner, colleague, stranger):
        answer = visit(language="en").post(address, {"email": person.email})
    assert "Too many tries. Try again in 5 minutes." in answer.content.decode()
    assert len(mail.outbox) == 2


@pytest.mark.parametrize(("language", "said"), [("ru", "через 5 минут"), ("en", "in 5 minutes")])
def test_who_is_slowed_down_is_told_for_how_long(owner: User, visit: Visit, language: str, said: str) -> None:
    for address, form in ((LOGIN, {"login": owner.email, "password": "x"}), (CODE, {"email": owner.email})):
        pages = [visit(language=language).post(address, form) for _ in range(7)]
        assert said in pages[-1].content.decode()


def test_a_stranger_cannot_lock_a_browser_that_the_person_has_used_before(owner: User, visit: Visit) -> None:
    with_password(owner)
    known = visit()
    assert log_in(known, owner)
    known.post("/accounts/logout/")
    for _ in range(12):
        log_in(visit(), owner, "wrong")
        visit().post(CODE, {"email": owner.email})
    assert not log_in(visit(), owner)
    assert log_in(known, owner)
    known.post("/accounts/logout/")
    assert known.post(CODE, {"email": owner.email}).status_code == 302


def test_a_known_browser_has_no_endless_tries_and_none_for_another_login(
    owner: User, colleague: User, visit: Visit
) -> None:
    with_password(owner)
    with_password(colleague)
    known = visit()
    log_in(known, owner)
    known.post("/accounts/logout/")
    for _ in range(6):
        log_in(known, owner, "wrong")
        log_in(visit(), colleague, "wrong")
    assert not log_in(known, owner)
    assert not log_in(known, colleague)


def test_a_wrong_password_still_leaves_the_code(owner: User, visit: Visit) -> None:
    for _ in range(12):
        log_in(visit(), owner, "wrong")
    assert visit().post(CODE, {"email": owner.email}).status_code == 302
    assert mail.outbox[-1].to == [owner.email]


@pytest.fixture
def without_redis(settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """A Redis in the settings that nobody answers for."""
    settings.CACHES = {
        "default": {
            "BACKEND": "portal.backends.cache.RedisOrMemoryCache",
            "LOCATION": "redis://127.0.0.1:1/0",
        }
    }
    monkeypatch.setattr(RedisOrMemoryCache, "_alone_until", 0.0)


@pytest.mark.usefixtures("without_redis")
def test_without_redis_log_in_code_and_reset_work_and_are_limited(
    owner: User, colleague: User, visit: Visit
) -> None:
    with_password(owner)
    assert log_in(visit(), owner)
    for address in (CODE, RESET):
        assert visit().post(address, {"email": colleague.email}).status_code == 302
    for _ in range(6):
        log_in(visit(), owner, "wrong")
    assert not log_in(visit(), owner)


def test_tries_are_counted_in_redis_for_every_process(
    owner: User, visit: Visit, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(RedisOrMemoryCache, "_alone_until", 0.0)
    with_password(owner)
    shared = {"default": {"BACKEND": "portal.backends.cache.RedisOrMemoryCache", "LOCATION": redis_url}}
    with override_settings(CACHES=shared):
        for _ in range(6):
            log_in(visit(), owner, "wrong")
    with override_settings(CACHES=shared):  # makes a cache of its own, as another process has
        assert not log_in(visit(), owner)
        caches["default"].clear()
        assert log_in(visit(), owner)


def test_a_redis_that_comes_back_is_used_again(redis_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(RedisOrMemoryCache, "_alone_until", 0.0)
    cache = RedisOrMemoryCache(redis_url, {})
    cache.set("kept", 1)
    with monkeypatch.context() as broken:
        broken.setattr(cache._redis, "get", lambda *_args, **_kwargs: (_ for _ in ()).throw(RedisLost()))
        assert cache.get("kept") is None
    assert cache.get("kept") is None, "Redis is left alone for a while"
    monkeypatch.setattr(RedisOrMemoryCache, "_alone_until", 0.0)
    assert cache.get("kept") == 1


@pytest.mark.parametrize(
    "where", [{"REMOTE_ADDR": ""}, {"REMOTE_ADDR": "", "HTTP_X_FORWARDED_FOR": "10.0.0.7"}]
)
@pytest.mark.parametrize("proxies", [0, 1, 2])
def test_a_unix_socket_and_any_number_of_proxies_let_people_in(
    owner: User, settings, where: dict[str, str], proxies: int
) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    with_password(owner)
    assert log_in(Client(headers=where, REMOTE_ADDR=""), owner)
    assert Client(headers=where, REMOTE_ADDR="").post(CODE, {"email": owner.email}).status_code == 302


@pytest.mark.parametrize(
    ("kept", "posted"),
    [
        ("buh@ромашка.рф", "buh@xn--80aa3agjl3d.xn--p1ai"),
        ("buh@xn--80aa3agjl3d.xn--p1ai", "buh@РОМАШКА.рф"),
        ("buh@Ромашка.рф", "BUH@ромашка.рф"),
    ],
)  # fmt: skip
def test_a_domain_in_russian_is_the_same_in_either_spelling(visit: Visit, kept: str, posted: str) -> None:
    with_password(User.objects.create_user(kept))
    browser = visit()
    browser.post(LOGIN, {"login": posted, "password": PASSWORD})
    assert is_in(browser)
    assert User.objects.get().email == "buh@ромашка.рф"
    visit().post(CODE, {"email": posted})
    assert mail.outbox[-1].to == ["buh@ромашка.рф"]
