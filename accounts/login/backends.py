"""Logging in with a password: the person is looked up by `User.email` and by nothing else."""

from allauth.account.auth_backends import AuthenticationBackend

from accounts.models import User


class EmailBackend(AuthenticationBackend):  # type: ignore[misc]  # allauth ships no types
    """allauth's backend would also take an address that a login merely claims."""

    def _authenticate_by_email(self, email: str, password: str) -> User | None:
        user = User.objects.by_email(email)
        return user if self._check_password(user, password) else None
