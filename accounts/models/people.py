"""Who may log in, and for which counterparty they act."""

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from accounts.addresses import canonical_email
from accounts.models.organization import Language
from accounts.names import validate_name
from accounts.zones import ZONES


class UserManager(BaseUserManager["User"]):
    """Makes people by email; there are no user names."""

    @classmethod
    def normalize_email(cls, email: str | None) -> str:
        """Return the email in the form in which the log-in page looks it up."""
        return canonical_email(email or "")

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def by_email(self, email: str) -> "User | None":
        """Return the person with this login; the one look-up for passwords, codes and resets."""
        return self.filter(email=self.normalize_email(email)).first()

    def active_by_email(self, email: str) -> "User | None":
        """Return the person with this login unless it is switched off."""
        return self.filter(email=self.normalize_email(email), is_active=True).first()

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username or "")


class User(AbstractUser):
    """A person; the email is the login."""

    username = None  # type: ignore[assignment]  # Django's own way to drop the field
    email = models.EmailField(_("email"), unique=True)
    language = models.CharField(_("language"), max_length=2, choices=Language.choices, blank=True, default="")
    """Of pages after signing in, and of letters; the portal's own when empty."""
    time_zone = models.CharField(
        _("time zone"), max_length=40, choices=tuple(ZONES.items()), blank=True, default=""
    )
    session_epoch = models.PositiveIntegerField(default=0, editable=False)
    """Counted up to end every session at once."""

    viewing: Any = None
    """Whose pages this person, an accountant, looks at in the request at hand (accounts.people.viewing)."""

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects: ClassVar[UserManager] = UserManager()  # type: ignore[assignment]  # no user names

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        permissions = (
            ("give_rights", "Can put staff into groups"),
            ("help_user", "Can help people who cannot sign in, and block them"),
            ("view_as", "Can see the portal as a counterparty does"),
        )
        constraints = (models.UniqueConstraint(Lower("email"), name="one_login_per_email"),)

    def __str__(self) -> str:
        return self.get_full_name() or self.email

    def clean(self) -> None:
        super().clean()
        problems = {}
        for field in ("first_name", "last_name"):
            try:
                validate_name(getattr(self, field))
            except ValidationError as error:
                problems[field] = error
        if problems:
            raise ValidationError(problems)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the one form of the email, and no other address that allauth may know for this login."""
        self.email = canonical_email(self.email)
        super().save(*args, **kwargs)
        fields = kwargs.get("update_fields")
        if fields is None or "email" in fields:
            self.emailaddress_set.exclude(email=self.email).delete()  # type: ignore[attr-defined]  # of allauth

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Return what a session depends on: a new password, email or epoch ends every session."""
        parts = f"{self.password}\n{self.email}" + (f"\n{self.session_epoch}" if self.session_epoch else "")
        return salted_hmac("accounts.User.session", parts, secret=secret, algorithm="sha256").hexdigest()


class Membership(models.Model):
    """That a person acts for a counterparty."""

    class Role(models.TextChoices):
        OWNER = "owner", _("owner")
        ACCOUNTANT = "accountant", _("accountant")
        VIEWER = "viewer", _("viewer")

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships", verbose_name=_("person"))
    counterparty = models.ForeignKey(
        "accounts.Counterparty", models.CASCADE, related_name="memberships", verbose_name=_("counterparty")
    )
    role = models.CharField(_("role"), max_length=10, choices=Role.choices, default=Role.OWNER)

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = (models.UniqueConstraint(fields=["user", "counterparty"], name="one_membership_each"),)

    def __str__(self) -> str:
        return f"{self.user} · {self.counterparty}"
