"""Logging in with a password, for tests."""

from accounts.models import User

PASSWORD = "a-good-long-password"
LOGIN = "/accounts/login/"


def with_password(user: User, password: str = PASSWORD) -> User:
    user.set_password(password)
    user.save()
    return user
