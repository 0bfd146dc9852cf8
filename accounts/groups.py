"""The groups of staff, and what each may do. `migrate` brings the database in line with this table.

Whoever may do more may do what the ones before may, too: nobody gains anything by a colleague's login that
they could not be given themselves.
"""

from typing import Any

from django.apps import AppConfig
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group, Permission
from django.utils.translation import gettext_noop as _

ACCOUNTANT = _("accountant")
CHIEF_ACCOUNTANT = _("chief accountant")
ADMINISTRATOR = _("administrator")
ALL = (ACCOUNTANT, CHIEF_ACCOUNTANT, ADMINISTRATOR)

_OF_ACCOUNTANTS = {
    "accounts": "view_counterparty add_counterparty change_counterparty view_user"
    " view_membership add_membership change_membership delete_membership"
    " view_invitation add_invitation view_invitationround view_journalentry help_user view_as",
    "reconciliation": "view_issuedact view_discrepancy change_discrepancy"
    " view_directoryrun view_directorychange view_errorreport view_schedule"
    " view_distributionrun change_distributionrun view_delivery view_monthpreview view_previewline"
    " view_lettertemplate",
    "letters": "view_letter view_bounce",
}
_OF_CHIEFS = {
    "accounts": "delete_counterparty view_organizationsettings change_organizationsettings",
    "reconciliation": "change_schedule approve_monthpreview add_lettertemplate",
}
_OF_ADMINISTRATORS = {
    "accounts": "add_user change_user delete_user give_rights",
    "auditlog": "view_logentry",
}


def rights_of(group: str) -> dict[str, set[str]]:
    """Return the codes of the group's permissions, by app."""
    steps = {
        ACCOUNTANT: [_OF_ACCOUNTANTS],
        CHIEF_ACCOUNTANT: [_OF_ACCOUNTANTS, _OF_CHIEFS],
        ADMINISTRATOR: [_OF_ACCOUNTANTS, _OF_CHIEFS, _OF_ADMINISTRATORS],
    }
    rights: dict[str, set[str]] = {}
    for step in steps[group]:
        for app, codes in step.items():
            rights.setdefault(app, set()).update(codes.split())
    return rights


def grant(sender: AppConfig, **_more: Any) -> None:
    """Give each group its permissions of an app that was migrated, and take away what it had besides."""
    create_permissions(sender, verbosity=0)  # contrib.auth would make them at the same signal, but later
    of_app = Permission.objects.filter(content_type__app_label=sender.label)
    for name in ALL:
        group = Group.objects.get_or_create(name=name)[0]
        of_others = group.permissions.exclude(content_type__app_label=sender.label)
        wanted = of_app.filter(codename__in=rights_of(name).get(sender.label, ()))
        group.permissions.set([*of_others, *wanted])
