"""The accountant's view of people."""

from typing import Any

from allauth.account.admin import EmailAddress  # registered by that module
from allauth.usersessions.admin import UserSession
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.forms import ModelMultipleChoiceField
from django.http import HttpRequest
from django.utils.safestring import mark_safe
from django.utils.translation import gettext
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


class GroupsField(ModelMultipleChoiceField):  # type: ignore[type-arg]  # Django's own takes none as it runs
    """Names the groups in the reader's language."""

    def label_from_instance(self, obj: Any) -> str:
        return gettext(obj.name)


STAFF_RIGHTS = ("is_staff", "groups")
"""What an administrator gives to others; never to themselves, and never what superusers have."""
SUPERUSERS_ONLY = ("is_superuser", "user_permissions")


def _is_within_reach(request: HttpRequest, person: User | None) -> bool:
    """Whether a login may be changed, with its password: a login of staff stands for its rights."""
    user: Any = request.user
    if person is None or not (person.is_staff or person.is_superuser) or person == user or user.is_superuser:
        return True
    return bool(user.has_perm("accounts.give_rights")) and not person.is_superuser


def _fixed_rights(request: HttpRequest, person: User | None) -> tuple[str, ...]:
    """Return the rights that this user may not give to this person."""
    user: Any = request.user
    if user.is_superuser:
        return ()
    if user.has_perm("accounts.give_rights") and person != user:
        return SUPERUSERS_ONLY
    return STAFF_RIGHTS + SUPERUSERS_ONLY


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
        (_("Access"), {"fields": ("is_active", "is_staff", "groups", "is_superuser", "user_permissions")}),
        (_("Dates"), {"fields": ("last_login", "date_joined")}),
    )
    filter_horizontal = ("user_permissions",)
    readonly_fields = ("last_login", "date_joined")
    add_fieldsets = ((None, {"fields": ("email", "password1", "password2")}),)

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Show what superusers alone give to nobody else."""
        shown = super().get_fieldsets(request, obj)
        if request.user.is_superuser or obj is None:
            return shown
        names = {"groups": "group_names"} if "groups" in _fixed_rights(request, obj) else {}

        def for_reader(fields: Any) -> list[str]:
            return [names.get(name, name) for name in fields if name not in SUPERUSERS_ONLY]

        return [(title, {**options, "fields": for_reader(options["fields"])}) for title, options in shown]

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        return (*super().get_readonly_fields(request, obj), "group_names", *_fixed_rights(request, obj))

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "groups":
            kwargs["form_class"] = GroupsField
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    @admin.display(description=_("groups"))
    def group_names(self, person: User) -> str:
        return ", ".join(gettext(group.name) for group in person.groups.all()) or "–"

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return bool(super().has_change_permission(request, obj)) and _is_within_reach(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return bool(super().has_delete_permission(request, obj)) and _is_within_reach(request, obj)
