"""The accountant's view of people."""

from typing import Any

from allauth.account.admin import EmailAddress  # registered by that module
from allauth.mfa.admin import Authenticator
from allauth.usersessions.admin import UserSession
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.forms import ModelForm, ModelMultipleChoiceField
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline

from accounts.models import Membership, User
from accounts.people import person_help, security

for _model in (Group, EmailAddress, Authenticator, UserSession):
    admin.site.unregister(_model)


class MembershipForm(ModelForm):  # type: ignore[type-arg]  # Django's own takes none as it runs
    """Who acts for whom: never staff, who see every company in the admin."""

    class Meta:
        model = Membership
        fields = ("user", "counterparty", "role")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        person = data.get("user") or (self.instance.user if self.instance.user_id else None)
        if self.has_changed() and person and person.is_staff:
            raise ValidationError(_("Companies are not given to logins of staff."))
        return data


class MembershipInline(TabularInline):  # type: ignore[misc]  # unfold ships no types
    model = Membership
    form = MembershipForm
    extra = 0
    autocomplete_fields = ("user", "counterparty")

    def formfield_for_dbfield(self, *args: Any, **kwargs: Any) -> Any:
        """Give each field its name: a table's head is no label to a screen reader."""
        field = super().formfield_for_dbfield(*args, **kwargs)
        if field:
            field.widget.attrs.setdefault("aria-label", field.label)
        return field


class PersonForm(ModelForm):  # type: ignore[type-arg]  # Django's own takes none as it runs
    """A person, without the password: that is nobody else's."""

    class Meta:
        model = User
        fields = (
            "email", "first_name", "last_name", "language", "time_zone", "is_staff", "groups", "is_superuser",
            "user_permissions",
        )  # fmt: skip


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
    add_form = PersonForm
    ordering = ("email",)
    list_display = ("email", "first_name", "last_name", "is_staff", "last_login")
    list_filter = ("is_staff", "is_active")
    search_fields = ("email", "first_name", "last_name")
    inlines = (MembershipInline,)
    change_form_outer_before_template = "admin/people/person.html"
    fieldsets = (
        (None, {"fields": ("email", ("first_name", "last_name"), ("language", "time_zone"))}),
        (_("Access"), {"fields": ("is_staff", "groups", "is_superuser", "user_permissions")}),
        (_("Dates"), {"fields": ("last_login", "date_joined")}),
    )
    filter_horizontal = ("user_permissions",)
    readonly_fields = ("last_login", "date_joined")
    add_fieldsets = ((None, {"fields": ("email", ("first_name", "last_name"), "language")}),)

    def get_urls(self) -> list[Any]:
        """Add the buttons' addresses; nobody sets a password for somebody else."""
        act = self.admin_site.admin_view(person_help.act)
        others = [route for route in super().get_urls() if route.name != "auth_user_password_change"]
        return [path("<int:pk>/do/<slug:action>/", act, name="person_act"), *others]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        person = self.get_object(request, object_id)
        shown = (person_help.context_of(request.user, person) if person else {}) | (extra_context or {})
        answer: HttpResponse = super().change_view(request, object_id, form_url, shown)
        return answer

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """Make a login without a password: its person signs in with a code, and a letter says so."""
        user: Any = request.user
        if not change:
            obj.set_unusable_password()
        former = form.initial.get("email", "")
        super().save_model(request, obj, form, change)
        if not change:
            security.tell(security.Kind.LOGIN_MADE, obj, by=user)
        elif "email" in form.changed_data and former != obj.email:
            security.tell_new_address(obj, former, by=user)

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
