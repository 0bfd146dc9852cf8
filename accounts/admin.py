"""The accountant's view of people."""

from typing import Any

from allauth.account.admin import EmailAddress  # registered by that module
from allauth.usersessions.admin import UserSession
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.http import HttpRequest
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from accounts.models import Membership, User

for _model in (Group, EmailAddress, UserSession):
    admin.site.unregister(_model)


class MembershipInline(TabularInline):  # type: ignore[misc]  # unfold ships no types
    model = Membership
    extra = 0
    autocomplete_fields = ("user", "counterparty")

    def formfield_for_dbfield(self, *args: Any, **kwargs: Any) -> Any:
        """Give each field its name: a table's head is no label to a screen reader."""
        field = super().formfield_for_dbfield(*args, **kwargs)
        if field:
            field.widget.attrs.setdefault("aria-label", field.label)
        return field


class PersonForm(UserChangeForm):  # type: ignore[misc]  # unfold ships no types
    """Underlines the link in a sentence, which unfold tells from it by colour alone."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if password := self.fields.get("password"):
            underlined = password.help_text.replace('class="', 'class="underline ')
            password.help_text = mark_safe(underlined)  # noqa: S308  # unfold's own text, no person's


RIGHTS = ("is_staff", "is_superuser", "user_permissions")


def _is_within_reach(request: HttpRequest, person: User | None) -> bool:
    """Whether a login may be changed: another member of staff's, with their password, by superusers only."""
    return person is None or not person.is_staff or person == request.user or request.user.is_superuser


def _without_rights(fields: Any) -> tuple[Any, ...]:
    return tuple(name for name in fields if name != "user_permissions")


@admin.register(User)
class PersonAdmin(UserAdmin, ModelAdmin):  # type: ignore[misc, type-arg]
    form = PersonForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    ordering = ("email",)
    list_display = ("email", "first_name", "last_name", "is_staff", "last_login")
    list_filter = ("is_staff", "is_active")
    search_fields = ("email", "first_name", "last_name")
    inlines = (MembershipInline,)
    fieldsets = (
        (None, {"fields": ("email", "password", "first_name", "last_name")}),
        (_("Access"), {"fields": ("is_active", "is_staff", "is_superuser", "user_permissions")}),
        (_("Dates"), {"fields": ("last_login", "date_joined")}),
    )
    filter_horizontal = ("user_permissions",)
    readonly_fields = ("last_login", "date_joined")
    add_fieldsets = ((None, {"fields": ("email", "password1", "password2")}),)

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Show single rights only to those who may give them."""
        shown = super().get_fieldsets(request, obj)
        if request.user.is_superuser or obj is None:
            return shown
        return [
            (title, {**options, "fields": _without_rights(options["fields"])}) for title, options in shown
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        """Leave the giving of rights to superusers: whoever could give any would have them all."""
        fixed = tuple(super().get_readonly_fields(request, obj))
        return fixed if request.user.is_superuser else (*fixed, *RIGHTS)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return bool(super().has_change_permission(request, obj)) and _is_within_reach(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return bool(super().has_delete_permission(request, obj)) and _is_within_reach(request, obj)
